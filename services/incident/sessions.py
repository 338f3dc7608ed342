"""Ends the sessions that a key opened: whoever has one goes on without the key, for up to 36 hours.

One statement in one inline policy of a known name, on the user and on each role that was assumed: it denies
everything to sessions opened before now, by AWS's clock. Undoing it restores to the byte what stood there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from services.aws.call import Call
from services.aws.errors import AwsError, NotFound
from services.aws.inlinepolicies import inline_text, inline_texts
from services.base import clock
from services.base.keyservices import ACCESS_KEY, SESSIONS_ALONE
from services.base.text import clean
from services.cases.facts import STOOD, place_of
from services.cases.plan import LeverName, Plan, State
from services.incident import principals
from services.incident.principals import Kind, Principal, lasts, others_of
from services.incident.situation import Situation, Verified, said_aws
from services.keys.accesskeys import owner_of
from services.rights import endedsessions

_QUOTAS = {"User": 2048, "Role": 10_240}
"""Characters of all inline policies together."""


async def plan(at: Situation) -> Plan:
    found = await principals.find(at)
    if own := _own(at, found.principals):
        return _plan(at, blocked=own)
    texts = await asyncio.gather(*(_texts(at, each) for each in found.principals))
    active = await _still_active(at)
    warnings, calls, stood, full = [*active], list[Call](), dict[str, str | None](), list[str]()
    moment = _now(at)
    others = await asyncio.gather(*(others_of(at, each) for each in found.principals))
    for principal, present, beside in zip(found.principals, texts, others, strict=True):
        if isinstance(present, str):
            full.append(present)
            continue
        former = present.get(endedsessions.NAME)
        if not active and _ended_already(at, principal, former):
            continue
        document = endedsessions.ending(moment, former)
        if (size := endedsessions.room(present, document)) > _QUOTAS[principal.kind]:
            full.append(
                f"The inline policies of {principal.text} leave no room: {size:,} of "
                f"{_QUOTAS[principal.kind]:,} characters would be used. Remove one in IAM first."
            )
            continue
        params = {**principal.params(endedsessions.NAME), "PolicyDocument": document}
        calls.append(Call("iam", f"Put{principal.kind}Policy", params))
        stood[principal.place] = _stood(at, principal, former)
        warnings += lasts(principal.sessions, at.now())
        warnings += _others_told(principal, beside)
    left = (*full, *found.beyond, *found.unread)
    warnings += (*left, *found.narrow)
    if not calls:
        already = None if left else "All sessions that are known were ended already."
        return _plan(at, warnings=tuple(warnings), blocked=left[0] if left else None, already=already)
    facts, stamp = {STOOD: stood}, clock.rfc3339(moment)
    return _plan(at, calls=tuple(calls), warnings=tuple(warnings), facts=facts, stamp=stamp, left=left)


async def plan_undo(at: Situation) -> Plan:
    calls, altered, stood = list[Call](), list[str](), dict[str, str | None]()
    wanted, known = at.options.roles, {each.name for each, _, _ in _last(at) if each.kind == "Role"}
    if unknown := next((name for name in wanted if name not in known), None):
        words = f"Sessions of role {clean(unknown)} were not ended by this case."
        return _plan(at, undoing=True, blocked=words)
    for principal, ours, place in _ours(at):
        if wanted and (principal.kind != "Role" or principal.name not in wanted):
            continue
        text = await _text(at, principal)
        former = at.case.before[place]
        if text == former:
            continue
        if text != ours:
            altered.append(
                f"The policy {endedsessions.NAME} of {principal.text} was changed since, not by this case: "
                "remove the statement in IAM."
            )
            continue
        params = principal.params(endedsessions.NAME)
        stood[principal.place] = text
        if former is None:
            calls.append(Call("iam", f"Delete{principal.kind}Policy", params))
        else:
            calls.append(Call("iam", f"Put{principal.kind}Policy", {**params, "PolicyDocument": former}))
    if not calls:
        blocked = altered[0] if altered else None
        already = None if altered else "This case has ended no sessions that are still ended."
        return _plan(at, undoing=True, blocked=blocked, already=already)
    told, facts = tuple(altered), {STOOD: stood}
    return _plan(at, undoing=True, calls=tuple(calls), warnings=told, left=told, facts=facts)


async def verify(at: Situation) -> Verified:
    wanted = list(_ours(at))
    if not wanted:
        return Verified(State.TODO, "no sessions were ended", final=True)
    agree = [each for each, ours, _ in wanted if await _text(at, each) == ours]
    words = said_aws(f"sessions of {_listed(agree)} ended" if agree else "not attached yet", at.now())
    return Verified(State.CONFIRMED if len(agree) == len(wanted) else State.REQUESTED, words)


async def verify_undo(at: Situation) -> Verified:
    not_yet = [each for each, former in _restored(at) if await _text(at, each) != former]
    if not_yet:
        return Verified(State.REQUESTED, said_aws(f"still ended for {_listed(not_yet)}", at.now()))
    words = said_aws("the documents that were there are restored", at.now())
    if left := [each for each, ours, _ in _ours(at) if await _text(at, each) == ours]:
        # Taken back in part: the lever still holds for the others.
        return Verified(State.CONFIRMED, f"{words}; sessions of {_listed(left)} still ended")
    return Verified(State.UNDONE, words)


def _ours(at: Situation) -> Iterator[tuple[Principal, str, str]]:
    """On whom this case's document is, which, and under which name the case knows what stood there."""
    for principal, document, place in _last(at):
        if place in at.case.before and document is not None:
            yield principal, document, place


def _stood(at: Situation, principal: Principal, former: str | None) -> str | None:
    """What is restored: *former*, but for this case's own statement where somebody else changed the rest."""
    ours = next(((text, place) for each, text, place in _ours(at) if each.place == principal.place), None)
    if former is None or ours is None:
        return former
    document, place = ours
    if former == document:
        # Under a name that the user had before, the journal has what stood there first.
        return former if place == principal.place else at.case.before[place]
    return endedsessions.taken_back(former, document, at.case.before[place])


def _restored(at: Situation) -> Iterator[tuple[Principal, str | None]]:
    """On whom this case's document was, and what it has restored there."""
    for principal, document, place in _last(at):
        if place not in at.case.before:
            yield principal, document


def _last(at: Situation) -> Iterator[tuple[Principal, str | None, str]]:
    """Whatever this case has put on somebody last, None where it was removed, and by which name it did."""
    put: dict[str, tuple[Principal, str | None, str]] = {}
    for call in at.case.done:
        if call.params.get("PolicyName") == endedsessions.NAME:
            kind: Kind = "Role" if "RoleName" in call.params else "User"
            document = call.params.get("PolicyDocument")
            # The only user is the key's, whatever it was called then.
            name = str(at.key.user if kind == "User" else call.params["RoleName"])
            principal, text = Principal(kind, name), None if document is None else str(document)
            put[principal.place] = principal, text, place_of(call)
    yield from put.values()


def _own(at: Situation, found: tuple[Principal, ...]) -> str | None:
    """Why it would end the responder's own session."""
    for principal in found:
        if principal.kind == "Role" and principal.name == at.caller.role:
            return (
                f"You are signed in with a session of role {principal.name}, which this would end: use "
                "other credentials."
            )
    return None


async def _still_active(at: Situation) -> tuple[str, ...]:
    """The warning that new sessions can be opened as fast as old ones are ended."""
    current = await at.credential() if at.key.service == ACCESS_KEY else None
    if current is None or current.status != "Active":
        return ()
    return (f"{at.key.id} is still Active, so new sessions can be opened at once: deactivate it first.",)


def _ended_already(at: Situation, principal: Principal, text: str | None) -> bool:
    """Whether nothing that the key opened can be alive there: all was ended once it had been deactivated."""
    before, dead = endedsessions.ended_before(text), at.case.off_since
    if before is None or any(session.opened >= before for session in principal.sessions):
        return False
    if at.key.service in SESSIONS_ALONE:
        # There is no key to open new ones, and what has ended can open none either.
        return any(each.place == principal.place and document == text for each, document, _ in _ours(at))
    return dead is not None and before >= dead


async def _texts(at: Situation, principal: Principal) -> dict[str, str] | str:
    """The inline policies of *principal*, or why they could not be read."""
    try:
        return await inline_texts(at.aws, principal.kind, principal.name)
    except NotFound:
        return f"The {principal.text} does not exist any more."
    except AwsError as error:
        return f"The inline policies of {principal.text} could not be read. {error}"


async def _text(at: Situation, principal: Principal) -> str | None:
    return await inline_text(at.aws, principal.kind, principal.name, endedsessions.NAME)


def _now(at: Situation) -> datetime:
    """By AWS's clock, which says when sessions were opened; the whole of this second is before it."""
    return at.aws.now().replace(microsecond=0) + timedelta(seconds=1)


def _others_told(principal: Principal, others: principals.Others) -> Iterator[str]:
    if others.unread:
        yield f"Who else has sessions of {principal.text} could not be read. {others.unread}"
    if others.who:
        count = sum(others.who.values())
        who = ", ".join(list(others.who)[:4]) + ("…" if len(others.who) > 4 else "")
        sessions = "1 other session" if count == 1 else f"{count} other sessions"
        yield f"It also ends {sessions} of {principal.text} opened lately, by {who}: they sign in again."
    if others.machines:
        named = ", ".join(sorted(others.machines)[:4])
        yield (
            f"Role {principal.name} is that of {named}, which fetches new credentials at once: the machine "
            "is the credential, so isolate it too."
        )


def _listed(found: list[Principal]) -> str:
    return ", ".join(each.text for each in found)


def _plan(at: Situation, *, undoing: bool = False, **fields: Any) -> Plan:
    whose = f"that {at.key.id} opened" if at.key.service == ACCESS_KEY else f"of {owner_of(at.key)}"
    return Plan(
        step=LeverName.SESSIONS,
        title=f"Let the sessions {whose} work again" if undoing else f"End the sessions {whose}",
        stops="Nothing: the sessions that are alive still work again."
        if undoing
        else "Every session of the user and the roles below that was opened before now, whoever opened it.",
        leaves="Keys as they are."
        if undoing
        else "Access keys, API keys and passwords; services' own roles, roles of Identity Center, and root.",
        reversible=True,
        undo="End them again."
        if undoing
        else "Restore the policy that was there, to the byte, or remove it.",
        **fields,
    )
