"""The report as one HTML file: no outside reference, nothing that runs, for the screen and for paper."""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.base.keyservices import short_service
from services.base.sizes import count
from services.cases.anchor import CONSISTENT
from services.report import plot, timeline
from services.report.actionhtml import actions
from services.report.glyphs import legend
from services.report.htmlparts import evidence, named, page, section, table, when
from services.report.madehtml import made, to_rotate
from services.report.markup import Child, Safe, el, join
from services.report.model import Report
from services.report.reviewhtml import review
from services.report.words import moment, stamp

_SMALL = "font: 8pt system-ui, sans-serif; color: #4b545c;"


def to_html(report: Report) -> str:
    header = report.header
    written = f"Written {stamp(header.written)} by stanch {header.version}"
    return page(
        f"Case {header.case}: key {header.key_id} of {header.user}",
        _on_paper(header.case, written),
        _header(report),
        el(
            "main",
            _summary(report),
            _story(report),
            _remaining(report),
            _timeline(report),
            _traffic(report),
            actions(report),
            review(report),
            _compromised(report),
            made(report),
            to_rotate(report),
            _sweep(report),
            _notes(report),
            _journal(report),
        ),
        el("footer", f"{written}. All times are UTC."),
    )


def _on_paper(case: str, written: str) -> str:
    """What each printed page says: the case, the clock of its times, who wrote it when, and its number."""
    known = re.sub(r"[^A-Za-z0-9._-]", "", case)[:40]
    left = f'@bottom-left {{ content: "Case {known} · all times UTC"; {_SMALL} }}'
    middle = f'@bottom-center {{ content: "{written}"; {_SMALL} }}'
    right = f'@bottom-right {{ content: "Page " counter(page) " of " counter(pages); {_SMALL} }}'
    return f"@page {{ {left} {middle} {right} }}\n"


def _header(report: Report) -> Safe:
    header = report.header
    state = f"closed {moment(header.closed, report.day)}" if header.closed else "open"
    alias = header.alias or "none"
    facts: tuple[tuple[str, Child], ...] = (
        ("Key", el("code", header.key_id)),
        ("Alias", el("code", alias)),
        ("Service", short_service(header.service)),
        ("Account", header.account),
        *((("Endpoint", f"{header.endpoint}, which is not AWS's own"),) if header.endpoint else ()),
        ("Made", stamp(header.created) if header.created else "not known"),
        ("Expires", stamp(header.expires) if header.expires else "never"),
        ("Responder", el("code", header.responder)),
        ("Responder", f"{header.login} on {header.host}"),
        *((f"From {moment(other.at, report.day)}", el("code", other.words)) for other in header.later),
        ("Opened", stamp(header.opened) if header.opened else "not known"),
        ("Closed", stamp(header.closed) if header.closed else "not yet"),
    )
    return el(
        "header",
        el("p", f"Case {header.case}", el("span", state, class_="state"), class_="case"),
        el("h1", "API key of ", el("span", header.user, class_="user")),
        el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in facts), class_="facts"),
    )


def _summary(report: Report) -> Safe | None:
    """For somebody who was not there."""
    told = report.summary
    if told is None:
        return None
    facts = (
        (
            "Time to contain",
            told.time_to_contain or "not known: AWS did not confirm that the key was stopped",
        ),
        ("Taken", told.taken),
        ("Remains", told.remains),
    )
    lines = (part for name, value in facts for part in (el("dt", name), el("dd", value)))
    return section(
        "summary", "In short", el("p", told.words, class_="short"), el("dl", *lines, class_="story")
    )


def _story(report: Report) -> Safe:
    lines = (part for each in report.story for part in (el("dt", each.about), el("dd", each.words)))
    return section("story", "What happened", el("dl", *lines, class_="story"))


def _remaining(report: Report) -> Safe:
    if not report.remaining:
        return section("remaining", "What remains to do", el("p", "Nothing is known to remain."))
    left = (el("li", each.words) for each in report.remaining)
    return section("remaining", "What remains to do", el("ul", *left))


def _timeline(report: Report) -> Safe | None:
    picture = timeline.both(report)
    if picture is None:
        return None
    by = report.reviewed.attribution if report.reviewed else None
    told = [
        *(("Where the axis is dotted, time is compressed.",) if timeline.CUT in picture else ()),
        *((f"Use is attributed {by}.",) if by else ()),
    ]
    caption = el(
        "figcaption",
        el("p", legend(), class_="legend"),
        el("p", " ".join(told)) if told else None,
    )
    dated = (
        part for each in report.chronology for part in (el("dt", when(each.at, report)), el("dd", each.words))
    )
    return section("timeline", "Timeline", el("figure", picture, caption), el("dl", *dated, class_="dated"))


def _traffic(report: Report) -> Safe:
    flow, reading = report.flow, report.flow.reading
    figures: list[Child] = []
    if reading:
        marks, groups = plot.marks(report), plot.ranked(reading)
        for group in groups[: plot.SHOWN]:
            caption = el(
                "figcaption",
                el("code", group.log_group),
                f" in {group.region}: {plot.summary(group, reading)}; {plot.state(group)}.",
            )
            figures.append(el("figure", caption, plot.both(group, reading, marks)))
        if more := groups[plot.SHOWN :]:
            figures.append(el("p", "Not drawn: ", join((el("code", each.log_group) for each in more), ", ")))
        if not groups:
            figures.append(el("p", "No log group was found to ask about."))
        figures += [el("p", part.words) for part in reading.unreadable]
    note = el(
        "p",
        f"{flow.words} The metric belongs to a log group, never to a key. Gaps have no "
        "data; in the shaded part data may still arrive.",
        evidence(flow.evidence),
        class_="note",
    )
    return section("traffic", "IncomingBytes", *figures, note)


def _compromised(report: Report) -> Safe | None:
    if not report.compromised:
        return None
    rows = (
        (named(each.name), each.why, named(each.state, "strong"), when(each.at, report), each.lever)
        for each in report.compromised
    )
    shown = table(("What", "~How", "State", "Read back", "Ended by"), rows)
    return section("compromised", report.compromised_title, shown)


def _sweep(report: Report) -> Safe | None:
    sweep = report.sweep
    if sweep is None:
        return None
    rows = (
        (each.kind, named(each.name), each.words, each.elsewhere or f"with stanch: {each.lever}")
        for each in sweep.held
    )
    shown = table(("What", "Which", "As it was", "Removed"), rows) if sweep.held else None
    nothing = None if sweep.held else el("p", "Nothing else was found.")
    unread = f" Not read: {'; '.join(sweep.unreadable)}." if sweep.unreadable else ""
    at = el("p", "Looked for ", when(sweep.at, report), f".{unread}", class_="note")
    return section("sweep", "What else this user has", shown, nothing, at)


def _notes(report: Report) -> Safe | None:
    if not report.notes:
        return None
    return section("notes", "Notes", el("dl", *_dated(report), class_="dated"))


def _dated(report: Report) -> Iterable[Safe]:
    for note in report.notes:
        yield el("dt", when(note.at, report))
        yield el("dd", note.words)


def _journal(report: Report) -> Safe:
    journal = report.journal
    head = el("p", f"{count(journal.lines, 'line')}, head ", el("code", journal.head or "none"))
    if journal.flaws:
        return section(
            "journal", "Journal", head, el("ul", *(el("li", flaw) for flaw in journal.flaws), class_="flaws")
        )
    anchored = el("ul", *(el("li", each) for each in journal.anchors)) if journal.anchors else None
    return section("journal", "Journal", head, el("p", CONSISTENT), anchored)
