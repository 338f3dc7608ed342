"""What is said of a goal, and of the way back from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """A goal, or the way back from it, in words; *done* is said once AWS agrees."""

    title: str
    stops: str
    leaves: str
    undo: str
    done: str
