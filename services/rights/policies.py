"""Policy documents: the hold, and what others say of bearer tokens."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Mapping
from typing import Any

from services.base.keyservices import ACCESS_KEY, TEMPORARY, KeyService, short_service

HOLD_PREFIX = "stanch-hold-"
"""Inline policies of this program are recognised, and lifted, by their name alone."""

INLINE_QUOTA = 2048
"""Characters of all inline policies of one user, white space not counted."""

BEARER_ACTIONS: Mapping[str, tuple[str, ...]] = {
    KeyService.LOGS: ("logs:CallWithBearerToken",),
    KeyService.BEDROCK: ("bedrock:CallWithBearerToken", "bedrock-mantle:CallWithBearerToken"),
    KeyService.CLOUDWATCH: ("cloudwatch:CallWithBearerToken",),
    KeyService.XRAY: ("xray:CallWithBearerToken",),
    KeyService.SAGEMAKER: ("sagemaker:CallWithBearerToken",),
    KeyService.CLAUDE: ("aws-external-anthropic:CallWithBearerToken",),
}
"""By service name; CodeCommit and Keyspaces use passwords, which no such action governs."""

USE_ACTIONS: Mapping[str, tuple[str, ...]] = {
    **BEARER_ACTIONS,
    KeyService.CODECOMMIT: ("codecommit:GitPull", "codecommit:GitPush"),
    KeyService.KEYSPACES: ("cassandra:*",),
    ACCESS_KEY: ("*",),
}
"""What a deny on the user must name so that none of its keys of the service works."""


def denied_by(service: str, *, also_sigv4: bool = False) -> tuple[str, ...]:
    """What a deny must name for keys of *service*, or for the short-term keys of a session; none is known.

    With *also_sigv4* it must stop the writes of logs that are signed, too.
    """
    if service == TEMPORARY:
        return (*BEARER_ACTIONS[KeyService.BEDROCK], *BEARER_ACTIONS[KeyService.CLAUDE])
    signed = ("logs:PutLogEvents",) if also_sigv4 and service == KeyService.LOGS else ()
    return (*USE_ACTIONS.get(service, ()), *signed)


def hold_name(service: str) -> str:
    return HOLD_PREFIX + short_service(service)


def hold_document(service: str, *, also_sigv4: bool = False) -> dict[str, Any]:
    """A policy that denies all use of *service*'s keys, and SigV4 writes of logs too where asked.

    CallWithBearerToken has no resource types and no condition keys, so there is no per-key deny.
    """
    actions = list(denied_by(service, also_sigv4=also_sigv4))
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "StanchHold", "Effect": "Deny", "Action": actions, "Resource": "*"}],
    }


def holds(document: Mapping[str, Any], service: str, *, also_sigv4: bool = False) -> bool:
    """Whether *document* denies all use of *service*'s keys, unconditionally."""
    wanted = denied_by(service, also_sigv4=also_sigv4)
    return bool(wanted) and not lacks(document, wanted)


def lacks(document: Mapping[str, Any], wanted: Iterable[str]) -> list[str]:
    """The actions of *wanted* that *document* does not deny on every resource, unconditionally."""
    denied: list[str] = []
    for statement in statements(document):
        if statement.get("Effect") != "Deny" or statement.get("Condition"):
            continue
        if "*" in words_of(statement.get("Resource")):
            denied += words_of(statement.get("Action"))
    return [action for action in wanted if not any(covers(pattern, action) for pattern in denied)]


def counted_length(document: Mapping[str, Any]) -> int:
    """What *document* takes of the inline quota."""
    return counted_text(json.dumps(document))


def counted_text(text: str) -> int:
    """What a document of that text takes of the inline quota."""
    return sum(not character.isspace() for character in text)


def quarantine(attached: Iterable[str]) -> str | None:
    """The name of AWS's own quarantine policy among the *attached* ARNs, if there is one."""
    names = (arn.rsplit("/", 1)[-1] for arn in attached)
    return next((name for name in names if name.startswith("AWSCompromisedKeyQuarantine")), None)


def statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of *document*; a lone one may stand without its list."""
    statements = document.get("Statement") or []
    listed = statements if isinstance(statements, list) else [statements]
    return [statement for statement in listed if isinstance(statement, Mapping)]


def words_of(value: object) -> list[str]:
    """An element that is one string or a list of them."""
    match value:
        case str():
            return [value]
        case list():
            return [word for word in value if isinstance(word, str)]
        case _:
            return []


def covers(pattern: str, action: str) -> bool:
    """Whether IAM's *pattern* of actions has *action* in it."""
    # IAM knows * and ? alone; fnmatch's [ ] would be more.
    return "[" not in pattern and fnmatch.fnmatchcase(action.lower(), pattern.lower())
