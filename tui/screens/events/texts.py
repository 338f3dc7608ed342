"""A review in words and lines: coverage first, then the verdict, the findings, and each event's row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from services.base import documents
from services.base.text import clean
from services.review.findings import Finding
from services.review.record import Event
from services.review.review import Review
from services.review.tree import branches
from tui.commands.table import BY_ID
from tui.look import words
from tui.look.columns import Column
from tui.look.lines import Line, Role, Span, fit, width_of, wrap
from tui.screens.events import bars as eventbars
from tui.screens.events.groups import Group, Side
from tui.settings.hooks import address

_SIGNS: dict[str, Span] = {
    "high": ("‼", "alarm"),
    "medium": ("!", "warn"),
    "low": ("·", "text"),
    "info": ("·", "quiet"),
}


def heading(review: Review, now: datetime) -> Line:
    since, until = review.window.since, review.window.until
    suspected = f" · + is new since {review.marks.suspected:%m-%d %H:%M:%S}" if review.marks.suspected else ""
    recent = now - until < timedelta(hours=1)
    to = f"{until:%H:%M:%S}" if recent else f"{until:%Y-%m-%d %H:%M}"
    return (
        (f"What {review.subject.user} did", "strong"),
        (f", {since:%Y-%m-%d %H:%M} to {to} · {review.attribution_words}{suspected}", "quiet"),
    )


def headline_lines(review: Review, width: int) -> list[Line]:
    """The suspected use told from the owner's, where anything tells them apart."""
    told = review.headline
    if told is None:
        return []
    role: Role = "alarm" if told.suspected and told.new.calls else "warn" if told.new.calls else "text"
    return wrap(((told.words, role),), width, indent=2)


def in_short(review: Review, heading: Line, coverage: Sequence[Line], role: Role, width: int) -> list[Line]:
    """Whose it is, what of it was recorded, and the verdict: a line each, and the key for the rest."""
    verdict: Line = ((review.verdict_words, role),)
    if review.headline:
        verdict = (*verdict, (f" {review.headline.words}", "text"))
    lines = (heading, *coverage, verdict)
    if len(coverage) < 2 and all(width_of(line) <= width for line in lines):
        return list(lines)
    recorded: Line = coverage[0] if coverage else ()
    others: Line = ((eventbars.and_more(coverage), "warn"),)
    more: Line = ((f"  {BY_ID['whole_head'].shown_key}: all", "quiet"),)
    recorded = (*fit(recorded, width - width_of(others)), *others)
    return [fit(heading, width), recorded, (*fit(verdict, width - width_of(more)), *more)]


def findings_lines(findings: Sequence[Finding], width: int, *, most: int | None = None) -> list[Line]:
    """The gravest first; *most* counts lines: no more than titles, and what is left out is counted."""
    lines: list[Line] = []
    for at, finding in enumerate(findings):
        sign, role = _SIGNS[finding.severity]
        said = finding.told if most is None else finding.title
        told = wrap(((f"{sign} ", role), (said, "text" if role == "quiet" else role)), width, indent=2)
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


def group_columns(side: Side, now: datetime) -> tuple[Column[Group], ...]:
    return (
        Column("", lambda group: ("+", "warn") if group.new else (" ", "text"), 1, gap=1),
        Column(side.title, lambda group: (group.value, "warn" if group.new else "text"), 20, flex=1),
        Column("EVENTS", lambda group: (f"{group.count:,}", "text"), 8, right=True),
        Column(
            "DENIED", lambda group: (f"{group.refused:,}" if group.refused else "", "good"), 8, right=True
        ),
        Column("FIRST", lambda group: (_time(group.first, now), "quiet"), 14, drop=1),
        Column("LAST", lambda group: (_time(group.last, now), "text"), 14),
    )


def result(event: Event) -> Span:
    if event.error is None:
        return "ok", "text"
    return ("denied", "good") if event.refused else (event.error, "warn")


def sought_in(event: Event) -> str:
    """What the filter's words are looked for in: all that is known of *event*."""
    return " ".join(
        (
            event.name,
            event.source_ip,
            event.user_agent,
            event.region,
            event.source,
            event.summary,
            event.error or "ok",
            "denied refused" if event.refused else "",
            event.log_group or "",
            event.access_key_id or "",
            event.credential_id or "",
            *event.resources,
        )
    ).casefold()


def record_lines(event: Event) -> list[str]:
    """The record as CloudTrail wrote it, a line a field, with nothing in it that a terminal acts on."""
    try:
        text = msgspec.json.format(event.raw, indent=2).decode("utf-8", "replace")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = _patiently(event)
    return [clean(line, limit=20_000) for line in text.splitlines()]


def hook_values(event: Event) -> dict[str, str | None]:
    """What commands of the responder's own are given of it."""
    return {
        "event_id": event.event_id,
        "event_name": event.name,
        "ip": address(event.source_ip),
        "log_group": event.log_group,
        "region": event.region,
        "user_agent": event.user_agent,
    }


def _patiently(event: Event) -> str:
    """Of a record that is not quite JSON: half a character in a name is no reason to show less of it."""
    try:
        return json.dumps(documents.parse(event.raw.decode("utf-8", "replace")), indent=2)
    except ValueError:
        return json.dumps(event.as_json(), indent=2)


def full_lines(review: Review, width: int) -> list[Line]:
    """All that the review says but the events themselves."""
    lines = wrap(((review.verdict_words, "strong"),), width, indent=2)
    lines += [*headline_lines(review, width), ()]
    lines += [(("Findings", "header"),), *(findings_lines(review.findings, width) or [(("none", "quiet"),)])]
    lines += wrap(((review.baseline.words, "quiet"),), width, indent=2)
    if tree := branches(review.followed.sessions, review.events):
        lines += [(), (("Sessions: what opened which, and what each did", "header"),)]
        for branch in tree:
            lines += wrap(
                ((f"{'  ' * branch.depth}{branch.words}", "text"),), width, indent=2 * branch.depth + 2
            )
    lines += [(), (("Coverage: whether use would have been recorded", "header"),)]
    for row in review.coverage:
        sign, role = eventbars.CELLS[row.covers]
        span = f"{row.since:%m-%d %H:%M} to {row.until:%m-%d %H:%M}"
        told: Line = (
            (f"{sign} ", role),
            (f"{row.region} {eventbars.WORDS[row.covers]} ", "text"),
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


def _time(when: datetime, now: datetime) -> str:
    return when.strftime("%m-%d %H:%M:%S" if when.year == now.year else "%Y-%m-%d %H:%M")
