"""The traffic of many groups in words and graphs, apart from any screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.traffic.traffic import (
    FALLING,
    FLOWING,
    GONE,
    NEVER_SEEN,
    NO_DATA_YET,
    UNSURE,
    Aftermath,
    GroupFlow,
    Reading,
    after_deed,
)
from tui.flows.flow import Flow
from tui.flows.picture import Picture, place_of
from tui.flows.plot import Mark
from tui.flows.timescale import Point, frame
from tui.look import words
from tui.look.lines import Line

SIGNS = {FLOWING: "▶", FALLING: "▼", GONE: "■", UNSURE: "?", NEVER_SEEN: "·", NO_DATA_YET: "?"}


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
    if group.state in (GONE, UNSURE):
        return f"{sign} {group.words}"
    return f"{sign} {group.state} · {group.words}"


def short_state(group: GroupFlow, period_seconds: int) -> str:
    """The same with no room to spare."""
    if group.state in (FLOWING, FALLING):
        return f"{state_word(group)} {words.rate(group.latest or 0, period_seconds)}"
    return state_word(group)


def state_word(group: GroupFlow) -> str:
    """The sign and the word alone."""
    return f"{SIGNS[group.state]} {group.state}"


STOPS = {"deactivate": "reactivate", "deny": "undo deny", "groups off": "groups on", "delete": None}
"""The marks of what stops a flow, and of what lets it come again."""


def newest_stop(marks: Sequence[Mark]) -> Mark | None:
    """What was done last to stop the flow, and was not taken back."""
    in_force: dict[str, Mark] = {}
    for mark in marks:
        if mark.name in STOPS:
            in_force[mark.name] = mark
        for stop, taken_back in STOPS.items():
            if mark.name == taken_back:
                in_force.pop(stop, None)
    return max(in_force.values(), key=lambda mark: mark.at, default=None)


def aftermath(
    group: GroupFlow, marks: Sequence[Mark], period_seconds: int, now: datetime
) -> Aftermath | None:
    """What the points say of the last deed that was to stop the flow; None where they do not reach it."""
    stop = newest_stop(marks)
    if stop is None or not group.points or stop.at < group.points[0][0]:
        return None
    return after_deed(group.points, timedelta(seconds=period_seconds), stop.name, stop.at, now, group.arrived)


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
            told.replace("newest point", "newest"),
            short,
            state_word(group),
            SIGNS[group.state],
        ),
        points=group.points,
        since=since,
        until=until,
        now=now,
        period_seconds=reading.period_seconds,
        marks=marks,
    )


def drawn(group: GroupFlow, picture: Picture, *, chosen: bool) -> Flow:
    """One of the small multiples."""
    window, place = picture.window, place_of(group)
    plain = flow_of(group, picture.reading, picture.now, window.span, picture.marks, chosen=chosen)
    return _within(plain, picture, picture.bytes.get(place, ()), picture.usual.get(place, ()))


def large_of(group: GroupFlow, picture: Picture) -> Flow:
    """The group that is shown alone; its state stands above it."""
    flow = drawn(group, picture, chosen=False)
    return replace(flow, notes=(f"IncomingBytes/{words.per(picture.window.finest)}",))


def events_of(group: GroupFlow, picture: Picture) -> Flow | None:
    """The second curve of the group that is shown large."""
    points = picture.events.get(place_of(group))
    if points is None:
        return None
    newest = next((value for _, value in reversed(points) if value is not None), None)
    told = "no point yet" if newest is None else f"newest {newest:,.0f}/{words.per(picture.window.finest)}"
    flow = _within(_bare("IncomingLogEvents", (told,), picture), picture, points, ())
    return replace(flow, unit="events")


def total_of(picture: Picture) -> Flow:
    """All groups as one."""
    points, usual = picture.total()
    newest = total_now(picture.reading)
    told = f"{words.rate(newest, picture.reading.period_seconds)} now"
    title = f"All of {words.count(len(picture.reading.groups), 'group')}"
    return _within(_bare(title, (told,), picture), picture, points, usual)


def _bare(title: str, notes: tuple[str, ...], picture: Picture) -> Flow:
    since, until = picture.window.frame(picture.now)
    seconds = picture.window.period_seconds
    return Flow(title, notes, (), since, until, picture.now, seconds, picture.marks)


def _within(flow: Flow, picture: Picture, points: tuple[Point, ...], usual: tuple[Point, ...]) -> Flow:
    since, until = picture.window.frame(picture.now)
    seconds = picture.window.period_seconds
    return replace(flow, points=points, since=since, until=until, period_seconds=seconds, baseline=usual)


def total_now(reading: Reading) -> float:
    """What the newest points of all that flows come to."""
    return sum(group.latest or 0 for group in reading.groups if group.state in (FLOWING, FALLING))


def summary(
    picture: Picture, shown: tuple[int, int], poll_seconds: float, trouble: str | None, dash: str
) -> Sequence[Line]:
    """How much in all, of how many groups, when, how finely, and what is stale; then ever less of it."""
    reading, window = picture.reading, picture.window
    first, last = shown
    count = len(reading.groups)
    groups = words.count(count, "group")
    if count > last - first:
        groups = (
            f"groups {first + 1}–{last} of {count:,}" if last - first > 1 else f"group {last} of {count:,}"
        )
    every = words.spoken(poll_seconds) if poll_seconds >= 1 else f"{poll_seconds:g} s"
    compared = ""
    if window.compared_words:
        known = any(value is not None for points in picture.usual.values() for _, value in points)
        compared = f" · {dash * 2 if known else 'no points of'} {window.compared_words}"
    head: Line = (
        (groups, "strong"),
        *(((" · ", "text"), (trouble, "warn")) if trouble else ()),
    )
    in_all: Line = ((f" · {words.rate(total_now(reading), reading.period_seconds)} in all", "text"),)
    when: Line = ((f" · {window.words(picture.now)}", "text"),)
    beside: Line = ((compared, "quiet"),) if compared else ()
    lag = max(reading.lags.values(), default=None)
    late = f", up to {words.spoken(lag)} late" if lag else ""
    finely: Line = ((f" · {words.spoken(window.period_seconds)} a point{late}, read every {every}", "quiet"),)
    return (
        (*head, *in_all, *when, *beside, *finely),
        (*head, *in_all, *when, *beside),
        (*head, *in_all, *when),
        (*head, *when),
    )


def large_words(group: GroupFlow, picture: Picture) -> Line:
    """The state of the one group that is shown, in full, and what came of the last deed."""
    seconds = picture.reading.period_seconds
    told = aftermath(group, picture.marks, seconds, picture.now)
    closed = "" if group.bearer_enabled else " · accepts no bearer tokens"
    state = state_words(group, seconds) + closed
    return ((state, "text"), *(((f" · {told.words}", "accent"),) if told else ()))


def changes(before: Reading | None, after: Reading) -> list[str]:
    """What began or ended between two readings, one sentence each."""
    if before is None:
        return []
    was = {(group.region, group.log_group): group.state for group in before.groups}
    told = []
    for group in after.groups:
        old = was.get((group.region, group.log_group))
        if old in (FLOWING, FALLING, UNSURE) and group.state == GONE:
            told.append(f"{group.log_group}: the flow is {group.words}.")
        elif old == GONE and group.state in (FLOWING, FALLING):
            told.append(f"{group.log_group}: bytes are coming in again.")
    return told
