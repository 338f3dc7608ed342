"""What the events amount to: a table of rules, each from the facts to the findings it makes of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from services.review import keyrules
from services.review.actions import ACTIONS, ON_THE_USER, Severity
from services.review.facts import USED, Facts, Finding, at, ids
from services.review.model import Marks
from services.review.newcomers import address, grouped, newcomers
from services.review.record import Event
from services.review.words import NAMED, calls, listed, moment, short, tally, times

__all__ = ["Facts", "Finding", "findings", "in_force"]

ENUMERATION = (10, timedelta(minutes=5))
"""So many different reading calls within so short a time."""


def findings(facts: Facts) -> tuple[Finding, ...]:
    """All findings, the gravest first."""
    found = [finding for rule in RULES for finding in rule(facts)]
    order: list[Severity] = ["high", "medium", "low", "info"]
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def in_force(facts: Facts) -> datetime | None:
    """The last refused use after the deactivation, where none was let in after it any more."""
    since = facts.marks.deactivated
    if since is None:
        return None
    after = [event for event in facts.use if _after(event, since) and not _ended(facts.marks, event.time)]
    refused = [event for event in after if event.refused]
    if not refused or any(event.let_in and event.time > since + keyrules.LAG for event in after):
        return None
    return refused[-1].time


def _use(facts: Facts) -> Iterator[Finding]:
    let_in = [event for event in facts.use if event.let_in]
    if let_in:
        first, last = let_in[0], let_in[-1]
        places = listed(grouped(let_in, lambda event: event.log_group or event.source))
        regions = listed(grouped(let_in, lambda event: event.region))
        when = f"first {at(first)}, last {at(last)}"
        title = f"Used {times(len(let_in))}, {when}, in {regions}, against {places}."
        yield Finding("use", "info", title, ids((first, last)), USED)


def _addresses(facts: Facts) -> Iterator[Finding]:
    yield from _seen(facts.use, facts.marks, address, Kind("address", "Used from {}", "addresses", "high"))
    kind = Kind("other-address", "Called from {}", "addresses", "high")
    yield from _seen(facts.other, facts.marks, address, kind)


def _agents(facts: Facts) -> Iterator[Finding]:
    kind = Kind("agent", "Used by {}", "agents", "medium")
    yield from _seen(facts.use, facts.marks, lambda event: event.user_agent, kind)


def _other_credentials(facts: Facts) -> Iterator[Finding]:
    kind = Kind("other-credential", "This user also acted with {}", "other credentials", "high")
    yield from _seen(facts.other, facts.marks, lambda event: event.credential_id or event.access_key_id, kind)


@dataclass(frozen=True, slots=True)
class Kind:
    """How something seen with calls is told; *severity* is that of a new one."""

    name: str
    words: str
    noun: str
    severity: Severity
    technique: str = USED


def _seen(
    events: Sequence[Event], marks: Marks, key: Callable[[Event], str | None], kind: Kind
) -> Iterator[Finding]:
    """New ones each by itself; those known before together, and named only where none is new."""
    seen = newcomers(events, key, marks.suspected)
    severity, since = kind.severity, f"not seen before {moment(seen.since)}" if seen.since else ""
    if marks.suspected is None:
        # Being late is no proof: this is a hint where nobody named a moment.
        severity = "low" if severity == "medium" else "medium"
    for name, group in list(seen.new.items())[:NAMED]:
        title = f"{kind.words.format(short(name))}, {since}: {tally(group)}."
        yield Finding(kind.name, severity, title, ids(group), kind.technique)
    if beyond := list(seen.new.values())[NAMED:]:
        title = f"{kind.words.format(f'{len(beyond):,} more {kind.noun}')}, {since}."
        yield Finding(kind.name, severity, title, ids(chain(*beyond)), kind.technique)
    if not seen.known:
        return
    everyone = sorted(chain(*seen.known.values()), key=lambda event: event.time)
    if seen.new:
        told = f"{kind.noun} seen before that: {tally(everyone)}"
    else:
        named = list(seen.known.items())[:NAMED]
        told = "; ".join(f"{short(name)} ({tally(group)})" for name, group in named)
        if more := len(seen.known) - len(named):
            told += f"; and {more:,} more {kind.noun}"
    yield Finding(kind.name, "info", f"{kind.words.format(told)}.", ids(everyone), kind.technique)


def _refused(facts: Facts) -> Iterator[Finding]:
    refused = [event for event in facts.use if event.refused]
    since = facts.marks.deactivated
    if refused:
        said = f"{calls(len(refused))} of the key refused"
        if since is None:
            title = f"{said}, first {at(refused[0])}, last {at(refused[-1])}."
            yield Finding("refused", "medium", title, ids(refused), USED)
        else:
            before = sum(not _after(event, since) for event in refused)
            when = f"{before} of them before the deactivation" if before else "all after the deactivation"
            force = ": in force" if in_force(facts) else ""
            title = f"{said}, {when}{force}, last {at(refused[-1])}."
            yield Finding("refused", "medium", title, ids(refused), USED)
    if since is not None:
        late = [
            event
            for event in facts.use
            if event.let_in and _after(event, since) and not _ended(facts.marks, event.time)
        ]
        beyond = [event for event in late if event.time > since + keyrules.LAG]
        if beyond:
            title = (
                f"{calls(len(beyond))} let in after the deactivation, last {at(beyond[-1])}: not in force."
            )
            yield Finding("not-in-force", "high", title, ids(beyond), USED)
        elif late:
            within = f"within {keyrules.LAG.seconds} s after the deactivation"
            title = f"{calls(len(late))} let in {within}, as IAM's lag allows."
            yield Finding("lag", "info", title, ids(late), USED)


def _actions(facts: Facts) -> Iterator[Finding]:
    groups = grouped(facts.other, lambda event: (event.name, event.error, event.session))
    for (name, error, session), group in groups.items():
        action = ACTIONS.get(name)
        if action is None:
            continue
        about = listed(grouped([event for event in group if event.target], lambda event: event.target or ""))
        what = f"{name} for {about}" if about else name
        often = f" {times(len(group))}" if len(group) > 1 else ""
        result = f", refused or failed ({error})" if error else ""
        who = f"this user's session {session}" if session else "this user"
        title = f"{what} by {who}{often}, {at(group[0])}{result}."
        severity: Severity = "medium" if error and action.severity == "high" else action.severity
        yield Finding(action.kind, severity, title, ids(group), action.technique)


def _on_the_user(facts: Facts) -> Iterator[Finding]:
    groups = grouped(facts.on_user, lambda event: (event.name, event.user, event.error))
    for (name, who, error), group in groups.items():
        if name in ON_THE_USER:
            result = f", refused or failed ({error})" if error else ""
            often = f" {times(len(group))}" if len(group) > 1 else ""
            title = f"{name} on this user by {who or 'somebody'}{often}, {at(group[0])}{result}."
            yield Finding("done-to-user", "low" if error else "medium", title, ids(group), "T1098")


def _enumeration(facts: Facts) -> Iterator[Finding]:
    reads = [event for event in facts.other if _READS.match(event.name)]
    least, within = ENUMERATION
    best, most, start = reads[:0], least - 1, 0
    names: Counter[str] = Counter()
    for end, event in enumerate(reads):
        names[event.name] += 1
        while event.time - reads[start].time > within:
            names[reads[start].name] -= 1
            names += Counter()  # drops what is down to none
            start += 1
        if len(names) > most:
            best, most = reads[start : end + 1], len(names)
    if best:
        minutes = within.seconds // 60
        title = f"Looked around: {most} different reading calls in {minutes} minutes, {at(best[0])}."
        yield Finding("enumeration", "medium", title, ids(best), "T1580")


RULES: tuple[Callable[[Facts], Iterable[Finding]], ...] = (
    _use,
    _addresses,
    _refused,
    _agents,
    _actions,
    _on_the_user,
    _enumeration,
    _other_credentials,
    keyrules.fresh_use,
    keyrules.groups_opened,
    keyrules.kin,
    keyrules.short_term,
    keyrules.outlived,
    keyrules.while_inactive,
)

_READS = re.compile(r"(Batch)?(Get|List|Describe|Lookup|Search|Head)[A-Z]")


def _after(event: Event, since: datetime) -> bool:
    # Records have whole seconds, cut: a refusal of the very second of the deactivation is its work.
    return event.time >= (since.replace(microsecond=0) if event.refused else since)


def _ended(marks: Marks, when: datetime) -> bool:
    """Whether the key had been switched on again by then."""
    on, off = marks.reactivated, marks.deactivated
    return on is not None and off is not None and off < on <= when
