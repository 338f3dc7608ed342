"""A policy document to the byte: botocore hands out what it has read of the JSON, and not the text itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

TEXT = "PolicyDocumentText"
"""What `keep_text` adds to the answer."""

OPERATIONS = ("GetUserPolicy", "GetRolePolicy", "GetGroupPolicy", "GetRole")


def keep_text(parsed: Any, **_: Any) -> None:
    """A handler of ``after-call`` of one operation, which comes before botocore's own of all of IAM."""
    for holder, name in ((parsed, "PolicyDocument"), (_role(parsed), "AssumeRolePolicyDocument")):
        document = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(document, str):
            holder[TEXT] = unquote(document)


def _role(parsed: Any) -> Any:
    return parsed.get("Role") if isinstance(parsed, dict) else None
