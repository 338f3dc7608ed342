"""The reviews of a case: what the journal says of each, and the last one in full from its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.cases import evidence
from services.cases.case import Case
from services.cases.evidence import Evidence
from services.cases.lines import Entry
from services.report.attack import attack
from services.report.model import Covered, Found, Origin, Place, Reviewed, ReviewLine, Use
from services.review.attribution import attribute
from services.review.headline import tells_apart
from services.review.newcomers import grouped
from services.review.record import Event
from services.review.reread import read_written
from services.review.tree import branches


def reviews(case: Case, entries: Iterable[Entry]) -> tuple[tuple[ReviewLine, ...], Reviewed | None]:
    """Every review in order; the last in full too, where its evidence is intact."""
    lines: list[ReviewLine] = []
    content: bytes | None = None
    for entry in entries:
        if entry.kind == "review" and isinstance(entry.data, dict):
            kept, content = evidence.read(case.folder, entry.data.get("evidence"))
            lines.append(_line(entry, entry.data, kept))
    return tuple(lines), _reviewed(content) if content is not None else None


def _line(entry: Entry, data: Mapping[str, Any], kept: Evidence | None) -> ReviewLine:
    events, titles = data.get("events"), data.get("findings")
    return ReviewLine(
        entry.at,
        str(data.get("verdict")),
        str(data.get("words")),
        bool(data.get("complete")),
        events if isinstance(events, int) else 0,
        tuple(map(str, titles)) if isinstance(titles, list) else (),
        kept,
    )


def _reviewed(content: bytes) -> Reviewed | None:
    kept = read_written(content)
    if kept is None:
        # The journal's own words remain.
        return None
    use = attribute(kept.events, kept.subject).use
    return Reviewed(
        since=kept.window.since,
        until=kept.window.until,
        attribution=kept.attribution_words,
        sources=tuple(source for source in kept.sources if source.used),
        scanned=kept.records_scanned,
        unreadable=tuple(f"{part.what}: {part.error}" for part in kept.unreadable),
        coverage=tuple(
            Covered(row.source, row.region, row.covers, row.since, row.until, row.note)
            for row in kept.coverage
        ),
        findings=tuple(
            Found(
                found.severity,
                found.kind,
                found.title,
                found.technique,
                len(found.event_ids),
                found.newness,
                found.by,
            )
            for found in kept.findings
        ),
        use=_use(use),
        in_force=kept.seen_in_force,
        headline=_words(kept.headline),
        told_apart=tells_apart(kept.headline),
        baseline=_words(kept.baseline),
        attack=attack(kept.headline, kept.events, use, kept.findings),
        sessions=branches(kept.opened(), kept.events),
        to_rotate=tuple(kept.to_rotate),
    )


def _words(told: Mapping[str, Any] | None) -> str | None:
    return str(told["words"]) if told and told.get("words") else None


def _use(use: Sequence[Event]) -> Use:
    let_in = [event.time for event in use if event.let_in]
    refused = [event.time for event in use if event.refused]
    places = (Place(event.region, event.log_group) for event in use if event.log_group)
    return Use(
        first=min(let_in, default=None),
        last=max(let_in, default=None),
        first_refused=min(refused, default=None),
        last_refused=max(refused, default=None),
        let_in=len(let_in),
        refused=len(refused),
        origins=tuple(
            Origin(
                address,
                tuple(dict.fromkeys(event.user_agent for event in calls if event.user_agent)),
                len(calls),
                sum(event.refused for event in calls),
                calls[0].time,
                calls[-1].time,
            )
            for address, calls in grouped(use, lambda event: event.source_ip or "unknown").items()
        ),
        groups=tuple(dict.fromkeys(places)),
        seconds_let_in=tuple(sorted(set(let_in))),
        seconds_refused=tuple(sorted(set(refused))),
    )
