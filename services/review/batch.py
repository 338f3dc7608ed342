"""The one shape in which every source hands over what it read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.review.model import Unreadable
from services.review.scan import Scan
from services.review.words import moment


@dataclass(frozen=True, slots=True)
class Batch:
    """A piece of a source; *objects_total* is None until all its objects are listed."""

    source: str
    note: str
    scan: Scan = field(default_factory=Scan)
    objects_total: int | None = None
    unread: str | None = None
    """The Region of which the source cannot be read at all."""


def missing(source: str, what: str, span: tuple[datetime, datetime], more: str = "") -> Batch:
    """A batch that says what is not there although CloudTrail delivered it."""
    between = f"{moment(span[0])} to {moment(span[1])}"
    told = f"has nothing from {between}, although CloudTrail delivered: objects may have been deleted{more}"
    return _gone(source, what, told)


def undelivered(source: str, what: str, span: tuple[datetime, datetime]) -> Batch:
    """A batch that says what is not there although the event history has calls of that time."""
    between = f"{moment(span[0])} to {moment(span[1])}"
    told = f"has nothing from {between}, although the event history has calls of that time: objects may have "
    return _gone(source, what, f"{told}been deleted, or never delivered")


def _gone(source: str, what: str, told: str) -> Batch:
    return Batch(source, what, Scan(unreadable=[replace(Unreadable.of(what, told), missing=True)]))


def unasked(source: str, texts: Sequence[str]) -> Batch:
    """A batch that says whom no query of *source* was asked about, for what records call them is no name."""
    return missed(
        source, f"{len(texts):,} of the names and sessions", "AWS has no names of this form: not asked"
    )


def missed(source: str, what: str, error: object, unread: str | None = None) -> Batch:
    """A batch that says what could not be read."""
    return Batch(source, what, Scan(unreadable=[Unreadable.of(what, error)]), unread=unread)
