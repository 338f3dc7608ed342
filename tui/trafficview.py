"""The traffic of many groups in words and graphs, apart from any screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.traffic import FALLING, FLOWING, GONE, NEVER_SEEN, NO_DATA_YET, GroupFlow, Reading
from tui import words
from tui.widgets.flowgraph import Flow
from tui.widgets.lines import Line
from tui.widgets.plot import Mark
from tui.widgets.timescale import frame

SIGNS = {FLOWING: "▶", FALLING: "▼", GONE: "■", NEVER_SEEN: "·", NO_DATA_YET: "?"}
SPANS = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=12))
FINE_SPANS = (timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1))
"""Where a point stands for less than a minute, an hour of them is long."""


def spans(period_seconds: int) -> tuple[timedelta, ...]:
    return FINE_SPANS if period_seconds < 60 else SPANS


def reach(now: datetime, span: timedelta, period_seconds: int) -> tuple[datetime, datetime]:
    """What to ask for, so that a graph of *span* has points for all the width it may have."""
    since, until = frame(now, span, period_seconds)
    return since - span, until


def in_order(groups: Sequence[GroupFlow]) -> list[GroupFlow]:
    """The strongest flow first."""
    return sorted(groups, key=lambda group: (-(group.latest or 0), group.log_group, group.region))


def state_words(group: GroupFlow, period_seconds: int) -> str:
    sign = SIGNS[group.state]
    if group.state in (FLOWING, FALLING):
        return f"{sign} {group.state} {words.rate(group.latest or 0, period_seconds)} · {group.words}"
    if group.state == GONE:
        return f"{sign} {group.words}"
    return f"{sign} {group.state} · {group.words}"


def short_state(group: GroupFlow, period_seconds: int) -> str:
    """The same with no room to spare."""
    sign = SIGNS[group.state]
    if group.state in (FLOWING, FALLING):
        return f"{sign} {group.state} {words.rate(group.latest or 0, period_seconds)}"
    return f"{sign} {group.state}"


def flow_of(
    group: GroupFlow,
    reading: Reading,
    now: datetime,
    span: timedelta,
    marks: tuple[Mark, ...],
    *,
    chosen: bool,
) -> Flow:
    since, until = frame(now, span, reading.period_seconds)
    pointer = "▸ " if chosen else ""
    told, short = state_words(group, reading.period_seconds), short_state(group, reading.period_seconds)
    closed = () if group.bearer_enabled else (f"{told} · no bearer tokens", f"{short} · no bearer tokens")
    regions = {other.region for other in reading.groups}
    place = f" · {group.region}" if len(regions) > 1 else ""
    return Flow(
        title=f"{pointer}{group.log_group}{place}",
        notes=(
            *closed,
            told,
            short,
            SIGNS[group.state],
        ),
        points=group.points,
        since=since,
        until=until,
        now=now,
        period_seconds=reading.period_seconds,
        marks=marks,
    )


def summary(
    reading: Reading, shown: tuple[int, int], span: timedelta, poll_seconds: float, trouble: str | None
) -> Line:
    """How much in all, of how many groups, how finely, and what is stale."""
    first, last = shown
    count = len(reading.groups)
    groups = words.count(count, "group")
    if count > last - first:
        groups = f"groups {first + 1}–{last} of {count:,}"
    total = sum(group.latest or 0 for group in reading.groups if group.state in (FLOWING, FALLING))
    every = words.spoken(poll_seconds) if poll_seconds >= 1 else f"{poll_seconds:g} s"
    line: Line = (
        (groups, "strong"),
        *(((" · ", "text"), (trouble, "warn")) if trouble else ()),
        (f" · {words.rate(total, reading.period_seconds)} in all", "text"),
        (f" · last {words.spoken(span)}", "text"),
        (f" · {words.spoken(reading.period_seconds)} a point, read every {every}", "quiet"),
    )
    return line


def changes(before: Reading | None, after: Reading) -> list[str]:
    """What began or ended between two readings, one sentence each."""
    if before is None:
        return []
    was = {(group.region, group.log_group): group.state for group in before.groups}
    told = []
    for group in after.groups:
        old = was.get((group.region, group.log_group))
        if old in (FLOWING, FALLING) and group.state == GONE:
            told.append(f"{group.log_group}: the flow is {group.words}.")
        elif old == GONE and group.state in (FLOWING, FALLING):
            told.append(f"{group.log_group}: bytes are coming in again.")
    return told
