"""Whose sessions are to be ended: the user itself, and the roles that its key was used to assume."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from services.aws import iam
from services.aws.cloudtrail import Pacer, lookup_events
from services.aws.errors import AwsError, NotFound
from services.base import clock
from services.base.arn import account_in
from services.base.keyservices import ACCESS_KEY, SESSIONS_ALONE, SIGNS, TEMPORARY
from services.base.text import clean
from services.incident.situation import Situation
from services.review.eventhistory import Answered
from services.review.follow import OPENING, Session
from services.review.opened import Opened, opened_with
from services.review.where import of_history

Kind = Literal["User", "Role"]
OF_A_ROLE = timedelta(hours=12)
"""The longest that a role's session can last."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a policy is put on; *sessions* are the intruder's, as far as they are known."""

    kind: Kind
    name: str
    sessions: tuple[Session, ...] = ()
    arn: str | None = None

    @property
    def place(self) -> str:
        return f"{self.kind.lower()}:{self.name}"

    @property
    def text(self) -> str:
        return f"{self.kind.lower()} {self.name}"

    def params(self, policy: str) -> dict[str, object]:
        return {f"{self.kind}Name": self.name, "PolicyName": policy}


@dataclass(frozen=True, slots=True)
class Found:
    """*beyond* are sentences of what cannot be reached from here, *unread* of what could not be read.

    *narrow* says where sessions were looked for, unless that was everywhere.
    """

    principals: tuple[Principal, ...]
    beyond: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    narrow: tuple[str, ...] = ()


async def find(at: Situation) -> Found:
    """The principals, by the event history of the last 36 hours and by the roles that were named."""
    opened, unread = await _opened(at)
    nobodys = [each for each in opened.sessions if each.arn is None]
    users = tuple(each for each in nobodys if each.how in _OF_THE_USER)
    roles: dict[str, list[Session]] = defaultdict(list)
    beyond = [_unsure(each) for each in nobodys if each not in users]
    for session in opened.sessions:
        if session.arn is None:
            continue
        account, name = account_in(session.arn), session.arn.rpartition("/")[2]
        if account == at.caller.account:
            roles[name].append(session)
        else:
            beyond.append(
                f"Sessions of role {name} in account {account} cannot be ended from here: sign in to that "
                f"account and run {at.aws.where.stanch('respond', options=(('--role', name),))}."
            )
    for name in at.options.roles:
        roles[name] += []
    if at.key.service in SESSIONS_ALONE and at.key.alias:
        arn, name = at.key.alias, at.key.alias.rpartition("/")[2]
        itself = Session(at.key.id, None, name, at.key.created, None, "", arn=arn)
        roles[name] += [itself] if at.key.service == TEMPORARY else []
    principals = [Principal("User", at.key.user, users)] if at.key.user else []
    found = await asyncio.gather(*(_role(at, name, tuple(each)) for name, each in roles.items()))
    principals += [each for each in found if isinstance(each, Principal)]
    beyond += [each for each in found if isinstance(each, str)]
    narrow = () if opened.everywhere or not opened.regions else (_narrow(opened.where),)
    return Found(tuple(principals), tuple(dict.fromkeys(beyond)), unread, narrow)


_OF_THE_USER = ("GetSessionToken", "GetFederationToken")
"""The calls whose sessions are the user's own, so that a deny on the user reaches them."""


def _unsure(session: Session) -> str:
    return (
        f"Whether {session.words}, which {session.how} opened, can be ended from here is unknown: a deny on "
        "the user need not reach it."
    )


def _narrow(where: str) -> str:
    return f"Sessions were looked for in {where} only: name the roles assumed elsewhere (--role NAME)."


async def _opened(at: Situation) -> tuple[Opened, tuple[str, ...]]:
    keys, unread = [at.key.id] if at.key.service in SIGNS else [], list[str]()
    if at.key.service not in (ACCESS_KEY, *SESSIONS_ALONE):
        try:
            keys = [key.id for key in await iam.list_access_keys(at.aws, at.key.user)]
        except NotFound:
            keys = []
        except AwsError as error:
            keys = []
            unread.append(f"The access keys of {at.key.user} could not be read. {error}")
    opened = await opened_with(at.aws, keys, at.key.user, at.aws.now())
    unread += [part.words for part in opened.unreadable]
    if unread:
        unread.append("Roles that it assumed may be missing here: name them (--role NAME).")
    return opened, tuple(unread)


async def _role(at: Situation, name: str, sessions: tuple[Session, ...]) -> Principal | str:
    """Or why nothing can be put on it."""
    try:
        role = await iam.get_role(at.aws, name)
    except NotFound:
        return f"Role {clean(name)} does not exist any more, so nothing can be attached to it."
    except AwsError:
        # What is put on it will say whether that may be done.
        return Principal("Role", name, sessions)
    own = tuple(each for each in sessions if not each.principal or _is_of(each.principal, role))
    if sessions and not own and name not in at.options.roles:
        return (
            f"Role {role.name} is another than the one whose sessions were opened: it was created anew, "
            "and is left alone unless --role names it."
        )
    if role.aws_alone_changes_it:
        how = "end its sessions in Identity Center" if "/sso." in role.path else "ask the service"
        return f"Only AWS can change role {role.name} ({role.path}): {how}."
    return Principal("Role", role.name, sessions, role.arn)


def _is_of(principal: str, role: iam.Role) -> bool:
    """Whether a session's *principal*, a role's id and a name, is of that very role."""
    return not role.id or principal.partition(":")[0] == role.id


_CALLED = ("arn", "invokedBy", "userName", "principalId")
"""Where an identity says who it is, the plainest first: one of another provider has no ARN."""


@dataclass
class Others:
    """Who else has sessions of a role that were opened lately: they end too."""

    who: dict[str, int] = field(default_factory=dict)
    machines: set[str] = field(default_factory=set)
    unread: str | None = None


async def others_of(at: Situation, principal: Principal) -> Others:
    """By the records of the calls that opened them; the intruder's own are left out."""
    found, ours = Others(), {session.id for session in principal.sessions}
    if principal.arn is None:
        return found
    now, answered = at.aws.now(), Answered()
    try:
        for region in (await of_history(at.aws))[0]:
            pages = lookup_events(
                at.aws,
                region,
                Pacer(),
                attribute=("ResourceName", principal.arn),
                since=now - OF_A_ROLE,
                until=now,
            )
            async for page in pages:
                _take(found, ours, answered.mappings(page))
        found.unread = answered.words
    except AwsError as error:
        found.unread = str(error)
    return found


def _take(found: Others, ours: set[str], records: Iterable[Mapping[str, Any]]) -> None:
    for record in records:
        answer = _mapping(record.get("responseElements"))
        opened = _mapping(answer.get("credentials")).get("accessKeyId")
        if str(record.get("eventName")) not in OPENING or not isinstance(opened, str):
            continue
        asked, identity = _mapping(record.get("requestParameters")), _mapping(record.get("userIdentity"))
        name = clean(asked.get("roleSessionName") or "")
        if identity.get("invokedBy") == "ec2.amazonaws.com" and name.startswith("i-"):
            found.machines.add(name)
        if opened in ours:
            continue
        who = clean(next((identity[each] for each in _CALLED if identity.get(each)), "an unknown caller"))
        found.who[who] = found.who.get(who, 0) + 1


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def lasts(sessions: Sequence[Session], now: datetime, most: int = 4) -> Iterable[str]:
    """A sentence for each session, of how long it would have lived; many are counted."""
    for session in sessions[:most]:
        until = f" until {clock.spoken(session.expires, now)}" if session.expires else ""
        yield f"Ends {session.words}, opened {clock.spoken(session.opened, now)}, which works{until}."
    if (more := len(sessions) - most) > 0:
        last = max((each.expires for each in sessions if each.expires), default=None)
        until = f", the last until {clock.spoken(last, now)}" if last else ""
        yield f"Ends {more} more sessions{until}."
