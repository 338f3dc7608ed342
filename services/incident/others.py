"""The credentials that are compromised as well: what state each is in now, and what takes it away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.aws import iam
from services.aws.errors import AwsError, NotFound
from services.aws.iam import Credential
from services.aws.inlinepolicies import Holder, inline_text
from services.base import clock
from services.base.text import clean
from services.cases.state import CaseState
from services.incident.situation import Situation
from services.keys.keyid import account_in
from services.keys.userkeys import ACCESS_KEYS, API_KEYS
from services.keys.whereabouts import key_of
from services.review.review import Review
from services.rights import endedsessions

Told = Mapping[str, Any]
"""One of them as it is journaled: what the review says of it, and state, ended, read_at and lever."""

GONE, ENDED, OPEN, UNKNOWN = "gone", "ended", "may be open", "unknown"
DENIED = "ended by a deny policy"
_OVER = frozenset({"Inactive", "Expired", GONE, ENDED, DENIED})


MOST = 50
"""Credentials that are read back one by one: what lasts comes before sessions, which end by themselves."""
_ORDER = ("access key", "API key", "console password", "session")


def found(review: Review) -> list[dict[str, Any]]:
    every = sorted(review.compromised, key=lambda each: _ORDER.index(each.kind))
    named = [each.as_json() | {"name": each.name, "why": each.why} for each in every[:MOST]]
    if rest := every[MOST:]:
        more: dict[str, Any] = {"kind": "more", "id": None, "user": None, "used_from": [], "made_from": []}
        told = {"name": f"{len(rest):,} more credentials", "why": "named in the review", "sure": rest[0].sure}
        named.append(more | told)
    return named


def told(credentials: Sequence[Told]) -> list[object]:
    """What of them is worth a line in the journal where it changes."""
    return [(each.get("name"), each.get("why"), each.get("state"), each.get("sure")) for each in credentials]


def usable(case: CaseState) -> Iterator[str]:
    """A sentence for each that still works, with what takes it away."""
    for each in case.compromised:
        if not each.get("ended"):
            may = "Compromised as well" if each.get("sure") else "May be compromised as well"
            yield clean(f"{may}: {each.get('name')}, {each.get('state')}: {each.get('lever')}", limit=2000)


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


def _account(at: Situation, each: Told) -> str | None:
    """The account that it is of, where that is another: a namesake here says nothing of it."""
    key_id = str(each.get("id") or "")
    told = account_in(key_id) if key_id.startswith(("AKIA", "ASIA")) else None
    known = told or each.get("account")
    return str(known) if known not in (None, at.caller.account) else None


async def _state(at: Situation, each: Told) -> str:
    if each["kind"] != "session" and (account := _account(at, each)):
        return f"{UNKNOWN} (of account {account}: sign in there)"
    try:
        return await _READERS[str(each["kind"])](at, each)
    except NotFound:
        return GONE
    except AwsError as error:
        return f"{UNKNOWN} ({error})"


async def _access_key(at: Situation, each: Told) -> str:
    return _status(await key_of(at.aws, ACCESS_KEYS, str(each["id"]), str(each["user"])), each)


async def _api_key(at: Situation, each: Told) -> str:
    if not each["id"]:
        return f"{UNKNOWN} (no record names which)"
    return _status(await key_of(at.aws, API_KEYS, str(each["id"]), str(each["user"])), each)


def _status(key: Credential | None, each: Told) -> str:
    if key is None:
        return GONE
    renamed = key.status == "Active" and key.user != each["user"]
    return f"{key.status}, of user {key.user} now" if renamed else key.status


async def _password(at: Situation, each: Told) -> str:
    user = str(each["user"])
    if await iam.has_login_profile(at.aws, user):
        return "Active"
    try:
        await iam.get_user(at.aws, user)
    except NotFound:
        return f"{UNKNOWN} (there is no user {user} any more: deleted, or renamed)"
    return GONE


async def _session(at: Situation, each: Told) -> str:
    """AWS lists no sessions: certain are the end that its answer named, and a deny of what is older."""
    expires, opened = each.get("expires"), each.get("opened")
    when = clock.parse(str(expires)) if expires else None
    # By AWS's clock, which ends them.
    if when is not None and when <= at.aws.now():
        return ENDED
    if opened and await _denied(at, each, clock.parse(str(opened))):
        return DENIED
    return f"{OPEN} until {clock.spoken(when, at.now())}" if when else OPEN


async def _denied(at: Situation, each: Told, opened: datetime) -> bool:
    """Whether whoever it is of is denied everything that was opened by then."""
    arn, user = str(each.get("role_arn") or ""), str(each.get("user") or "")
    if arn and f":{at.caller.account}:" not in arn:
        return False
    kind: Holder = "Role" if arn else "User"
    name = arn.rpartition("/")[2] or user
    before = endedsessions.ended_before(await inline_text(at.aws, kind, name, endedsessions.NAME))
    return before is not None and opened < before


async def _unread(at: Situation, each: Told) -> str:
    return f"{UNKNOWN} (too many to be read one by one)"


_READERS: Mapping[str, Callable[[Situation, Told], Awaitable[str]]] = {
    "access key": _access_key,
    "API key": _api_key,
    "console password": _password,
    "session": _session,
    "more": _unread,
}


def _lever(at: Situation, each: Told) -> str:
    """What takes it away: a command of this program where it has one."""
    key_id, user = str(each.get("id") or ""), str(each.get("user") or "")
    account = _account(at, each)
    where = replace(at.aws.where, account=account, role_arn=None) if account else at.aws.where
    match each["kind"]:
        case "access key" if user == at.key.user and not account:
            options = (("--user", user), ("--step", "access-keys"), ("--access-key", key_id), "--yes")
            return str(where.stanch("respond", at.key.id, options=options))
        case "access key":
            return str(where.stanch("respond", key_id, options=(("--user", user), ("--step", "deactivate"))))
        case "API key" if not key_id:
            return str(where.stanch("keys", options=(("--user", user),)))
        case "API key":
            return str(where.stanch("respond", key_id, options=(("--user", user), ("--step", "deactivate"))))
        case "more":
            return str(where.stanch("review", at.key.id, options=("--json",)))
        case "console password":
            return "in IAM: disable console access"
        case _ if role := str(each.get("role_arn") or "").rpartition("/")[2]:
            return str(where.stanch("respond", options=(("--role", role), ("--step", "sessions"))))
        case _:
            given = (("--user", at.key.user), ("--step", "sessions"))
            return str(where.stanch("respond", at.key.id, options=given))
