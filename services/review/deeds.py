"""What the user did beside using the key, by the table of calls that matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from services.review import record as records
from services.review.actions import ON_THE_USER, SEVERITIES, Action, Severity, base_name, rows_for
from services.review.baseline import Baseline
from services.review.facts import Facts, Finding, at, ids
from services.review.newcomers import grouped
from services.review.record import Event
from services.review.words import listed, moment, times


def actions(facts: Facts) -> Iterator[Finding]:
    """Calls that matter in themselves, weighed by whether they worked and whether they are usual."""
    usual = facts.baseline
    found = [(event, row) for event in facts.other if (row := _row(event)) is not None]
    rows = {event.event_id: row for event, row in found}
    groups = grouped(
        [event for event, _ in found],
        lambda event: (base_name(event.name), event.error, event.session, id(rows[event.event_id])),
    )
    for (name, error, session, _), group in groups.items():
        row = rows[group[0].event_id]
        about = listed(grouped([event for event in group if event.target], lambda event: event.target or ""))
        what = f"{name} for {about}" if about else name
        often = f" {times(len(group))}" if len(group) > 1 else ""
        result = f", denied or failed ({error})" if error else ""
        who = f"this user's session {session}" if session else "this user"
        title = f"{what} by {who}{often}, {at(group[0])}{result}."
        severity = weighed(row.severity, group, usual, suspected=facts.marks.suspected is not None)
        newness = _newness(name, group, usual)
        yield Finding(row.kind, severity, title, ids(group), row.technique, row.why, row.next, newness)


def weighed(severity: Severity, group: Sequence[Event], usual: Baseline, *, suspected: bool) -> Severity:
    """One step lower for what failed, and for a first time from a known address; information if usual."""
    if usual.usual(group):
        return "info"
    if all(event.error for event in group) or (
        not suspected and all(usual.from_known_address(event) for event in group)
    ):
        severity = lower(severity)
    return severity


def _newness(name: str, group: Sequence[Event], usual: Baseline) -> str | None:
    """Whether the user did it before, and from where; None where nothing is known of before."""
    if not usual.there or usual.since is None:
        return None
    if not usual.knows(name):
        return f"Never seen from this user before {moment(usual.since)}."
    known = all(usual.from_known_address(event) for event in group)
    return (
        f"This user called it before {moment(usual.since)} too{'' if known else ', not from this address'}."
    )


def lower(severity: Severity) -> Severity:
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]


def on_the_user(facts: Facts) -> Iterator[Finding]:
    """What others did to the user; what this case did is no attack."""
    theirs, ours = _by_whom(facts)
    groups = grouped(theirs, lambda event: (event.name, event.user, event.error))
    for (name, who, error), group in groups.items():
        result = f", denied or failed ({error})" if error else ""
        often = f" {times(len(group))}" if len(group) > 1 else ""
        title = f"{name} on this user by {who or 'someone'}{often}, {at(group[0])}{result}."
        yield Finding("done-to-user", "low" if error else "medium", title, ids(group), "T1098")
    if ours:
        names = listed(grouped(ours, lambda event: event.name))
        yield Finding("our-action", "info", f"This case's own calls: {names}, {at(ours[0])}.", ids(ours))


def _by_whom(facts: Facts) -> tuple[list[Event], list[Event]]:
    """Others' calls on the user, and this case's own."""
    mattering: Iterable[Event] = (event for event in facts.on_user if event.name in ON_THE_USER)
    theirs: list[Event] = []
    ours: list[Event] = []
    for event in mattering:
        (ours if event.request_id in facts.marks.ours else theirs).append(event)
    return theirs, ours


def _row(event: Event) -> Action | None:
    """The row that *event* is of, if it matters; the record is decoded only where its parameters do."""
    record: records.Record | None = None
    for row in rows_for(event.name, event.source):
        if row.when is None:
            return row
        if record is None:
            try:
                record = records.decode(event.raw)
            except records.BadRecord:
                return None
        if row.when(record):
            return row
    return None
