"""What a query answers, and what is said where the engine that runs queries isn't installed."""

from __future__ import annotations

from dataclasses import dataclass

NOT_INSTALLED = "Queries are not simulated here: install stanch[athena]."


@dataclass(frozen=True, slots=True)
class Answer:
    """*rows* hold text as Athena prints it, None for NULL."""

    names: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    answer: Answer
    scanned_bytes: int


EMPTY = Scanned(Answer((), ()), 0)
