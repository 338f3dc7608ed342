"""The words of a review: whose use is looked for, when, and how far the reading is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.base.text import clean


class SourceUnavailable(Exception):
    """The source asked for cannot be used; the message is one sentence with what to do instead."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The user whose doings are reviewed and, where it is one key's review, that key.

    *service* is the key's, as ``logs.amazonaws.com``. *account* keeps namesakes of other accounts apart. What
    was called before the key was *created* cannot be use of it.
    """

    user: str
    key_id: str | None = None
    service: str | None = None
    account: str | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """From *since* to *until*, both in it."""

    since: datetime
    until: datetime
    up_to_now: bool = field(default=False, compare=False)
    """Whether it ends now, by AWS's clock, of which *until* is this machine's guess."""

    @property
    def empty(self) -> bool:
        return self.until <= self.since

    @classmethod
    def all_time(cls) -> Window:
        return cls(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

    def holds(self, when: datetime) -> bool:
        # Records have whole seconds, cut: one of the second the window begins in belongs to it.
        return self.since.replace(microsecond=0) <= when <= self.until


@dataclass(frozen=True, slots=True)
class Marks:
    """Moments that findings are measured against; None where it is not known."""

    suspected: datetime | None = None
    deactivated: datetime | None = None
    """When the key was switched off, or what it is for was denied."""
    switched_off: bool = False
    """Whether the key itself was: a call that its permissions deny shows then that it works still."""
    reactivated: datetime | None = None
    ours: frozenset[str] = frozenset()
    """The request ids of this case's own calls."""


@dataclass(frozen=True, slots=True)
class Athena:
    """How Athena is to be used; a query needs a *workgroup* with an output location, or an *output* (s3://…).

    Where its table is not there yet, *create* lets it be made. *region* is the trail's own if not said.
    """

    workgroup: str | None = None
    output: str | None = None
    database: str = "default"
    create: bool = False
    region: str | None = None

    @property
    def configured(self) -> bool:
        return bool(self.workgroup or self.output)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one source is; *objects_total* is None until all of them are listed."""

    source: str
    note: str
    objects_done: int = 0
    objects_total: int | None = None
    bytes_read: int = 0
    records: int = 0
    matches: int = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that should have been read and was not."""

    what: str
    error: str
    missing: bool = False
    """Whether it is evidence that was there once, and is gone."""

    @classmethod
    def of(cls, what: str, error: object) -> Unreadable:
        return cls(clean(what, limit=1100), clean(error, limit=600))

    @property
    def words(self) -> str:
        if self.missing:
            return f"{self.what} {self.error.rstrip('.')}."
        return f"{self.what} could not be read. {self.error}"


@dataclass(frozen=True, slots=True)
class SourceUsed:
    """A source, and why it was read or left alone."""

    name: str
    used: bool
    why: str
    promising: bool = False
    """Whether it was left alone although it may show more."""
