"""Files kept in a case, read only as far as they are what the journal says they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

from services.cases.case import Case
from services.report.model import Evidence


def read(case: Case, kept: object) -> tuple[Evidence | None, bytes | None]:
    """The evidence that a journal line names ({file, sha256}), and its content where that is intact."""
    if not isinstance(kept, dict) or "file" not in kept:
        return None, None
    name, expected = Path(str(kept["file"])).name, str(kept.get("sha256"))
    try:
        content = (case.folder / "evidence" / name).read_bytes()
    except OSError:
        return Evidence(name, expected, "missing"), None
    if hashlib.sha256(content).hexdigest() != expected:
        return Evidence(name, expected, "altered"), None
    return Evidence(name, expected, "intact"), content
