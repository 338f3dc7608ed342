"""What the newest review shows of an intruder: from where, from when to when, what was done and taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from services.base.sizes import count
from services.report.intruder import Attack, Said, Taken
from services.review.actions import Severity, base_name
from services.review.headline import has_baseline, intruding
from services.review.record import Event

MOMENTS = 40
"""Deeds that are told one by one."""

# What these findings say is not a deed: it is how calls are counted.
_COUNTS = frozenset(
    {
        "address",
        "agent",
        "compromised",
        "missing-evidence",
        "not-in-force",
        "other-address",
        "other-credential",
        "our-action",
        "recording-changed",
        "refused",
        "use",
    }
)
_TAKING: Mapping[str, str] = {
    "GetSecretValue": "secret",
    "BatchGetSecretValue": "secret",
    "GetParameter": "parameter",
    "GetParameters": "parameter",
    "GetParametersByPath": "parameter",
    "GetParameterHistory": "parameter",
    "GetObject": "S3 object",
    "GetPasswordData": "machine's password",
}
"""Calls that hand data out, by what they give."""
LOOKED_FOR = tuple(dict.fromkeys(_TAKING.values()))
"""What is looked for among what was taken; there is more that can be."""


class Told(Protocol):
    """A finding, as far as a report needs it."""

    @property
    def kind(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def title(self) -> str: ...
    @property
    def event_ids(self) -> list[str]: ...


def attack(
    headline: Mapping[str, Any] | None,
    events: Sequence[Event],
    use: Sequence[Event],
    findings: Iterable[Told],
) -> Attack | None:
    """None where no address is known to be new; *events* and *use* are in order of time."""
    new = intruding(headline)
    if not new or headline is None:
        return None
    theirs = [event for event in events if event.source_ip in new]
    used = [event for event in use if event.source_ip in new]
    let_in = [event.time for event in used if event.let_in]
    if not theirs:
        return None
    baseline = has_baseline(headline)
    return Attack(
        sure=bool(headline.get("suspected")) and baseline,
        baseline=baseline,
        addresses=tuple(dict.fromkeys(event.source_ip for event in theirs)),
        first=min(let_in, default=None),
        last=max(let_in, default=None),
        calls=len(used),
        refused=sum(event.refused for event in used),
        began=theirs[0].time,
        moments=tuple(_moments(theirs, findings)),
        taken=tuple(_taken(theirs)),
        seconds=tuple(sorted({event.time for event in used})),
    )


def _moments(theirs: Sequence[Event], findings: Iterable[Told]) -> Iterator[Said]:
    at = {event.event_id: event.time for event in theirs}
    told: list[Said] = []
    firsts: dict[str, Event] = {}
    for event in theirs:
        firsts.setdefault(event.source_ip, event)
    for address, first in firsts.items():
        told.append(Said(first.time, f"First call from {address}: {first.summary}{_result(first)}."))
    for finding in findings:
        times = [at[each] for each in finding.event_ids if each in at]
        if times and finding.severity != "info" and finding.kind not in _COUNTS:
            told.append(Said(min(times), finding.title))
    told.sort(key=lambda said: said.at)
    yield from told[:MOMENTS]
    if rest := told[MOMENTS:]:
        yield Said(
            rest[0].at, f"From here on {count(len(rest), 'more moment')} left out: the review has all."
        )


def _result(event: Event) -> str:
    return ", denied" if event.refused else f", failed ({event.error})" if event.error else ""


def _taken(theirs: Sequence[Event]) -> Iterator[Taken]:
    counted: dict[str, list[str]] = {}
    for event in theirs:
        what = _TAKING.get(base_name(event.name))
        if what and event.error is None:
            counted.setdefault(what, []).append(_which(event))
    for what, names in counted.items():
        yield Taken(what, len(names), tuple(dict.fromkeys(name for name in names if name)))


def _which(event: Event) -> str:
    """The thing's name as far as the event tells it: ``GetSecretValue for prod/db``."""
    _, _, about = event.summary.partition(" for ")
    return about or next(iter(event.resources), "")
