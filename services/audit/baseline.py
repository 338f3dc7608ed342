"""Findings that were looked at and accepted, kept in a file beside the code that is checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from services.audit.model import Finding
from services.base import documents, files


class BadBaseline(Exception):
    """The file is no baseline; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why a finding is accepted and, where *until* is set, for how long."""

    reason: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    accepted: Mapping[str, Acceptance] = field(default_factory=dict)

    def accepts(self, account: str, finding: Finding, today: date) -> Acceptance | None:
        found = self.accepted.get(finding.fingerprint(account))
        return None if found is None or (found.until and found.until < today) else found


def read(path: Path) -> Baseline:
    """Raises BadBaseline."""
    try:
        document = documents.parse(path.read_text(encoding="utf-8"))
        rows = document["accepted"]
        return Baseline({row["fingerprint"]: _acceptance(row) for row in rows})
    except OSError as error:
        raise BadBaseline(f"The baseline {path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadBaseline(
            f"{path} isn't a baseline: create one with --write-baseline, then add a reason or a date (until)."
        ) from None


def write(path: Path, found: Iterable[tuple[str, Finding]], before: Baseline) -> int:
    """Accept all that was *found*, by account, and say how many; reasons and dates given before are kept."""
    rows: list[dict[str, object]] = []
    for account, finding in found:
        fingerprint = finding.fingerprint(account)
        known = before.accepted.get(fingerprint, Acceptance())
        until: dict[str, object] = {"until": known.until.isoformat()} if known.until else {}
        rows.append({"fingerprint": fingerprint, "title": finding.title, "reason": known.reason} | until)
    files.replace(path, (json.dumps({"accepted": rows}, indent=2, ensure_ascii=False) + "\n").encode())
    return len(rows)


def _acceptance(row: Mapping[str, Any]) -> Acceptance:
    until = row.get("until")
    return Acceptance(str(row.get("reason") or ""), date.fromisoformat(until) if until else None)
