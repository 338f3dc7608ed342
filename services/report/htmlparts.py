"""What the parts of the HTML report share."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from services.base import clock
from services.cases.evidence import Evidence
from services.report.markup import Child, Safe, el
from services.report.model import Report
from services.report.words import moment

STYLE = Path(__file__).with_name("report.css")
SHORT = 24
"""Characters that a column of any table has room for: the id of a key has 20 or 21."""


def page(title: str, style: str, *children: Child) -> str:
    """One HTML file in the report's style, with *style* after it."""
    style = STYLE.read_text(encoding="utf-8") + style
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=_policy(style)),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title),
        el("style", Safe(style)),
    )
    return f"<!doctype html>\n{el('html', head, el('body', *children), lang='en')}\n"


def _policy(style: str) -> str:
    """Nothing is loaded and nothing runs; this one style sheet, known by its hash, is all that acts."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def section(name: str, title: str, *children: Child) -> Safe:
    return el("section", el("h2", title), *children, id=name)


def when(at: datetime, report: Report) -> Safe:
    return el("time", moment(at, report.day), datetime=clock.rfc3339(at))


def evidence(kept: Evidence | None) -> Safe | None:
    """Which file stands behind it, and whether that is as it was kept."""
    if kept is None:
        return None
    sign = kept.integrity if kept.integrity == "intact" else el("strong", kept.integrity)
    hashed = el("code", kept.sha256, class_="hash")
    return el("span", " Evidence ", el("code", kept.file), ", SHA-256 ", hashed, ": ", sign, ".")


def named(name: str, element: str = "code") -> Safe:
    """A name or a state in a table: what is short stays whole, what is long is broken where it must be."""
    return el(element, name, class_="long" if len(name) > SHORT else None)


_KINDS = {"#": "number", "~": "prose"}


def table(header: Iterable[str], rows: Iterable[Iterable[Child]]) -> Safe:
    """Columns whose name begins with # are numbers, with ~ sentences that have ids in them."""
    names = list(header)
    kinds = [_KINDS.get(name[:1]) for name in names]
    head = el(
        "tr", *(el("th", name.lstrip("#~"), class_=kind) for name, kind in zip(names, kinds, strict=True))
    )
    body = (
        el("tr", *(el("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True)))
        for row in rows
    )
    return el("div", el("table", el("thead", head), el("tbody", *body)), class_="scroll")
