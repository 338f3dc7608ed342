"""A review read again from the evidence that was kept of it, as `Review.as_json` wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from services.review.actions import Severity
from services.review.attribution import By
from services.review.coverage import Coverage
from services.review.findings import Finding
from services.review.model import Marks, SourceUsed, Subject, Unreadable, Window
from services.review.record import Event
from services.review.recorded import Covers
from services.review.review import Review, judged
from services.review.verdict import Verdict


class WrittenCoverage(msgspec.Struct):
    source: str
    region: str
    covers: Covers
    since: datetime = msgspec.field(name="from")
    until: datetime = msgspec.field(name="to")
    note: str = ""


class WrittenFinding(msgspec.Struct):
    kind: str
    severity: Severity
    title: str
    event_ids: list[str] = []
    technique: str | None = None
    why: str | None = None
    next: str | None = None
    newness: str | None = None
    by: str = ""


class Written(msgspec.Struct):
    """Fields that are not shown are not read; of the records what is shown of them is kept, and no more."""

    subject: Subject
    window: Window
    coverage: list[WrittenCoverage]
    events: list[Event]
    findings: list[WrittenFinding]
    verdict: Verdict = "unknown"
    verdict_words: str = ""
    attribution: By = "user"
    attribution_words: str = ""
    suspected: datetime | None = None
    seen_in_force: datetime | None = None
    sources: list[SourceUsed] = []
    complete: bool = False
    delivered_until: datetime | None = None
    unreadable: list[Unreadable] = []
    records_scanned: int = 0
    records_unreadable: int = 0
    outside_window: int = 0
    on_user: list[Event] = []
    headline: dict[str, Any] | None = None
    baseline: dict[str, Any] | None = None


def read_written(content: bytes) -> Written | None:
    """None where a version wrote it that said it otherwise."""
    try:
        return msgspec.json.decode(content, type=Written)
    except msgspec.MsgspecError:
        return None


def reread(content: bytes, at: datetime) -> Review | None:
    """As it was judged *at* that time; None where a version wrote it that said it otherwise."""
    kept = read_written(content)
    if kept is None:
        return None
    read = Review(
        subject=kept.subject,
        window=kept.window,
        sources=tuple(kept.sources),
        coverage=tuple(
            Coverage(row.source, row.region, row.covers, row.since, row.until, row.note)
            for row in kept.coverage
        ),
        gaps=(),
        complete=kept.complete,
        unreadable=tuple(kept.unreadable),
        records_scanned=kept.records_scanned,
        records_unreadable=kept.records_unreadable,
        outside=kept.outside_window,
        delivered_until=kept.delivered_until,
        events=tuple(kept.events),
        on_user=tuple(kept.on_user),
    )
    # What was said then stands; what else is shown beside it is worked out from the same events.
    return replace(
        judged(read, Marks(suspected=kept.suspected), at),
        findings=tuple(
            Finding(
                each.kind,
                each.severity,
                each.title,
                tuple(each.event_ids),
                each.technique,
                each.why,
                each.next,
                each.newness,
                by=each.by,
            )
            for each in kept.findings
        ),
        attribution=kept.attribution,
        attribution_words=kept.attribution_words,
        verdict=kept.verdict,
        verdict_words=kept.verdict_words,
        seen_in_force=kept.seen_in_force,
    )
