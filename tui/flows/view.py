"""The traffic of many groups in words and graphs, apart from any screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.traffic.series import floor, rate, total
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
    judge,
)
from tui.flows.flow import Flow, Layer
from tui.flows.marks import Mark
from tui.flows.picture import Picture, Place, place_of
from tui.flows.readout import cursor_words, stats_words
from tui.flows.timescale import Point, frame
from tui.look import words
from tui.look.lines import Line

SIGNS = {FLOWING: "▶", FALLING: "▼", GONE: "■", UNSURE: "?", NEVER_SEEN: "·", NO_DATA_YET: "?"}
_WORDS = {GONE: "stopped"}
AGE_SECONDS = 10
"""Seconds between two redrawings for the sake of an age."""


def aged(group: GroupFlow, reading: Reading, now: datetime) -> GroupFlow:
    """*group* with its age as of *now*: a reading that is not followed by another does not stay fresh."""
    if group.state in (NEVER_SEEN, NO_DATA_YET) or not group.points:
        return group
    period = timedelta(seconds=reading.period_seconds)
    lag, arrived = reading.lags.get(group.region), group.arrived or reading.at
    state, told = judge(group.points, floor(now, AGE_SECONDS), period, arrived, lag=lag)
    # What only coarser points tell of stays as they told it.
    return group if state == NEVER_SEEN else replace(group, state=state, words=told)


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
    return f"{SIGNS[group.state]} {_WORDS.get(group.state, group.state)}"


def strip_words(group: GroupFlow, period_seconds: int) -> tuple[str, str]:
    """What a strip says: flowing, falling, stopped or unknown, with the reason, and the word alone."""
    if group.state in (FLOWING, FALLING, GONE):
        return state_words(group, period_seconds), state_word(group)
    return f"? unknown · {group.words}", "? unknown"


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
    """*group* over the last *span*."""
    seconds = reading.period_seconds
    since, until = frame(now, span, seconds)
    per_seconds = words.rate_seconds(seconds)
    stop = newest_stop(marks)
    flow = Flow(
        title=_title(group, reading, chosen=chosen),
        notes=(),
        points=rate(group.points, seconds, per_seconds),
        since=since,
        until=until,
        now=now,
        period_seconds=seconds,
        per_seconds=per_seconds,
        first=floor(now - span, seconds),
        marks=marks,
        stopped=stop.at if stop else None,
    )
    return replace(flow, notes=_notes(group, flow, seconds))


def _title(group: GroupFlow, reading: Reading, *, chosen: bool) -> str:
    pointer = "▸ " if chosen else ""
    regions = {other.region for other in reading.groups}
    return f"{pointer}{group.log_group}{f' · {group.region}' if len(regions) > 1 else ''}"


def _notes(group: GroupFlow, flow: Flow, period_seconds: int) -> tuple[str, ...]:
    told, short = state_words(group, period_seconds), short_state(group, period_seconds)
    closed = () if group.bearer_enabled else (f"{told} · no bearer tokens", f"{short} · no bearer tokens")
    full = (*closed, told)
    return (
        *(f"{full[0]} · {numbers}" for numbers in stats_words(flow)),
        *full,
        told.replace("newest point", "newest"),
        short,
        state_word(group),
        SIGNS[group.state],
    )


def with_cursor(flow: Flow, cursor: datetime | None) -> Flow:
    """*flow* with a line at *cursor*, and what stands there told before all else."""
    if cursor is None or not flow.begin <= cursor < flow.now:
        return flow
    read = replace(flow, cursor=cursor)
    told = cursor_words(read)
    return replace(read, notes=(*(f"{told} · {numbers}" for numbers in stats_words(read)), told, *flow.notes))


def drawn(group: GroupFlow, picture: Picture, now: datetime, *, chosen: bool) -> Flow:
    """One of the small multiples."""
    place, reading = place_of(group), picture.reading
    group = aged(group, reading, now)
    flow = _within(picture, _title(group, reading, chosen=chosen), picture.bytes.get(place, ()))
    flow = replace(flow, baseline=picture.usual.get(place, ()))
    return replace(flow, notes=_notes(group, flow, reading.period_seconds))


def large_of(group: GroupFlow, picture: Picture, now: datetime) -> Flow:
    """The group that is shown alone; its state stands above it."""
    flow = drawn(group, picture, now, chosen=False)
    return replace(flow, notes=(*(f"IncomingBytes · {told}" for told in stats_words(flow)), "IncomingBytes"))


def events_of(group: GroupFlow, picture: Picture) -> Flow | None:
    """The second curve of the group that is shown large."""
    points = picture.events.get(place_of(group))
    if points is None:
        return None
    flow = replace(_within(picture, "IncomingLogEvents", points), unit="events")
    return replace(flow, notes=stats_words(flow) or ("no point yet",))


def total_of(picture: Picture, *, layers: int) -> Flow:
    """All groups as one, in so many *layers* at the most: the strongest, and the others together."""
    points, usual = picture.total()
    newest = total_now(picture.reading)
    told = f"{words.rate(newest, picture.reading.period_seconds)} now"
    flow = _within(picture, f"All of {words.count(len(picture.reading.groups), 'group')}", points)
    flow = replace(flow, baseline=usual, layers=_layers(picture, layers) if len(picture.bytes) > 1 else ())
    return replace(flow, notes=(*(f"{told} · {numbers}" for numbers in stats_words(flow)), told))


def _layers(picture: Picture, most: int) -> tuple[Layer, ...]:
    def carried(place: Place) -> float:
        return sum(value or 0 for _, value in picture.bytes[place])

    strongest = sorted(picture.bytes, key=lambda place: (-carried(place), place))
    alone = strongest if len(strongest) <= most else strongest[: most - 1]
    regions = {region for region, _ in strongest}
    layers = [
        Layer(f"{name} · {region}" if len(regions) > 1 else name, picture.bytes[region, name])
        for region, name in alone
    ]
    if others := strongest[len(alone) :]:
        together = total(tuple(picture.bytes[place] for place in others))
        layers.append(Layer(words.count(len(others), "other group"), together))
    return tuple(layers)


def _within(picture: Picture, title: str, points: tuple[Point, ...]) -> Flow:
    window, now = picture.window, picture.now
    since, until = window.frame(now)
    stop = newest_stop(picture.marks)
    return Flow(
        title,
        (),
        points,
        since,
        until,
        now,
        window.period_seconds(now),
        window.per_seconds,
        first=window.first(now),
        marks=picture.marks,
        stopped=stop.at if stop else None,
    )


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
    finely: Line = (
        (f" · {words.spoken(window.period_seconds(picture.now))} a point{late}, read every {every}", "quiet"),
    )
    return (
        (*head, *in_all, *when, *beside, *finely),
        (*head, *in_all, *when, *beside),
        (*head, *in_all, *when),
        (*head, *when),
    )


def large_words(group: GroupFlow, picture: Picture, now: datetime) -> Line:
    """The state of the one group that is shown, in full, and what came of the last deed."""
    seconds = picture.reading.period_seconds
    told = aftermath(group, picture.marks, seconds, picture.now)
    closed = "" if group.bearer_enabled else " · accepts no bearer tokens"
    state = state_words(aged(group, picture.reading, now), seconds) + closed
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
            told.append(f"{group.log_group}: the flow {group.words}.")
        elif old == GONE and group.state in (FLOWING, FALLING):
            told.append(f"{group.log_group}: bytes are coming in again.")
    return told
