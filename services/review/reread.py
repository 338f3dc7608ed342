"""A review read again from the evidence that was kept of it, as `Review.as_json` wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from services.base import documents
from services.review.actions import Severity
from services.review.attribution import By
from services.review.coverage import Coverage
from services.review.findings import Finding
from services.review.follow import Followed, Session
from services.review.handedout import HandedOut
from services.review.made import Made
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


class WrittenSession(msgspec.Struct):
    opened: datetime
    access_key_id: str | None = None
    principal: str | None = None
    role: str = ""
    expires: datetime | None = None
    opened_by: str | None = None
    event_id: str = ""
    role_arn: str | None = None

    def session(self) -> Session:
        return Session(
            self.access_key_id,
            self.principal,
            self.role,
            self.opened,
            self.opened_by,
            self.event_id,
            self.expires,
            self.role_arn,
        )


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
    sessions: list[WrittenSession] = []
    made_by_intruder: list[Made] = []
    to_rotate: list[HandedOut] = []

    def opened(self) -> dict[str, Session]:
        """The sessions that were followed, by id."""
        return {each.id: each for each in map(WrittenSession.session, self.sessions)}


def read_written(content: bytes) -> Written | None:
    """None where a version wrote it that said it otherwise."""
    try:
        return documents.decode(content, Written)
    except ValueError:
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
        followed=Followed(sessions=kept.opened()),
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
        made=tuple(kept.made_by_intruder),
        handed_out=tuple(kept.to_rotate),
        attribution=kept.attribution,
        attribution_words=kept.attribution_words,
        verdict=kept.verdict,
        verdict_words=kept.verdict_words,
        seen_in_force=kept.seen_in_force,
    )
