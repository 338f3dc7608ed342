"""IncomingBytes for a report: asked of CloudWatch while it can be, kept as evidence, found again offline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from services.aws.session import AwsSession
from services.base import documents
from services.cases import evidence
from services.cases.case import Case
from services.cases.errors import CaseError, CaseHeld
from services.cases.lines import Entry
from services.report import words
from services.report.model import Flow, Place, Report
from services.traffic.traffic import Reading, Traffic, find_groups

BEFORE = AFTER = timedelta(hours=1)
MOST_POINTS = 1500
"""For each group: more than that no picture can show."""

PERIODS = (60, 300, 900, 3600)
"""Seconds. CloudWatch keeps minutes for 15 days, five minutes for 63, hours for 455."""


@dataclass(frozen=True, slots=True)
class Span:
    """What to ask for: from an hour before the case was opened to now, or to an hour after its close."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, report: Report) -> Span:
        header = report.header
        since = (header.opened or header.written) - BEFORE
        return cls(since, min(header.written, header.closed + AFTER) if header.closed else header.written)

    @property
    def period_seconds(self) -> int:
        length = (self.until - self.since).total_seconds()
        return next((each for each in PERIODS if length / each <= MOST_POINTS), PERIODS[-1])


async def read(aws: AwsSession, report: Report) -> Reading:
    """The points of the groups that *report* is about; raises AwsError where none could be read."""
    span, wanted = Span.of(report), concerned(report)
    regions = dict.fromkeys((*await aws.regions(), *(place.region for place in wanted)))
    groups, unreadable = await find_groups(aws, regions, tuple({place.log_group for place in wanted}))
    named = tuple(group for group in groups if Place(group.region, group.name) in wanted)
    # A group that was deleted meanwhile is found no more; then all that take bearer tokens may matter.
    chosen = named or tuple(group for group in groups if group.bearer_enabled)
    reading = await Traffic(aws, span.period_seconds).read(chosen, span.since, span.until)
    return Reading(reading.groups, reading.at, reading.period_seconds, (*unreadable, *reading.unreadable))


def concerned(report: Report) -> tuple[Place, ...]:
    """The log groups that the last review saw the key used against; none where it saw none."""
    return report.reviewed.use.groups if report.reviewed else ()


def keep(case: Case, reading: Reading) -> Flow:
    """Put *reading* into the case as evidence if that can be done now, and say whether it was."""
    read_at = f"Read from CloudWatch {words.stamp(reading.at)}"
    try:
        if case.state().closed_at is not None:
            return Flow(reading, f"{read_at}; not saved as evidence: the case is closed.")
        if case.journal.flaws():
            return Flow(reading, f"{read_at}; not saved as evidence: the journal has flaws.")
        if case.held:
            kept = _keep(case, reading)
        else:
            with case:
                kept = _keep(case, reading)
    except (CaseError, CaseHeld) as error:
        return Flow(reading, f"{read_at}; not saved as evidence: {error}")
    found, _ = evidence.read(case.folder, kept)
    return Flow(reading, f"{read_at}, saved as evidence in {kept['file']}.", found)


def _keep(case: Case, reading: Reading) -> dict[str, str]:
    kept = case.keep_evidence("traffic.json", msgspec.json.encode(reading.as_json()))
    case.append("traffic", groups=[group.log_group for group in reading.groups], evidence=kept)
    return kept


def newest(case: Case, entries: Iterable[Entry]) -> Flow:
    """The newest points that were kept, if any are intact."""
    trouble = "none were read while the case was worked on"
    for entry in reversed([entry for entry in entries if entry.kind == "traffic"]):
        kept, content = evidence.read(case.folder, entry.data.get("evidence"))
        if content is None:
            trouble = f"{kept.file if kept else 'the evidence'} is {kept.integrity if kept else 'missing'}"
            continue
        try:
            reading = documents.decode(content, Reading)
        except ValueError:
            trouble = f"{kept.file if kept else 'the evidence'} cannot be read"
            continue
        name = kept.file if kept else "the evidence"
        return Flow(reading, f"As read from CloudWatch {words.stamp(reading.at)} and saved in {name}.", kept)
    return Flow(None, f"No data points are available: {trouble}.")
