"""The one shape in which every source hands over what it read."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.review.model import Unreadable
from services.review.scan import Scan


@dataclass(frozen=True, slots=True)
class Batch:
    """A piece of a source; *objects_total* is None until all its objects are listed."""

    source: str
    note: str
    scan: Scan = field(default_factory=Scan)
    objects_total: int | None = None


def missed(source: str, what: str, error: object) -> Batch:
    """A batch that says what could not be read."""
    return Batch(source, what, Scan(unreadable=[Unreadable.of(what, error)]))
