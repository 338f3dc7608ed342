"""In the HTML report: what the intruder made, what it read, and the sessions that led there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.base.sizes import count
from services.report.htmlparts import named, section, table, when
from services.report.markup import Safe, el, join
from services.report.model import Report
from services.review.tree import Branch

EVENTS = 3
"""Records that are named of one reading; the JSON has all."""


def made(report: Report) -> Safe | None:
    if not report.made:
        return None
    rows = (
        (
            named(each.text),
            each.proof,
            named(each.state, "strong"),
            when(each.at, report),
            named(each.lever),
        )
        for each in report.made
    )
    return section(
        "made",
        "What the intruder made",
        table(("What", "~Proof", "State", "Read back", "What to do"), rows),
    )


def to_rotate(report: Report) -> Safe | None:
    if report.reviewed is None or not report.reviewed.to_rotate:
        return None
    rows = (
        (
            each.kind,
            named(each.name),
            each.region,
            join(
                (count(each.times, "time"), ", ", when(each.first, report), " to ", when(each.last, report))
            ),
            ", ".join(each.by),
            named(", ".join(each.event_ids[:EVENTS])),
        )
        for each in report.reviewed.to_rotate
    )
    shown = table(("What", "Name", "Region", "Read", "~By", "Events"), rows)
    told = el("p", "These were read, so whoever read them has their values.")
    return section("rotate", "To rotate", told, shown)


def tree(branches: Sequence[Branch]) -> Safe:
    """Nested lists, as deep as sessions opened each other."""
    waiting = list(reversed(branches))
    return el("ul", *_level(waiting, min((each.depth for each in branches), default=0)), class_="tree")


def _level(waiting: list[Branch], depth: int) -> Iterator[Safe]:
    while waiting and waiting[-1].depth >= depth:
        branch = waiting.pop()
        deeper = waiting and waiting[-1].depth > branch.depth
        inner = el("ul", *_level(waiting, branch.depth + 1)) if deeper else None
        yield el("li", branch.words, inner)
