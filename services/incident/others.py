"""The credentials that are compromised as well: what state each is in now, and what takes it away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from services.aws import iam
from services.aws.call import Call
from services.aws.errors import AwsError, NotFound
from services.base import clock
from services.incident.situation import Situation
from services.review.review import Review

Told = Mapping[str, Any]
"""One of them as it is journaled: what the review says of it, and state, ended, read_at and lever."""

GONE, ENDED, OPEN, UNKNOWN = "gone", "ended", "may be open", "unknown"
_OVER = frozenset({"Inactive", "Expired", GONE, ENDED})


def found(review: Review) -> list[dict[str, Any]]:
    return [each.as_json() | {"name": each.name, "why": each.why} for each in review.compromised]


def told(credentials: Sequence[Told]) -> list[object]:
    """What of them is worth a line in the journal where it changes."""
    return [(each.get("name"), each.get("why"), each.get("state"), each.get("sure")) for each in credentials]


async def read(at: Situation, credentials: Sequence[Told]) -> list[dict[str, Any]]:
    """*credentials* with their states; those that this case made itself are no intruder's."""
    ours = {*at.case.keys, at.key.id}
    wanted = [each for each in credentials if each.get("id") not in ours]
    states = await asyncio.gather(*(_state(at, each) for each in wanted))
    now = clock.rfc3339(at.now())
    return [
        dict(each) | {"state": state, "ended": state in _OVER, "read_at": now, "lever": _lever(at, each)}
        for each, state in zip(wanted, states, strict=True)
    ]


async def _state(at: Situation, each: Told) -> str:
    try:
        return await _READERS[str(each["kind"])](at, each)
    except NotFound:
        return GONE
    except AwsError as error:
        return f"{UNKNOWN} ({error})"


async def _access_key(at: Situation, each: Told) -> str:
    keys = await iam.list_access_keys(at.aws, str(each["user"]))
    return next((key.status for key in keys if key.id == each["id"]), GONE)


async def _api_key(at: Situation, each: Told) -> str:
    if not each["id"]:
        return f"{UNKNOWN} (no record names which)"
    keys = await iam.list_credentials(at.aws, str(each["user"]))
    return next((key.status for key in keys if key.id == each["id"]), GONE)


async def _password(at: Situation, each: Told) -> str:
    return "Active" if await iam.has_login_profile(at.aws, str(each["user"])) else GONE


async def _session(at: Situation, each: Told) -> str:
    """AWS lists no sessions: only the end that its answer named is certain."""
    expires = each.get("expires")
    if not expires:
        return OPEN
    when = clock.parse(str(expires))
    return ENDED if when <= at.now() else f"{OPEN} until {clock.spoken(when, at.now())}"


_READERS: Mapping[str, Callable[[Situation, Told], Awaitable[str]]] = {
    "access key": _access_key,
    "API key": _api_key,
    "console password": _password,
    "session": _session,
}


def _lever(at: Situation, each: Told) -> str:
    """What takes it away: a command of this program where it has one."""
    key_id, user = str(each.get("id") or ""), str(each.get("user") or "")
    where = at.aws.where
    match each["kind"]:
        case "access key" if user == at.key.user:
            options = (("--user", user), ("--step", "access-keys"), ("--access-key", key_id), "--yes")
            return str(where.stanch("respond", at.key.id, options=options))
        case "access key":
            params = {"UserName": user, "AccessKeyId": key_id, "Status": "Inactive"}
            return str(where.aws(Call("iam", "UpdateAccessKey", params)))
        case "API key" if not key_id:
            return str(where.stanch("keys", options=(("--user", user),)))
        case "API key":
            return str(where.stanch("respond", key_id, options=(("--user", user),)))
        case "console password":
            return "in IAM: disable console access"
        case _:
            return "in IAM: deny sessions issued before now (aws:TokenIssueTime) on its user or role"
