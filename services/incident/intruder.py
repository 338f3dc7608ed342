"""A lever beside the steps: one thing at a time that a followed credential made, stopped and never deleted.

What a record proves is offered, and nothing else: not what only looks alike, and not what was changed since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Unpack

import msgspec

from services.aws.call import Call
from services.aws.errors import AwsError, NotFound
from services.aws.inlinepolicies import inline_texts
from services.base import clock
from services.base.text import clean
from services.cases.plan import LeverName, Plan, PlanParts, State
from services.cases.settle import holder_in
from services.cases.state import CaseState
from services.incident.alike import alike
from services.incident.madelevers import Lever, by_hand, lever_of
from services.incident.situation import Situation, Verified, said_aws
from services.incident.standing import Standing, standing
from services.review.made import Made
from services.review.review import Review
from services.rights import intruderdenies

Told = Mapping[str, Any]
"""One thing as it is journaled: what the review says of it, and state, ended, offered, read_at and lever."""

MOST = 50
"""Things that are read back one by one; what is beyond is counted."""


def found(at: Situation, review: Review) -> list[dict[str, Any]]:
    """What *review* names; what it did not look back to, or this case has acted on, stays known."""
    new = [each.as_json() for each in review.made]
    named = {each.same for each in review.made}
    acted_on = {made.same for made, _ in touched(at).values()}
    old = [(each, thing(each)) for each in at.case.made]
    return [
        *(
            dict(each)
            for each, made in old
            if made.same not in named and (made.same in acted_on or made.at < review.window.since)
        ),
        *new,
    ]


def told(things: Sequence[Told]) -> list[object]:
    """What of them is worth a line in the journal where it changes."""
    return [(each.get("event_id"), each.get("state"), each.get("offered")) for each in things]


def left(case: CaseState) -> Iterator[str]:
    """A sentence for each that still stands, with what stops it."""
    for each in case.made:
        if not each.get("ended"):
            words = f"The intruder made {each.get('text')}, {each.get('state')}: {each.get('lever')}"
            yield clean(words, limit=2000)


async def read(at: Situation, things: Sequence[Told]) -> list[dict[str, Any]]:
    """*things* with their states; those beyond the first few are not asked about."""
    limit = asyncio.Semaphore(8)

    async def one(each: Told) -> dict[str, Any]:
        made = thing(each)
        async with limit:
            now = await standing(at.aws, at.caller.account, made)
        return _read(at, each, made, now)

    unread = Standing("unknown (too many to be read one by one)", None, None)
    first = await asyncio.gather(*map(one, things[:MOST]))
    return [*first, *(_read(at, each, thing(each), unread) for each in things[MOST:])]


def _read(at: Situation, each: Told, made: Made, now: Standing) -> dict[str, Any]:
    offered = _offers(made, now)
    return dict(each) | {
        "state": now.words,
        "ended": now.over,
        "offered": offered,
        "read_at": clock.rfc3339(at.now()),
        "lever": _how(at, made) if offered or now.over else by_hand(made, at.aws.where),
    }


def thing(each: Told) -> Made:
    """As it is journaled."""
    return msgspec.convert(dict(each), Made)


def _offers(made: Made, now: Standing) -> bool:
    return bool(now.there and now.works) and lever_of(made) is not None


def _how(at: Situation, made: Made) -> str:
    options = (("--user", at.key.user),) if at.key.user else ()
    given = (*options, ("--step", "intruder"), ("--made", made.event_id))
    return str(at.aws.where.stanch("respond", at.key.id, options=given))


async def plan(at: Situation) -> Plan:
    made, trouble = _chosen(at, at.case.made)
    if made is None:
        return _plan(at, None, None, blocked=trouble)
    lever = lever_of(made)
    if lever is None:
        return _plan(at, made, None, blocked=f"There is {by_hand(made, at.aws.where)}")
    now = await standing(at.aws, at.caller.account, made)
    if now.over:
        return _plan(at, made, lever, already=f"This does not stand any more: {now.words}.")
    if not _offers(made, now):
        return _plan(at, made, lever, blocked=f"It cannot be said to be what was made: {now.words}.")
    if own := _own(at, made):
        return _plan(at, made, lever, blocked=own)
    other = await alike(at, made)
    if other.others:
        return _plan(
            at, made, lever, blocked=f"It is not the intruder's alone: {other.others[0]}. Ask them first."
        )
    call = lever.stop(made)
    assert call is not None
    if full := await _full(at, call):
        return _plan(at, made, lever, blocked=full)
    warnings = [f"Proof: {made.proof}.", *([other.unread] if other.unread else [])]
    if made.usual:
        warnings.append(
            f"{made.source_ip} is an address that this user's calls came from before: it may be the owner's "
            "own work."
        )
    return _plan(at, made, lever, calls=(call,), warnings=tuple(warnings))


async def plan_undo(at: Situation) -> Plan:
    stopped = _stopped(at)
    made, trouble = _chosen(at, [each for each in at.case.made if each.get("event_id") in stopped])
    if made is None:
        already = (
            None if stopped or at.options.made else "This case has stopped nothing that is still stopped."
        )
        return _plan(at, None, None, undoing=True, blocked=None if already else trouble, already=already)
    lever = lever_of(made)
    assert lever is not None
    now = await standing(at.aws, at.caller.account, made)
    if now.works:
        return _plan(at, made, lever, undoing=True, already=f"It works again already: {now.words}.")
    if now.there is False and made.kind not in ("attached policy", "group member"):
        return _plan(at, made, lever, undoing=True, already=f"There is nothing to restore: {now.words}.")
    if now.works is None:
        words = f"{now.words}: put it right in AWS."
        return _plan(at, made, lever, undoing=True, blocked=words[:1].upper() + words[1:])
    return _plan(at, made, lever, undoing=True, calls=(lever.back(made),))


async def verify(at: Situation) -> Verified:
    stopped = list(_stopped(at).values())
    if not stopped:
        return Verified(State.TODO, "nothing was stopped", final=True)
    seen = await _standing(at, stopped)
    agree = [made for made, now in zip(stopped, seen, strict=True) if now.over]
    words = said_aws(f"{_stopped_words(agree)}" if agree else "not in effect yet", at.now())
    return Verified(State.CONFIRMED if len(agree) == len(stopped) else State.REQUESTED, words)


async def verify_undo(at: Situation) -> Verified:
    restored = [made for made, put_back in touched(at).values() if put_back]
    seen = await _standing(at, restored)
    if not all(now.works for now in seen):
        return Verified(State.REQUESTED, said_aws("not restored yet", at.now()))
    words = said_aws(f"{', '.join(made.text for made in restored)} as before", at.now())
    if stopped := _stopped(at):
        # Taken back in part: the lever still holds for the others.
        return Verified(State.CONFIRMED, f"{words}; {_stopped_words(stopped.values())}")
    return Verified(State.UNDONE, words)


async def _standing(at: Situation, things: Sequence[Made]) -> list[Standing]:
    """Raises the error of the first that AWS did not tell of, so that it is asked again."""
    return list(await asyncio.gather(*(standing(at.aws, at.caller.account, made) for made in things)))


def _stopped_words(things: Iterable[Made]) -> str:
    levers = ((made, lever_of(made)) for made in things)
    return ", ".join(f"{made.text} {lever.stopped}" for made, lever in levers if lever)


def _stopped(at: Situation) -> dict[str, Made]:
    """By event id, what this case has stopped and not restored."""
    return {event_id: made for event_id, (made, put_back) in touched(at).items() if not put_back}


def touched(at: Situation) -> dict[str, tuple[Made, bool]]:
    """By event id, everything that this case has stopped, and whether it was put back since."""
    things = [(made, lever) for made in map(thing, at.case.made) if (lever := lever_of(made))]
    found: dict[str, tuple[Made, bool]] = {}
    for call in at.case.done_by.get(LeverName.INTRUDER, ()):
        for made, lever in things:
            if call in (lever.stop(made), lever.back(made)):
                found[made.event_id] = made, call == lever.back(made)
    return found


def _chosen(at: Situation, things: Sequence[Told]) -> tuple[Made | None, str]:
    """The one that was named by its event or its name, or why there is none."""
    wanted, made = at.options.made, [thing(each) for each in things]
    if not made:
        return None, "No record of a followed credential names anything that it made: review first."
    if not wanted and len(made) > 1:
        named = "; ".join(f"{each.event_id} ({each.text})" for each in made[:4])
        more = "; …" if len(made) > 4 else ""
        return None, f"Name one by the event that made it (`--made EVENT`): {named}{more}"
    if len(wanted) > 1:
        return None, "One at a time: name one (`--made EVENT`)."
    found = [each for each in made if not wanted or wanted[0] in (each.event_id, *each.also, each.name)]
    if len(found) == 1:
        return found[0], ""
    if found:
        return None, f"Several things are called {clean(wanted[0])}: name one by its event (`--made EVENT`)."
    return None, (
        f"No record of a followed credential says that it made {clean(wanted[0])}, so it is left alone: "
        "review anew if it was made since."
    )


def _own(at: Situation, made: Made) -> str | None:
    """Why it would take from the responder what it works with."""
    whose = (made.name if made.kind in ("user", "role") else made.whose, made.kind)
    holder = "Role" if made.kind == "role" else "User" if made.kind == "user" else made.holder
    mine = at.caller.user if holder == "User" else at.caller.role if holder == "Role" else None
    if mine is not None and whose[0] == mine:
        return f"You are signed in as {mine}, which this would be done to: use other credentials."
    return None


async def _full(at: Situation, call: Call) -> str | None:
    """Why the deny policy has no room beside the others."""
    document = call.params.get("PolicyDocument")
    if not isinstance(document, str):
        return None
    holder = holder_in(call.params)
    whose, name = str(call.params[f"{holder}Name"]), str(call.params["PolicyName"])
    try:
        texts = await inline_texts(at.aws, holder, whose)
    except NotFound:
        return f"The {holder.lower()} {whose} does not exist any more."
    except AwsError as error:
        return f"The inline policies of {holder.lower()} {whose} could not be read. {error}"
    if name in texts and not intruderdenies.alike(texts[name], document):
        return f"{holder} {whose} has a policy {name} already that says otherwise: look at it in IAM."
    size, most = intruderdenies.room(texts, name, document), intruderdenies.QUOTAS[holder]
    if size > most:
        return (
            f"The inline policies of {holder.lower()} {whose} leave no room: {size:,} of {most:,} characters "
            "would be used. Remove one in IAM first."
        )
    return None


def _plan(
    at: Situation,
    made: Made | None,
    lever: Lever | None,
    *,
    undoing: bool = False,
    **parts: Unpack[PlanParts],
) -> Plan:
    title = "Restore what was stopped" if undoing else "Stop one thing that the intruder made"
    if made and lever:
        title = (lever.undoes if undoing else lever.does).format(made.text)
    return Plan(
        step=LeverName.INTRUDER,
        title=title,
        stops="Nothing." if undoing else lever.stops if lever else "That one thing.",
        leaves="The rest as it is."
        if undoing
        else lever.leaves
        if lever
        else "Everything else, and whatever no record of a followed credential proves.",
        reversible=True,
        undo="Stop it again." if undoing else "Put it back as it was; nothing is deleted.",
        **parts,
    )
