"""Whether whatever used the old key goes on without it: the flow since, and what CloudTrail has of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.aws.errors import AwsError
from services.aws.logs import LogGroup
from services.base import clock
from services.base.keyservices import KeyService
from services.incident import working
from services.incident.situation import Situation
from services.rotation import use as using
from services.rotation.flow import WATCH_FOR, GroupVerdict, Kind, Measured, Stretches
from services.rotation.use import Use
from services.traffic.series import Curve, Series
from services.traffic.traffic import find_groups

_ORDER = list(Kind)


@dataclass(frozen=True, slots=True)
class Verdict:
    """*words* say it all; *ready* that the old key is not missed, *bad* that something misses it.

    *groups* are those with bytes to lose. *sure* is False where waiting may still change it.
    """

    since: datetime
    kind: Kind
    words: str
    sure: bool
    ready: bool
    bad: bool
    groups: tuple[GroupVerdict, ...]
    let_in: datetime | None = None
    refused: datetime | None = None
    recorded: bool = False

    def as_json(self) -> dict[str, object]:
        return {
            "since": clock.rfc3339(self.since),
            "kind": self.kind.value,
            "words": self.words,
            "sure": self.sure,
            "ready": self.ready,
            "let_in": clock.rfc3339(self.let_in) if self.let_in else None,
            "refused": clock.rfc3339(self.refused) if self.refused else None,
            "recorded": self.recorded,
            "groups": [group.as_json() for group in self.groups],
        }


def deactivated_at(at: Situation, expires: datetime | None) -> datetime:
    """Since when, by AWS's clock, the old key works no more, as far as the case knows."""
    return working.off_since(at, expires) or at.aws.now()


async def read(at: Situation, since: datetime) -> Verdict:
    """Ask CloudWatch and CloudTrail; what cannot be read is told, not raised."""
    seen = await using.read(at, since)
    names = at.options.log_groups or at.case.watched or seen.log_groups
    if at.key.service == KeyService.LOGS:
        flow = await _flow(at, since, names)
    else:
        flow = _Flow(Kind.NOTHING, f"IncomingBytes does not count {at.short_service} keys")
    return _together(at, since, flow, seen)


@dataclass(frozen=True, slots=True)
class _Flow:
    kind: Kind
    words: str
    sure: bool = False
    groups: tuple[GroupVerdict, ...] = ()


async def _flow(at: Situation, since: datetime, names: Sequence[str]) -> _Flow:
    try:
        groups, unreadable = await find_groups(at.aws, await at.aws.regions(), tuple(names))
    except AwsError as error:
        return _Flow(Kind.UNREAD, f"the log groups could not be read: {error}")
    if missing := [name for name in names if name not in {group.name for group in groups}]:
        return _Flow(
            Kind.UNREAD, f"there is no log group {', '.join(missing)} in the Regions searched (--region)"
        )
    if not names:
        groups = tuple(group for group in groups if group.bearer_enabled)
    judged, errors = await _judge(at, since, groups)
    told = _of_groups(tuple(one for one in judged if one.carried or names), guessed=not names)
    if troubles := [*(f"{part.what}: {part.error}" for part in unreadable), *errors]:
        words = f"{told.words}; could not be read: {' '.join(troubles).rstrip('.')}"
        kind = told.kind if told.kind in (Kind.GONE, Kind.LESS) else Kind.UNREAD
        return _Flow(kind, words, told.sure and kind is not Kind.UNREAD, told.groups)
    return told


async def _judge(
    at: Situation, since: datetime, groups: Sequence[LogGroup]
) -> tuple[list[GroupVerdict], list[str]]:
    now, series = at.aws.now(), Series(at.aws)
    stretches = Stretches.of(since, now)
    spans = (stretches.after, stretches.before, stretches.day)
    seconds = int(stretches.period.total_seconds())
    curves = {
        (group.region, group.name): [Curve(group.region, group.name, *span, seconds) for span in spans]
        for group in groups
    }
    errors = await series.read([curve for three in curves.values() for curve in three], now)
    measured = [
        Measured(name, region, *(series.points(curve) for curve in three))
        for (region, name), three in curves.items()
        if region not in errors
    ]
    newest = {
        region: max((one.newest for one in measured if one.region == region and one.newest), default=None)
        for region in {one.region for one in measured}
    }
    judged = [one.judge(stretches, now, newest[one.region]) for one in measured]
    return judged, [f"traffic in {region}: {error}" for region, error in errors.items()]


def _of_groups(groups: tuple[GroupVerdict, ...], *, guessed: bool) -> _Flow:
    """The worst of them in words, and how the others are."""
    if not groups:
        words = "no log group that takes bearer tokens had any bytes before" if guessed else "no log group"
        return _Flow(Kind.NOTHING, words)
    by_worst = sorted(groups, key=lambda one: (_ORDER.index(one.kind), one.log_group))
    kind = by_worst[0].kind
    worst = [one for one in by_worst if one.kind is kind]
    others = len(by_worst) - len(worst)
    words = "; ".join(f"{one.log_group} {one.words}" for one in worst[:3])
    if more := len(worst) - 3:
        words += f"; {more} more like it" if more > 0 else ""
    if others:
        words += f"; {others} other{'s' if others > 1 else ''} not"
    if guessed and len(groups) > 1:
        words += (
            f" (which of the {len(groups)} log groups the key writes to is unknown: name it with --log-group)"
        )
    sure = any(one.sure for one in worst) if kind is Kind.GONE else all(one.sure for one in by_worst)
    return _Flow(kind, words, sure, tuple(by_worst))


def _together(at: Situation, since: datetime, flow: _Flow, seen: Use) -> Verdict:
    now = at.aws.now()
    new, refused = seen.new_since(since), seen.refused_since(since)
    long_enough = now - since >= WATCH_FOR
    used = new is not None and flow.kind is Kind.NOTHING and long_enough
    ready = refused is None and ((flow.kind is Kind.AS_BEFORE and flow.sure) or used)
    bad = refused is not None or (flow.kind in (Kind.GONE, Kind.LESS) and flow.sure)
    return Verdict(
        since=since,
        kind=flow.kind,
        words=f"{flow.words}; {_recorded(seen, since, now)}",
        sure=ready or bad,
        ready=ready,
        bad=bad,
        groups=flow.groups,
        let_in=new.time if new else None,
        refused=refused.time if refused else None,
        recorded=seen.complete or bool(seen.events),
    )


def _recorded(seen: Use, since: datetime, now: datetime) -> str:
    """What CloudTrail has of it, in words."""
    told = []
    if new := seen.new_since(since):
        told.append(f"the new key was allowed at {clock.spoken(new.time, now)} from {new.source_ip}")
    if refused := seen.refused_since(since):
        when, where = clock.spoken(refused.time, now), refused.source_ip
        told.append(f"the old one was denied at {when} from {where}, so something still sends it")
    if told:
        return "; ".join(told)
    if seen.trouble:
        return f"CloudTrail could not be asked: {seen.trouble.rstrip('.')}"
    if seen.early:
        return using.TOO_EARLY
    if seen.complete:
        return "no call was recorded since"
    return "whether calls were denied is not recorded"
