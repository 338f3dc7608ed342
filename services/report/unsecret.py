"""Whatever looks like a secret is left out of what is handed on, wherever a stranger wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.keys.token import SERVICE_OF_PREFIX

LEFT_OUT = "(secret left out)"

_PREFIXES = "|".join(map(re.escape, SERVICE_OF_PREFIX))
_SECRETS = (
    # A long-lived token, and a short-term one: a signed request.
    re.compile(rf"(?<![A-Za-z0-9])({_PREFIXES})[A-Za-z0-9+/_=-]{{20,}}"),
    re.compile(r"((?:bedrock|aws-external-anthropic)-api-key-)[A-Za-z0-9+/_=%-]{16,}"),
    # Of an access key or a session: a header, a file, an environment or JSON has them.
    re.compile(
        r"(?i)(bearer\s+|(?:x-amz-(?:security-token|signature)|secret_?(?:access_?)?key|session_?token)"
        r"[\\\"']*\s*[=:]\s*[\\\"']*)[^\s\\\"'&,;]{16,}"
    ),
)
_NAMES = re.compile(r"(?i)secret(string|binary|accesskey|access_key)|password|sessiontoken|servicepassword")


def without_secrets(text: str) -> str:
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: f"{found[1]}{LEFT_OUT}", text)
    return text


def cleared(value: Any) -> Any:
    """*value*, of JSON, without the secrets in its strings, and with none under a secret's name."""
    match value:
        case str():
            return without_secrets(value)
        case Mapping():
            return {
                name: LEFT_OUT if item and _NAMES.fullmatch(str(name)) else cleared(item)
                for name, item in value.items()
            }
        case list() | tuple():
            return [cleared(item) for item in value]
        case _:
            return value
