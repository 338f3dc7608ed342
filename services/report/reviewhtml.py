"""The review in the HTML report: verdict, findings, where from, coverage."""

from __future__ import annotations

from collections.abc import Iterator

from services.base.sizes import count
from services.report.htmlparts import evidence, named, section, table, when
from services.report.madehtml import tree
from services.report.markup import Child, Safe, el
from services.report.model import Origin, Report, Reviewed
from services.report.words import stamp

ORIGINS = 25
"""Addresses that are shown; the JSON has all."""


def review(report: Report) -> Safe:
    if not report.reviews:
        said = el("p", "CloudTrail was not reviewed: whether the key was used is unknown.")
        return section("review", "CloudTrail review", said)
    last, earlier = report.reviews[-1], report.reviews[:-1]
    parts: list[Child] = [
        el("p", last.words, class_="verdict"),
        el("p", "Reviewed ", when(last.at, report), ".", evidence(last.evidence), class_="note"),
    ]
    if report.reviewed:
        parts += _full(report.reviewed, report)
    else:
        parts.append(el("p", "Its evidence cannot be shown; this is what the journal itself says it found:"))
        parts.append(el("ul", *(el("li", title) for title in last.findings)))
    if earlier:
        parts.append(el("h3", "Earlier reviews"))
        for line in earlier:
            said = el("p", when(line.at, report), " ", line.words, evidence(line.evidence), class_="note")
            parts.append(said)
    return section("review", "CloudTrail review", *parts)


def _full(reviewed: Reviewed, report: Report) -> Iterator[Safe]:
    sources = ", ".join(source.name for source in reviewed.sources) or "no source"
    unread = f" Not read: {'; '.join(reviewed.unreadable)}." if reviewed.unreadable else ""
    yield el(
        "p",
        f"{count(reviewed.scanned, 'record')} of {sources}, {stamp(reviewed.since)} to "
        f"{stamp(reviewed.until)}, attributed {reviewed.attribution}.{unread}",
        class_="note",
    )
    if reviewed.headline:
        yield el("p", reviewed.headline, class_="verdict")
    if reviewed.findings:
        yield el("h3", "Findings")
        yield el("ul", *_findings(reviewed), class_="findings")
        if reviewed.baseline:
            yield el("p", reviewed.baseline, class_="note")
    if reviewed.sessions:
        yield el("h3", "Sessions")
        yield tree(reviewed.sessions)
    if reviewed.use.origins:
        yield el("h3", "Where it was used from")
        yield _origins(reviewed.use.origins, report)
    yield el("h3", "Coverage")
    yield _coverage(reviewed)


def _findings(reviewed: Reviewed) -> Iterator[Safe]:
    for found in reviewed.findings:
        technique = el("span", found.technique, class_="technique") if found.technique else None
        severity = el("span", found.severity, class_="severity")
        yield el("li", severity, el("span", found.told, " ", technique), class_=_known(found.severity))


def _known(severity: str) -> str | None:
    return severity if severity in ("high", "medium", "low", "info") else None


def _origins(origins: tuple[Origin, ...], report: Report) -> Safe:
    rows = (
        (
            named(each.address),
            f"{each.calls:,}",
            f"{each.refused:,}",
            when(each.first, report),
            when(each.last, report),
            ", ".join(each.agents),
        )
        for each in origins[:ORIGINS]
    )
    shown = table(("Address", "#Calls", "#Refused", "First", "Last", "Agents, as they call themselves"), rows)
    more = (
        f"{len(origins) - ORIGINS:,} more addresses are in the evidence." if len(origins) > ORIGINS else None
    )
    return el("div", shown, el("p", more, class_="note") if more else None)


def _coverage(reviewed: Reviewed) -> Safe:
    rows = (
        (row.source, row.region, el("strong", row.covers), stamp(row.since), stamp(row.until), row.note)
        for row in reviewed.coverage
    )
    return table(("Source", "Region", "Covers", "From", "To", "Why"), rows)
