"""A lever beside the steps: log groups stop taking bearer tokens, anybody's, and take them again."""

from __future__ import annotations

import asyncio
from typing import Unpack

from services.aws import logs
from services.aws.call import Call
from services.aws.errors import AwsError
from services.aws.logs import LogGroup
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
    off = switched_off(at)
    if not off:
        return _plan(at, undoing=True, already="This case turned no group off.")
    found = await asyncio.gather(*(logs.find_log_group(at.aws, region, name) for name, region in off))
    others = [place for place, group in zip(off, found, strict=True) if group and _is_newer(at, group)]
    left = tuple(
        f"Log group {name} was created anew since, by someone else: it is left as it is."
        for name, _ in others
    )
    calls = tuple(switch(name, region, enabled=True) for name, region in off if (name, region) not in others)
    return _plan(at, undoing=True, calls=calls, warnings=left, left=left, blocked=None if calls else left[0])


def _is_newer(at: Situation, group: LogGroup) -> bool:
    """Whether it is another than the one that this case turned off."""
    return at.case.newer(OPERATION, f"{group.name}@{group.region}", group.created)


async def verify(at: Situation) -> Verified:
    off = switched_off(at)
    if not off:
        return Verified(State.TODO, "no group was turned off", final=True)
    return await _verify(at, off, enabled=False)


async def verify_undo(at: Situation) -> Verified:
    on = {
        (str(call.params["logGroupIdentifier"]), call.region or "")
        for call in at.case.done_by.get(LeverName.GROUPS, ())
        if call.operation == OPERATION and call.params["bearerTokenAuthenticationEnabled"]
    }
    return await _verify(at, sorted(on), enabled=True)


def switched_off(at: Situation) -> list[tuple[str, str]]:
    """(name, Region) of the groups this case switched off and not on again."""
    off: dict[tuple[str, str], None] = {}
    for call in at.case.done_by.get(LeverName.GROUPS, ()):
        if call.operation == OPERATION:
            group = (str(call.params["logGroupIdentifier"]), call.region or "")
            if call.params["bearerTokenAuthenticationEnabled"]:
                off.pop(group, None)
            else:
                off[group] = None
    return list(off)


async def _verify(at: Situation, groups: list[tuple[str, str]], *, enabled: bool) -> Verified:
    found = await asyncio.gather(*(logs.find_log_group(at.aws, region, name) for name, region in groups))
    agree = [group for group in found if group is None or group.bearer_enabled is enabled]
    words = f"{len(agree)} of {len(groups)} groups {'accept' if enabled else 'refuse'} bearer tokens"
    done = State.UNDONE if enabled else State.CONFIRMED
    return Verified(done if len(agree) == len(groups) else State.REQUESTED, said_aws(words, at.now()))


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
    if not users:
        return f"No other user has an active {at.short_service} key."
    who = "1 other user has" if len(users) == 1 else f"{len(users)} other users have"
    return (
        f"These groups stop accepting every bearer token: {who} active "
        f"{at.short_service} keys ({', '.join(users[:6])}{'…' if len(users) > 6 else ''})."
    )


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
