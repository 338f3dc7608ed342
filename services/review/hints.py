"""Which source that was not read may show more."""

from __future__ import annotations

from collections.abc import Sequence

from services.review.coverage import Coverage, Span
from services.review.model import SourceUsed
from services.review.words import listed

_ASKED_BY = (("log group of ", "insights"), ("trail ", "s3"), ("event data store ", "lake"))


Gap = tuple[str, Span]


def hint(coverage: Sequence[Coverage], sources: Sequence[SourceUsed], gaps: Sequence[Gap]) -> str:
    """A sentence on what to read next, empty where nothing is known to have more of the *gaps*."""
    read = {source.name for source in sources if source.used}
    better: dict[str, dict[str, None]] = {}
    for name in [source.name for source in sources if source.promising]:
        _add(better, name)
    for row in coverage:
        if row.source not in read and row.covers in ("yes", "partly") and _in_any(row, gaps):
            _add(better, row.source)
    told = [f"{listed(names)} with source {source}" for source, names in better.items()]
    return f" It may be seen in {', or in '.join(told)}: review again with that." if told else ""


def _add(better: dict[str, dict[str, None]], name: str) -> None:
    source = next((source for beginning, source in _ASKED_BY if name.startswith(beginning)), None)
    if source:
        better.setdefault(source, {})[name] = None


def _in_any(row: Coverage, gaps: Sequence[Gap]) -> bool:
    return any(
        region == row.region and row.since < until and row.until > since for region, (since, until) in gaps
    )
