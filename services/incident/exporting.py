"""The records behind a review, kept in the case as evidence."""

from __future__ import annotations

from collections.abc import Sequence

from services.cases.case import Case
from services.review.export import json_lines
from services.review.record import Event


def keep(events: Sequence[Event], case: Case) -> dict[str, str]:
    """Keep the records as JSON lines; returns {file, sha256}, and the journal has them."""
    evidence = case.keep_evidence("records.jsonl", b"".join(json_lines(events)))
    case.append("exported", records=len(events), evidence=evidence)
    return evidence
