"""Whether use of a key would have been recorded: by Region and time, and said before anything is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.aws.cloudtrail import HISTORY_KEPT, TrailStatus
from services.base import clock
from services.base.clock import stamp
from services.review.changes import Deleted
from services.review.model import Window
from services.review.recorded import Covers, use_of
from services.review.trails import Trails, TrailState
from services.review.where import ELSEWHERE

HISTORY = "event history"
DELETED = " (deleted)"
UNREAD = ("trails", "event data stores", "not read")
"""What rows are of where there is no source that could be read."""
CLOCKS = timedelta(seconds=2)
"""Between a start as the trail's status has it and the call's own record, which has whole seconds."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What *source* records of the key's use in *region*, between two moments, and why."""

    source: str
    region: str
    covers: Covers
    since: datetime
    until: datetime
    note: str

    def as_json(self) -> dict[str, object]:
        return {
            "source": self.source,
            "region": self.region,
            "covers": self.covers,
            "from": clock.rfc3339(self.since),
            "to": clock.rfc3339(self.until),
            "note": self.note,
        }


Span = tuple[datetime, datetime]


def coverage(
    trails: Trails, window: Window, service: str | None, *, history: bool, now: datetime
) -> tuple[Coverage, ...]:
    """One row or more for each Region and source, *history* among them where it is read."""
    rows: list[Coverage] = []
    for region in trails.regions:
        recording = [state for state in trails.states if state.records(region)]
        for state in recording:
            rows += trail_rows(state, region, window, service)
        if region in trails.unreadable:
            note = f"its trails could not be read: {trails.unreadable[region].error}"
            rows.append(Coverage("trails", region, "unknown", window.since, window.until, note))
        elif not recording:
            note = "no trail records this Region"
            rows.append(Coverage("trails", region, "no", window.since, window.until, note))
        if history:
            rows += history_rows(region, window, service, now)
    if trails.narrowed:
        rows += _elsewhere(trails, window, service)
    return tuple(rows)


def _elsewhere(trails: Trails, window: Window, service: str | None) -> list[Coverage]:
    """What is known of the Regions that were not asked about: what a trail of all Regions records."""
    everywhere = [state for state in trails.states if state.trail.multi_region]
    if not everywhere:
        return [not_read(window)]
    return [row for state in everywhere for row in trail_rows(state, ELSEWHERE, window, service)]


def not_read(window: Window) -> Coverage:
    note = "not checked; a key can be used in every Region"
    return Coverage("not read", ELSEWHERE, "unknown", window.since, window.until, note)


def deleted_rows(deleted: Iterable[Deleted], window: Window) -> list[Coverage]:
    """What trails that are no more recorded, nobody can say."""
    rows: list[Coverage] = []
    for each in deleted:
        until = min(max(each.time, window.since), window.until)
        note = f"deleted {stamp(each.time)} by {each.by}: what it recorded may still be in its bucket"
        rows.append(
            Coverage(f"trail {each.name}{DELETED}", each.region, "unknown", window.since, until, note)
        )
    return rows


def reasons(
    rows: Sequence[Coverage], read: Collection[str], missing: Sequence[tuple[str, Span]]
) -> tuple[str, ...]:
    """Why it is not known, for each of the gaps *missing*: what the rows there say."""
    found: dict[str, None] = {}
    others = {row.source for row in rows if row.source in UNREAD or row.source.endswith(DELETED)}
    for region, (since, until) in missing:
        for row in rows:
            there = row.region == region and row.since < until and row.until > since and row.since < row.until
            # A source that was not read is a reason only where it would have been none.
            named = row.source in read or row.covers in ("no", "management only") or row.source in others
            if there and named and row.covers != "yes" and row.source not in (HISTORY, "path"):
                found[f"{row.source}: {row.note}"] = None
    return tuple(found)


def log_group_rows(
    states: Sequence[TrailState], regions: Sequence[str], window: Window, service: str | None
) -> list[Coverage]:
    """A trail's log group holds what it was sent, and since when it is sent anything nobody can say."""
    rows: list[Coverage] = []
    for state in states:
        taken = state.takes(service)
        covers: Covers = "unknown" if taken.covers in ("yes", "partly") else taken.covers
        note = "when the trail started writing to its log group is unknown"
        where = regions if state.trail.multi_region else (state.trail.home_region,)
        source = f"log group of {state.source}"
        rows += [Coverage(source, region, covers, window.since, window.until, note) for region in where]
    return rows


def as_read(rows: Iterable[Coverage], unread: Mapping[tuple[str, str], str]) -> tuple[Coverage, ...]:
    """*rows*, where nothing is known of what could not be read: *unread* has why, by source and Region."""
    return tuple(
        replace(row, covers="unknown", note=f"it could not be read: {why}")
        if row.covers != "no" and (why := unread.get((row.source, row.region)))
        else row
        for row in rows
    )


def path_rows(window: Window) -> tuple[Coverage, ...]:
    note = "files cannot show what was not delivered"
    return (Coverage("path", "*", "unknown", window.since, window.until, note),)


def history_rows(region: str, window: Window, service: str | None, now: datetime) -> list[Coverage]:
    """Event history is always on, holds management events alone, and forgets after 90 days."""
    kept = min(max(window.since, now - HISTORY_KEPT), window.until)
    use = use_of(service)
    covers: Covers = use.in_management if use else "unknown"
    if use is None:
        note = f"how use of {service} keys is recorded is not known"
    else:
        note = use.note if use.management else "it never contains use of an API key"
    rows = [Coverage(HISTORY, region, covers, kept, window.until, note)] if kept < window.until else []
    if kept > window.since:
        rows.insert(0, Coverage(HISTORY, region, "no", window.since, kept, "it keeps 90 days"))
    return rows


def trail_rows(state: TrailState, region: str, window: Window, service: str | None) -> list[Coverage]:
    """The window in pieces, each with what *state* lets one say of it."""
    taken = state.takes(service)

    def row(covers: Covers, span: Span, note: str) -> Coverage:
        return Coverage(state.source, region, covers, *span, note)

    whole = (window.since, window.until)
    if state.status is None or state.selectors is None:
        return [row("unknown", whole, f"it could not be read: {state.trouble}")]
    if taken.covers not in ("yes", "partly"):
        return [row(taken.covers, whole, _with_change(taken.note, state))]
    rows: list[Coverage] = []
    for covers, span, note in _pieces(state, region, state.status, window):
        if span[0] < span[1]:
            said = "; ".join(part for part in (taken.note, note) if part) if covers is None else note
            rows.append(row(covers or taken.covers, span, said))
    return rows


def _pieces(
    state: TrailState, region: str, status: TrailStatus, window: Window
) -> Iterable[tuple[Covers | None, Span, str]]:
    """(what is covered, when, why), None standing for what the selectors say."""
    for logged, (since, until), note in _logged(state, status, window):
        if logged != "yes":
            yield logged, (since, until), note
            continue
        end = until
        if status.delivery_error and until > (status.delivered or since):
            end = max(since, status.delivered or since)
            yield (
                "unknown",
                (end, until),
                f"its delivery fails with {status.delivery_error} since {stamp(end)}",
            )
        begin = since
        for settled, why in _unsettled(state, region, until):
            at = min(max(begin, settled), end)
            yield "unknown", (begin, at), why
            begin = at
        yield None, (begin, end), f"as set now; {note}"


def _unsettled(state: TrailState, region: str, until: datetime) -> Iterable[tuple[datetime, str]]:
    """(until when, why) it is not known how the trail was set, in order of time."""
    if state.changes_trouble:
        yield until, f"whether it was changed could not be read: {state.changes_trouble}"
    if state.keeping:
        yield from state.keeping.unsettled(region)
    if state.known_from:
        yield state.known_from, "how it was set before the 90 days of the event history is not known"
    if state.changed:
        change = f"{state.changed_what} {stamp(state.changed)} by {state.changed_by}"
        yield state.changed, f"{change}: before that is not known"


def _logged(
    state: TrailState, status: TrailStatus, window: Window
) -> Iterable[tuple[Literal["yes", "no", "unknown"], Span, str]]:
    """The window in pieces, in order of time, by whether the trail was switched on."""
    since, until = window.since, window.until
    started, stopped = status.started, status.stopped
    if started is None:
        yield "unknown" if status.logging else "no", (since, until), "it reports no time at which it logged"
        return
    begin = min(max(since, started), until)
    if since < begin:
        yield from _before(state, status, started, (since, begin))
    end = until
    if not status.logging:
        end = min(max(begin, stopped or started), until)
    yield "yes", (begin, end), f"logging since {stamp(started)}"
    if end < until:
        yield "no", (end, until), f"logging was stopped {stamp(end)}"


def _before(
    state: TrailState, status: TrailStatus, started: datetime, span: Span
) -> Iterable[tuple[Literal["yes", "no", "unknown"], Span, str]]:
    """Before its latest start: by the event history where that has this start, else by the status alone."""
    since, begin = span
    known = [each for each in state.switches if each.time <= started]
    if state.known_from is None or not known or started - known[-1].time > CLOCKS or not known[-1].on:
        stopped = status.stopped
        # AWS keeps the latest start and stop alone: what was before them nobody can say.
        if stopped and stopped < started:
            before = min(max(since, stopped), begin)
            yield "unknown", (since, before), f"it logged until {stamp(stopped)}, when it started is unknown"
            yield "no", (before, begin), f"logging was stopped from {stamp(stopped)} to {stamp(started)}"
        else:
            yield "unknown", (since, begin), f"logging since {stamp(started)}; before that unknown"
        return
    at = min(max(since, state.known_from), begin)
    yield "unknown", (since, at), "whether it logged before the 90 days of event history is unknown"
    # The first that is known tells what was before it.
    on = not known[0].on and not known[0].made
    note = (
        "logging, as far back as the event history reaches" if on else "it was not logging before its start"
    )
    if known[0].made:
        note = f"it was made {stamp(known[0].time)} by {known[0].by}"
    for switch in known:
        # The status has the latest start more exactly than its record.
        upto = begin if switch is known[-1] else min(max(at, switch.time), begin)
        yield "yes" if on else "no", (at, upto), note
        at, on = upto, switch.on
        did = "logging since" if on else ("it was made" if switch.made else "logging was stopped")
        note = f"{did} {stamp(switch.time)}" + ("" if on else f" by {switch.by}")


def gaps(rows: Sequence[Coverage], read: Collection[str], window: Window) -> tuple[tuple[str, Span], ...]:
    """(Region, span) of the window for which none of the sources *read* holds all use of the key."""
    found: list[tuple[str, Span]] = []
    for region in dict.fromkeys(row.region for row in rows):
        at = window.since
        good = sorted(
            (row.since, row.until)
            for row in rows
            if row.region == region and row.covers == "yes" and row.source in read
        )
        for since, until in good:
            if since > at:
                found.append((region, (at, since)))
            at = max(at, until)
        if at < window.until:
            found.append((region, (at, window.until)))
    return tuple(found)


def _with_change(note: str, state: TrailState) -> str:
    if state.changed is None:
        return f"{note} (as set now)"
    return f"{note}; {state.changed_what} {stamp(state.changed)} by {state.changed_by}"
