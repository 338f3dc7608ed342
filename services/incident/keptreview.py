"""The review that a case keeps, for everybody who looks at the case: how old it is, and whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.base import clock
from services.base.spans import spoken
from services.base.text import clean
from services.cases import evidence
from services.cases.case import Case
from services.cases.holder import NAME_SHOWN
from services.review.reread import reread
from services.review.review import Review


@dataclass(frozen=True, slots=True)
class KeptReview:
    """*words* is the verdict; *review* is None where its evidence is not as it was kept (*trouble*)."""

    at: datetime
    by: str
    """Who made it, and where."""
    words: str
    findings: tuple[str, ...]
    file: str
    review: Review | None = None
    trouble: str | None = None

    def told(self, now: datetime) -> str:
        """``made 14 min ago by alice on bastion``."""
        return f"made {spoken(now - self.at)} ago by {self.by}"

    def as_json(self) -> dict[str, object]:
        return {
            "at": clock.rfc3339(self.at),
            "by": self.by,
            "verdict_words": self.words,
            "findings": list(self.findings),
            "evidence": self.file,
            "intact": self.trouble is None,
        }


def kept_review(case: Case) -> KeptReview | None:
    """The newest one of *case*, whoever holds it; None where none was made. Raises CaseError."""
    state = case.state()
    if not state.reviews:
        return None
    data = state.reviews[-1]
    proof, content = evidence.read(case.folder, data.get("evidence"))
    review = reread(content, data["at"]) if content is not None else None
    trouble = None
    if review is None:
        file, how = (proof.file, proof.integrity) if proof else ("the review", "missing")
        trouble = f"{clean(file)} is {how if how != 'intact' else 'written by another version'}"
    who, host = (clean(data["by"].get(name) or "unknown", limit=NAME_SHOWN) for name in ("login", "host"))
    arn = clean(data["by"].get("responder") or "").rsplit("/", 1)[-1]
    titles = data.get("findings")
    return KeptReview(
        data["at"],
        f"{arn or who} ({who} on {host})",
        clean(data.get("words")),
        tuple(map(clean, titles)) if isinstance(titles, list) else (),
        clean(proof.file) if proof else "",
        review,
        trouble,
    )
