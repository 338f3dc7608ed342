"""Files kept in a case, read only as far as they are what the journal says they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

from services.base import files
from services.cases.case import MOST_EVIDENCE, Case
from services.report.model import Evidence


def read(case: Case, kept: object) -> tuple[Evidence | None, bytes | None]:
    """The evidence that a journal line names ({file, sha256}), and its content where that is intact."""
    if not isinstance(kept, dict) or "file" not in kept:
        return None, None
    name, expected = Path(str(kept["file"])).name, str(kept.get("sha256"))
    try:
        content = files.read(case.folder / "evidence" / name, most=MOST_EVIDENCE)
    except OSError:
        return Evidence(name, expected, "missing"), None
    if hashlib.sha256(content).hexdigest() != expected:
        return Evidence(name, expected, "altered"), None
    return Evidence(name, expected, "intact"), content
