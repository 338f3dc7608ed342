"""A lever beside the steps: log groups stop taking bearer tokens, anybody's, and take them again."""

from __future__ import annotations

import asyncio
from typing import Unpack

from services.aws import logs
from services.aws.call import Call
from services.aws.errors import AwsError
from services.aws.logs import LogGroup
from services.base.text import clean
from services.cases.plan import LeverName, Plan, PlanParts, State
from services.incident.situation import Situation, Verified, said_aws
from services.keys.inventory import everything
from services.traffic.named import groups_named, places_named

OPERATION = "PutBearerTokenAuthentication"


async def plan(at: Situation) -> Plan:
    wanted = at.options.log_groups
    if not wanted:
        return _plan(at, blocked="Name the log groups to switch off (--log-group NAME).")
    found, missing = await _find(at, wanted)
    if missing:
        # Says the near one, too, where all Regions could be read.
        await groups_named(at.aws, missing)
        return _plan(at, blocked=f"Whether the log group {missing[0]} exists could not be read.")
    on = [group for group in found if group.bearer_enabled]
    if not on:
        return _plan(at, already="These groups already refuse bearer tokens.")
    calls = tuple(switch(group.name, group.region, enabled=False) for group in on)
    return _plan(at, calls=calls, warnings=(await _others(at),))


async def plan_undo(at: Situation) -> Plan:
    wanted, touched = at.options.log_groups, [(name, f"{name}@{region}") for name, region in _left(at)]
    if unknown := next((name for name in wanted if not any(name in each for each in touched)), None):
        words = f"Log group {clean(unknown)} is not one that this case turned off."
        return _plan(at, undoing=True, blocked=words)
    off = [place for place in switched_off(at) if not wanted or {place[0], "@".join(place)} & {*wanted}]
    if not off:
        which = f"turned {', '.join(wanted)} on again" if wanted else "turned no group off"
        return _plan(at, undoing=True, already=f"This case {which}.")
    found = dict(zip(off, await _found(at, off), strict=True))
    others = [place for place, group in found.items() if group and _is_newer(at, group)]
    left = tuple(
        f"Log group {name} was created anew since, by someone else: it is left as it is."
        for name, _ in others
    )
    gone = tuple(
        f"Log group {name} is deleted, so there is nothing to turn on."
        for (name, _), group in found.items()
        if group is None
    )
    again = [place for place, group in found.items() if group and place not in others]
    calls = tuple(switch(name, region, enabled=True) for name, region in again)
    if not calls and not left:
        return _plan(at, undoing=True, already=" ".join(gone))
    return _plan(
        at, undoing=True, calls=calls, warnings=(*left, *gone), left=left, blocked=None if calls else left[0]
    )


def _is_newer(at: Situation, group: LogGroup) -> bool:
    """Whether it is another than the one that this case turned off."""
    return at.case.newer(OPERATION, f"{group.name}@{group.region}", group.created)


async def verify(at: Situation) -> Verified:
    off = switched_off(at)
    if not off:
        return Verified(State.TODO, "no group was turned off", final=True)
    return await _verify(at, off, enabled=False)


async def verify_undo(at: Situation) -> Verified:
    on = [place for place, on in _left(at).items() if on]
    nothing = Verified(State.UNDONE, said_aws("no log group is left to turn on", at.now()))
    seen = await _verify(at, on, enabled=True) if on else nothing
    if seen.state is not State.UNDONE:
        return seen
    found = await _found(at, switched_off(at))
    off = [one.name for one in found if one and not one.bearer_enabled and not _is_newer(at, one)]
    # Taken back in part, the lever still holds for the others.
    return Verified(State.CONFIRMED, f"{seen.words}; {', '.join(off)} still off") if off else seen


def switched_off(at: Situation) -> list[tuple[str, str]]:
    """(name, Region) of the groups this case switched off and not on again."""
    return [place for place, on in _left(at).items() if not on]


def _left(at: Situation) -> dict[tuple[str, str], bool]:
    """Whether this case left each group that it touched taking bearer tokens."""
    return {
        (str(call.params["logGroupIdentifier"]), call.region or ""): bool(
            call.params["bearerTokenAuthenticationEnabled"]
        )
        for call in at.case.done_by.get(LeverName.GROUPS, ())
        if call.operation == OPERATION
    }


async def _verify(at: Situation, groups: list[tuple[str, str]], *, enabled: bool) -> Verified:
    found = await _found(at, groups)
    agree = [group for group in found if group is None or group.bearer_enabled is enabled]
    words = f"{len(agree)} of {len(groups)} groups {'accept' if enabled else 'refuse'} bearer tokens"
    done = State.UNDONE if enabled else State.CONFIRMED
    return Verified(done if len(agree) == len(groups) else State.REQUESTED, said_aws(words, at.now()))


async def _found(at: Situation, groups: list[tuple[str, str]]) -> list[LogGroup | None]:
    return await asyncio.gather(*(logs.find_log_group(at.aws, region, name) for name, region in groups))


async def _find(at: Situation, wanted: tuple[str, ...]) -> tuple[list[LogGroup], list[str]]:
    """The groups named, plainly or as NAME@REGION, in the Regions searched; and those not found."""
    places = await places_named(at.aws, wanted)
    answers = await asyncio.gather(
        *(logs.find_log_group(at.aws, region, name) for name, looked in places for region in looked)
    )
    found = [group for group in answers if group is not None]
    there = {(group.name, group.region) for group in found}
    missing = [
        one
        for one, (name, looked) in zip(wanted, places, strict=True)
        if not any((name, region) in there for region in looked)
    ]
    return found, missing


async def _others(at: Situation) -> str:
    """Whose tokens stop too."""
    try:
        found = await everything(at.aws, now=at.now)
        users = sorted(
            {
                key.user
                for key in found.keys
                if key.service == at.key.service and key.status == "Active" and key.user != at.key.user
            }
        )
    except AwsError as error:
        return f"Who else has a {at.short_service} key could not be read: {error}"
    who = "1 other user has" if len(users) == 1 else f"{len(users)} other users have"
    told = (
        f"These groups stop accepting every bearer token: {who} active "
        f"{at.short_service} keys ({', '.join(users[:6])}{'…' if len(users) > 6 else ''})."
    )
    if found.complete:
        return told if users else f"No other user has an active {at.short_service} key."
    why = "".join(f" {part.words}" for part in found.unreadable[:1])
    unread = f"Who else has a {at.short_service} key could not all be read.{why}"
    return f"{told} {unread}" if users else unread


def switch(name: str, region: str, *, enabled: bool) -> Call:
    params = {"logGroupIdentifier": name, "bearerTokenAuthenticationEnabled": enabled}
    return Call("logs", OPERATION, params, region)


def _plan(at: Situation, *, undoing: bool = False, **parts: Unpack[PlanParts]) -> Plan:
    return Plan(
        step=LeverName.GROUPS,
        title="Turn bearer tokens back on for the groups"
        if undoing
        else "Turn bearer tokens off for log groups",
        stops="Nothing." if undoing else "Every bearer token, of every user, on these groups.",
        leaves="Calls signed with access keys or roles, and other groups.",
        reversible=True,
        undo="Turn them off again." if undoing else "Turn them back on.",
        **parts,
    )
