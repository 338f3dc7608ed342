"""Files kept in a case, read only as far as they are what the journal says they are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.base import files
from services.cases.case import MOST_EVIDENCE

Integrity = Literal["intact", "altered", "missing"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file kept in the case, and whether it is as it was when it was kept."""

    file: str
    sha256: str
    integrity: Integrity


def read(folder: Path, kept: object) -> tuple[Evidence | None, bytes | None]:
    """What a journal line names ({file, sha256}) of the case in *folder*, and its content where intact."""
    if not isinstance(kept, dict) or "file" not in kept:
        return None, None
    name, expected = Path(str(kept["file"])).name, str(kept.get("sha256"))
    try:
        content = files.read(folder / "evidence" / name, most=MOST_EVIDENCE)
    except OSError:
        return Evidence(name, expected, "missing"), None
    if hashlib.sha256(content).hexdigest() != expected:
        return Evidence(name, expected, "altered"), None
    return Evidence(name, expected, "intact"), content
