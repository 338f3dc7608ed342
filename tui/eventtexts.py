"""A review in words and lines: coverage first, then the verdict, the findings, and each event's row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from services.review.coverage import Coverage
from services.review.findings import Finding
from services.review.model import Window
from services.review.record import Event
from services.review.recorded import Covers
from services.review.review import Review
from services.text import clean
from tui import words
from tui.widgets.lines import Line, Role, Span, wrap
from tui.widgets.table import Column

BAR = 20
"""Cells for the window of a review."""

_BEST: tuple[Covers, ...] = ("yes", "partly", "unknown", "management only", "no")
_CELLS: dict[Covers, Span] = {
    "yes": ("━", "good"),
    "partly": ("╍", "warn"),
    "unknown": ("╌", "warn"),
    "management only": ("·", "quiet"),
    "no": ("·", "quiet"),
}
_WORDS: dict[Covers, str] = {
    "yes": "recorded",
    "partly": "recorded in part",
    "unknown": "not known",
    "management only": "use is not recorded",
    "no": "not recorded",
}
_SIGNS: dict[str, Span] = {
    "high": ("‼", "alarm"),
    "medium": ("!", "warn"),
    "low": ("·", "text"),
    "info": ("·", "quiet"),
}


def heading(review: Review, now: datetime) -> Line:
    since, until = review.window.since, review.window.until
    recent = now - until < timedelta(hours=1)
    to = f"{until:%H:%M:%S}" if recent else f"{until:%Y-%m-%d %H:%M}"
    return (
        (f"What {review.subject.user} did", "strong"),
        (f", {since:%Y-%m-%d %H:%M} to {to} · {review.attribution_words}", "quiet"),
    )


def covered(rows: Iterable[Coverage], when: datetime) -> Covers:
    """The best that any source says of *when*."""
    found = {row.covers for row in rows if row.since <= when <= row.until}
    return next((covers for covers in _BEST if covers in found), "unknown")


def coverage_lines(rows: Sequence[Coverage], window: Window) -> list[Line]:
    """One bar for Regions recorded alike: ``╌╌╌━━━━ us-east-1: not known to 11-20, then recorded``."""
    alike: dict[tuple[tuple[Covers, datetime], ...], list[str]] = {}
    for region in dict.fromkeys(row.region for row in rows):
        pieces = _pieces([row for row in rows if row.region == region], window)
        alike.setdefault(pieces, []).append("all Regions" if region == "*" else region)
    if len(alike) == 1 and len(regions := next(iter(alike.values()))) > 1:
        return [_bar([f"all {len(regions)} Regions"], next(iter(alike)), window)]
    return [_bar(regions, pieces, window) for pieces, regions in alike.items()]


def findings_lines(findings: Sequence[Finding], width: int, *, most: int | None = None) -> list[Line]:
    """The gravest first; *most* counts lines, and what is left out is counted in the last."""
    lines: list[Line] = []
    for at, finding in enumerate(findings):
        sign, role = _SIGNS[finding.severity]
        told = wrap(
            ((f"{sign} ", role), (finding.title, "text" if role == "quiet" else role)), width, indent=2
        )
        left = len(findings) - at
        if most is not None and len(lines) + len(told) > most - (left > 1):
            return [*lines, ((f"  {words.count(left, 'more finding')}: f shows all", "quiet"),)]
        lines += told
    return lines


def columns(now: datetime) -> tuple[Column[Event], ...]:
    return (
        Column("TIME", lambda event: (_time(event.time, now), "text"), 14),
        Column("CALL", lambda event: (event.name, "text"), 19, flex=1),
        Column("FROM", lambda event: (event.source_ip, "text"), 15, flex=1),
        Column("AGENT", lambda event: (event.user_agent, "quiet"), 10, flex=3, drop=1),
        Column("REGION", lambda event: (event.region, "quiet"), 10, drop=2),
        Column("RESULT", result, 8, flex=1),
    )


def result(event: Event) -> Span:
    if event.error is None:
        return "ok", "text"
    return ("refused", "good") if event.refused else (event.error, "warn")


def matches(event: Event, wanted: str) -> bool:
    """Whether every word of *wanted* stands somewhere in what is known of *event*."""
    text = " ".join(
        (
            event.name,
            event.source_ip,
            event.user_agent,
            event.region,
            event.source,
            event.summary,
            event.error or "ok",
            "refused" if event.refused else "",
            event.log_group or "",
            event.access_key_id or "",
            event.credential_id or "",
            *event.resources,
        )
    ).casefold()
    return all(word in text for word in wanted.casefold().split())


def record_lines(event: Event) -> list[str]:
    """The record as CloudTrail wrote it, a line a field, with nothing in it that a terminal acts on."""
    try:
        text = msgspec.json.format(event.raw, indent=2).decode("utf-8", "replace")
    except msgspec.DecodeError:
        text = json.dumps(event.as_json(), indent=2)
    return [clean(line, limit=20_000) for line in text.splitlines()]


def full_lines(review: Review, width: int) -> list[Line]:
    """All that the review says but the events themselves."""
    lines = [*wrap(((review.verdict_words, "strong"),), width, indent=2), ()]
    lines += [(("Findings", "header"),), *(findings_lines(review.findings, width) or [(("none", "quiet"),)])]
    lines += [(), (("Coverage: whether use would have been recorded", "header"),)]
    for row in review.coverage:
        sign, role = _CELLS[row.covers]
        span = f"{row.since:%m-%d %H:%M} to {row.until:%m-%d %H:%M}"
        told: Line = (
            (f"{sign} ", role),
            (f"{row.region} {_WORDS[row.covers]} ", "text"),
            (f"by {row.source}, {span}: {row.note}", "quiet"),
        )
        lines += wrap(told, width, indent=2)
    lines += [(), (("Sources", "header"),)]
    for source in review.sources:
        read = "read" if source.used else "not read"
        lines += wrap(((f"· {source.name}: ", "text"), (f"{read}, {source.why}", "quiet")), width, indent=2)
    lines += [(), (("Not readable", "header"),)]
    for trouble in review.unreadable:
        lines += wrap((("! ", "warn"), (f"{trouble.what}: {trouble.error}", "text")), width, indent=2)
    if not review.unreadable:
        lines.append((("nothing: all that was asked for was read", "quiet"),))
    lines += [(), ((_scanned(review), "quiet"),)]
    return lines


def _scanned(review: Review) -> str:
    read = words.count(review.records_scanned, "record")
    bad = f", {review.records_unreadable:,} of them unreadable" if review.records_unreadable else ""
    own = words.count(len(review.events), "event")
    return f"{read} read{bad}; {own} by the user, {len(review.on_user):,} on it"


def _pieces(rows: list[Coverage], window: Window) -> tuple[tuple[Covers, datetime], ...]:
    """(what is covered, until when), one after the other through the window."""
    edges = sorted({window.until, *(edge for row in rows for edge in (row.since, row.until))})
    found: list[tuple[Covers, datetime]] = []
    at = window.since
    for edge in (edge for edge in edges if window.since < edge <= window.until):
        covers = covered(rows, at + (edge - at) / 2)
        if found and found[-1][0] == covers:
            found.pop()
        found.append((covers, edge))
        at = edge
    return tuple(found)


def _bar(regions: Sequence[str], pieces: Sequence[tuple[Covers, datetime]], window: Window) -> Line:
    cells: list[Span] = []
    length = window.until - window.since
    for cell in range(BAR):
        when = window.since + length * (cell + 0.5) / BAR
        covers: Covers = next((covers for covers, until in pieces if when <= until), "unknown")
        cells.append(_CELLS[covers])
    said = [
        f"{_WORDS[covers]} to {until:%m-%d %H:%M}" if at < len(pieces) - 1 else _WORDS[covers]
        for at, (covers, until) in enumerate(pieces)
    ]
    role: Role = "text" if [covers for covers, _ in pieces] == ["yes"] else "warn"
    return (*cells, (f" {', '.join(regions)}: ", "text"), (", then ".join(said), role))


def _time(when: datetime, now: datetime) -> str:
    return when.strftime("%m-%d %H:%M:%S" if when.year == now.year else "%Y-%m-%d %H:%M")
