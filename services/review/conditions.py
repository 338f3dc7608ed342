"""What a call's parameters must show before it matters: each condition takes the decoded record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from services.review.record import Record

Condition: TypeAlias = Callable[[Record], bool]

_ANYWHERE = re.compile(r'"(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:.]*)/0"')
_ANYBODY = re.compile(
    r'"(principal|AWS|userGroup|group|groups|grantee|uri|valuesToAdd)[^"]*"\s*:\s*(\[\s*)?\{?'
    r'[^}\]]*"(\*|all|[^"]*/(AllUsers|AuthenticatedUsers))"',
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?<![\w.-])\d{12}(?![\w.-])")
BRIEFLY = 14
"""Days for which logs are kept that are hardly kept at all."""
_NO_AUTH = re.compile(r'"auth\w*type"\s*:\s*"none"', re.IGNORECASE)


def from_anywhere(record: Record) -> bool:
    """A network of all addresses is let in."""
    return _ANYWHERE.search(_parameters(record)) is not None


def to_anybody(record: Record) -> bool:
    """Everybody is given access."""
    text = _parameters(record)
    return _ANYBODY.search(text) is not None or _NO_AUTH.search(text) is not None


def to_another_account(record: Record) -> bool:
    """An account other than the caller's is named among the parameters."""
    own = {record.recipient, record.identity.account if record.identity else None}
    return any(account not in own for account in _ACCOUNT.findall(_parameters(record)))


def to_others(record: Record) -> bool:
    """Everybody or another account is given access."""
    return to_anybody(record) or to_another_account(record)


def of_user_data(record: Record) -> bool:
    """A machine's start-up script is read or set."""
    request = record.request or {}
    return request.get("attribute") == "userData" or "userData" in request


def with_decryption(record: Record) -> bool:
    """Encrypted parameters are read in clear."""
    return (record.request or {}).get("withDecryption") is True


def without_mfa(record: Record) -> bool:
    """A sign-in without a second factor that succeeded."""
    failed = (record.response or {}).get("ConsoleLogin") == "Failure"
    return not failed and (record.additional or {}).get("MFAUsed") == "No"


def of_retention(record: Record) -> bool:
    """How long logs are kept is set for the whole account."""
    return "retention" in json.dumps((record.request or {}).get("policyType", "")).lower()


def kept_briefly(record: Record) -> bool:
    """Logs are kept for two weeks at most."""
    days = (record.request or {}).get("retentionInDays")
    return isinstance(days, (int, float)) and days <= BRIEFLY


def made_active(record: Record) -> bool:
    """A credential is switched on, not off."""
    request = record.request or {}
    return (request.get("status") or request.get("Status")) == "Active"


def switched_off(record: Record) -> bool:
    """Something is set to be off: a detector that is not enabled, a sender that may not send."""
    request = record.request or {}
    return any(request.get(name) is False for name in ("enable", "enabled", "sendingEnabled"))


def publicly(record: Record) -> bool:
    """A database is made reachable from the internet."""
    return (record.request or {}).get("publiclyAccessible") is True


def unblocked(record: Record) -> bool:
    """One of the blocks on public access is taken away."""
    block = (record.request or {}).get("PublicAccessBlockConfiguration")
    return isinstance(block, Mapping) and any(value is False or value == "false" for value in block.values())


def _parameters(record: Record) -> str:
    """The parameters as text; documents that stand in them as strings are unescaped."""
    try:
        return json.dumps(record.request or {}).replace("\\n", " ").replace('\\"', '"')
    except (TypeError, ValueError, RecursionError):
        return ""


CONDITIONS: Mapping[str, Condition] = {
    check.__name__.replace("_", " "): check
    for check in (
        from_anywhere,
        to_anybody,
        to_another_account,
        to_others,
        of_user_data,
        with_decryption,
        without_mfa,
        of_retention,
        kept_briefly,
        made_active,
        switched_off,
        publicly,
        unblocked,
    )
}
"""By the name that the table calls each by."""
