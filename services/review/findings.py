"""What the events amount to: a table of rules, each from the facts to the findings it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from services.base.keyservices import SIGNS
from services.review import compromised, deeds, keyrules, sequences
from services.review.actions import SEVERITIES, Severity
from services.review.baseline import rotates
from services.review.credentials import Credential, by_most, by_words, credential, signed_with
from services.review.facts import USED, Facts, Finding, at, ids
from services.review.model import Marks
from services.review.newcomers import Newcomers, address, grouped, newcomers
from services.review.record import Event
from services.review.words import NAMED, calls, listed, moment, short, tally, times

FEW = 3
"""Pieces of missing evidence that one finding names."""

__all__ = ["Facts", "Finding", "findings", "in_force"]


def findings(facts: Facts) -> tuple[Finding, ...]:
    """All findings, the gravest first, each with the credentials that its calls were made with."""
    made_by = {event.event_id: by for event, by in facts.signed}
    made_by |= {event.event_id: credential(event, facts.sessions) for event in facts.on_user}
    found = [_signed(finding, made_by, facts) for rule in RULES for finding in rule(facts)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def _signed(finding: Finding, made_by: Mapping[str, Credential], facts: Facts) -> Finding:
    by = finding.credentials or by_most(made_by[each] for each in finding.event_ids if each in made_by)
    return replace(finding, credentials=by, by=by_words(by, facts.subject))


def in_force(facts: Facts) -> datetime | None:
    """The last refused use after the deactivation, where none was let in after it any more."""
    since = facts.marks.deactivated
    if since is None:
        return None
    after = [event for event in facts.use if _after(event, since) and not _ended(facts.marks, event.time)]
    before = {event.alike for event in facts.use if event.refused and not _after(event, since)}
    shown = [event for event in after if _shows_force(event, facts) and event.alike not in before]
    if not shown or any(_worked(event, facts) and event.time > since + keyrules.LAG for event in after):
        return None
    return shown[-1].time


def _by_its_key(facts: Facts) -> bool:
    """Whether a call that is denied by permissions shows that the key works still."""
    return facts.marks.switched_off and facts.subject.service in SIGNS


def _shows_force(event: Event, facts: Facts) -> bool:
    return event.key_refused if _by_its_key(facts) else event.refused


def _worked(event: Event, facts: Facts) -> bool:
    """Whether the key was taken for the call."""
    if _by_its_key(facts):
        return not (event.key_refused or event.overload)
    return event.let_in


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
    yield from _seen(facts, facts.use, address, Kind("address", "Used from {}", "addresses", "high"))
    kind = Kind("other-address", "Called from {}", "addresses", "high")
    yield from _seen(facts, facts.beside, address, kind)


def _agents(facts: Facts) -> Iterator[Finding]:
    kind = Kind("agent", "Used by {}", "agents", "medium")
    yield from _seen(facts, facts.use, lambda event: event.user_agent, kind)


def _other_credentials(facts: Facts) -> Iterator[Finding]:
    kind = Kind("other-credential", "This user also acted with {}", "other credentials", "high")
    known = {each.id for each in compromised.compromised(facts)}  # which have findings of their own

    def which(event: Event) -> str | None:
        found = event.credential_id or event.access_key_id
        return None if found in known else found

    yield from _seen(facts, facts.beside, which, kind)


@dataclass(frozen=True, slots=True)
class Kind:
    """How something seen with calls is told; *severity* is that of a new one."""

    name: str
    words: str
    noun: str
    severity: Severity
    technique: str = USED


def _seen(
    facts: Facts, events: Sequence[Event], key: Callable[[Event], str | None], kind: Kind
) -> Iterator[Finding]:
    """New ones each by itself; those known before together, and named only where none is new.

    New is what none of the user's calls had before, whichever credential they were made with.
    """
    marks, seen = facts.marks, _told_apart(facts, events, key)
    severity, since = kind.severity, f"not seen before {moment(seen.since)}" if seen.since else ""
    if marks.suspected is None:
        # Being late is no proof: this is a hint where nobody named a moment.
        severity = "low" if severity == "medium" else "medium"
    if kind.noun == "addresses" and rotates(seen.known.values()):
        every = sorted(chain(*seen.known.values(), *seen.new.values()), key=lambda event: event.time)
        count = len(seen.known) + len(seen.new)
        told = f"{count:,} addresses, which change all the time, so a new one means nothing"
        yield Finding(kind.name, "info", f"{kind.words.format(told)}.", ids(every), kind.technique)
        return
    if marks.suspected is None and len(seen.new) > 1:
        every = sorted(chain(*seen.new.values()), key=lambda event: event.time)
        told = f"{len(seen.new):,} {kind.noun} ({listed(seen.new)})"
        title = f"{kind.words.format(told)}, {since}: {tally(every)}."
        yield Finding(kind.name, severity, title, ids(every), kind.technique)
        seen = replace(seen, new={})
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


def _told_apart(facts: Facts, events: Sequence[Event], key: Callable[[Event], str | None]) -> Newcomers:
    if not events:
        return Newcomers(None, {}, {})
    fresh = newcomers(facts.every, key, facts.marks.suspected)
    groups = grouped([event for event in events if event.let_in or event.refused], key)
    new = {name: group for name, group in groups.items() if name in fresh.new}
    return Newcomers(fresh.since, new, {name: group for name, group in groups.items() if name not in new})


def _refused(facts: Facts) -> Iterator[Finding]:
    refused = [event for event in facts.use if event.refused]
    since = facts.marks.deactivated
    if refused:
        said = f"{calls(len(refused))} of the key denied"
        if since is None:
            title = f"{said}, first {at(refused[0])}, last {at(refused[-1])}."
            yield Finding("refused", "medium", title, ids(refused), USED)
        else:
            before = sum(not _after(event, since) for event in refused)
            when = f"{before} of them before the deactivation" if before else "all after the deactivation"
            last = f"last {at(refused[-1])}"
            if in_force(facts):
                title = f"Good news: {said}, {when}, {last}. The deactivation is enforced."
            else:
                title = f"{said}, {when}, {last}."
            # Refused before it, somebody tried what the key was not allowed.
            yield Finding("refused", "medium" if before else "info", title, ids(refused), USED)
    if since is not None:
        late = [
            event
            for event in facts.use
            if _worked(event, facts) and _after(event, since) and not _ended(facts.marks, event.time)
        ]
        beyond = [event for event in late if event.time > since + keyrules.LAG]
        if beyond:
            how = "allowed" if all(event.let_in for event in beyond) else "accepted, if not permitted,"
            title = f"{calls(len(beyond))} {how} after the deactivation, last {at(beyond[-1])}: not enforced."
            yield Finding("not-in-force", "high", title, ids(beyond), USED)
        elif late:
            within = f"within {keyrules.LAG.seconds} s after the deactivation"
            title = f"{calls(len(late))} allowed {within}, which IAM's propagation delay explains."
            yield Finding("lag", "info", title, ids(late), USED)


def _missing(facts: Facts) -> Iterator[Finding]:
    alike: dict[str, list[str]] = {}
    for each in facts.missing:
        alike.setdefault(each.error, []).append(each.what)
    for error, what in alike.items():
        # The same of many Regions is one thing to look into.
        title = f"Evidence is missing: {'; '.join(what[:FEW])}{_more(len(what) - FEW)} {error}."
        yield Finding(
            "missing-evidence",
            "high",
            title,
            (),
            "T1070",
            "Deleting records hides what they show.",
            "Check for deletions and lifecycle changes on the bucket, and for older versions of the objects.",
        )


def _more(count: int) -> str:
    return f" and {count:,} more" if count > 0 else ""


def _recording(facts: Facts) -> Iterator[Finding]:
    """What was changed of how calls are recorded, and where that is kept."""
    for change in sorted(facts.changes, key=lambda change: change.time):
        title = f"{change.sentence}, {moment(change.time)}."
        event_ids = (change.event_id,)
        by = (signed_with(change.access_key_id, change.by),)
        if change.request_id in facts.marks.ours:
            yield Finding("our-action", "info", f"This case's own call: {title}", event_ids, credentials=by)
        else:
            yield Finding(
                "recording-changed",
                "medium",
                title,
                event_ids,
                "T1562.008",
                "Whoever changes what is recorded can hide what comes next, or what was.",
                "Ask who did it, and compare the settings before and after.",
                credentials=by,
            )


RULES: tuple[Callable[[Facts], Iterable[Finding]], ...] = (
    _use,
    _missing,
    _recording,
    _addresses,
    _refused,
    _agents,
    compromised.findings,
    deeds.actions,
    deeds.on_the_user,
    sequences.enumeration,
    sequences.refusals,
    sequences.models,
    sequences.blinded,
    sequences.mail,
    sequences.outside_its_service,
    _other_credentials,
    keyrules.fresh_use,
    keyrules.groups_opened,
    keyrules.kin,
    keyrules.short_term,
    keyrules.outlived,
    keyrules.while_inactive,
)


def _after(event: Event, since: datetime) -> bool:
    # Records have whole seconds, cut: a refusal of the very second of the deactivation is its work.
    return event.time >= (since.replace(microsecond=0) if event.refused else since)


def _ended(marks: Marks, when: datetime) -> bool:
    """Whether the key had been switched on again by then."""
    on, off = marks.reactivated, marks.deactivated
    return on is not None and off is not None and off < on <= when
