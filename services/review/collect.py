"""Gathers the batches of all sources: each event once, every trouble named, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from services.base.text import clean
from services.review import record as records
from services.review.batch import Batch
from services.review.changes import Change
from services.review.coverage import Coverage
from services.review.match import Matcher, Role
from services.review.model import Progress, Unreadable
from services.review.record import Event
from services.review.scan import Scan
from services.review.sessionids import SessionIds
from services.review.spill import Spill

NAMED = 200
"""Troubles that are named one by one; the rest are counted."""

FEW = 5
"""Names that stand for many files of the same kind."""

KEPT_BYTES = 16_000_000
"""Of the records' own bytes, so many stay in memory; the rest goes to a file."""


@dataclass(slots=True)
class _Tally:
    objects: int = 0
    bytes_read: int = 0
    records: int = 0
    matches: int = 0


@dataclass(slots=True)
class _Left:
    """Files of one kind that hold no records: how many, and a few of their names."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, names: list[str]) -> None:
        self.count += len(names)
        self.names += names[: FEW - len(self.names)]

    def __str__(self) -> str:
        if self.count == 1:
            return self.names[0]
        few = ", ".join(self.names)
        return f"{self.count:,} files ({few}{', …' if self.count > FEW else ''})"


def _call(event: Event) -> tuple[object, ...]:
    return event.time, event.name, event.source_ip


def _told(event: Event) -> int:
    """How much the record says of what tells use apart."""
    said = (
        event.bearer,
        event.credential_id,
        event.access_key_id,
        event.error,
        event.short_term,
        event.protocol,
    )
    return sum(map(bool, said))


@dataclass(slots=True)
class Collector:
    on_progress: Callable[[Progress], None] | None = None
    records: int = 0
    records_bad: int = 0
    following: bool = False
    """Whether what comes is read once more, for whom it led to: what it holds was counted before."""
    outside: int = 0
    """The subject's events before or after the window."""
    seen: dict[str, set[str]] = field(default_factory=dict)
    """By source: the ids of what the subject did."""
    troubled: set[str] = field(default_factory=set)
    """Sources of which something could not be read."""
    unread: dict[tuple[str, str], str] = field(default_factory=dict)
    """By source and Region: why nothing, or not all, of it was read."""
    notes: dict[str, None] = field(default_factory=dict)
    """What a reader should know of how the evidence was checked: sentences, each once."""
    renamings: dict[str, Event] = field(default_factory=dict)
    """After the window, by id: they tell what the user was called in it."""
    changes: list[Change] = field(default_factory=list)
    """Of trails that are read, and of their buckets."""
    rows: tuple[Coverage, ...] | None = None
    """The coverage with all that could be learnt of it, once that is done."""
    ids: SessionIds = field(default_factory=SessionIds)
    """So that objects are read again only where that can find more."""
    _left: dict[str, _Left] = field(default_factory=dict)
    _strange: dict[str, int] = field(default_factory=dict)
    _events: dict[Role, dict[str, Event]] = field(default_factory=lambda: {"by": {}, "on": {}})
    _unreadable: list[Unreadable] = field(default_factory=list)
    _troubles: set[Unreadable] = field(default_factory=set)
    _unnamed: int = 0
    _tallies: dict[str, _Tally] = field(default_factory=dict)
    _spill: Spill = field(default_factory=Spill)
    _kept: int = 0

    def add(self, batch: Batch) -> None:
        scan = batch.scan
        if self.following:
            new = [each for each in scan.unreadable if each not in self._troubles]
            scan = Scan(
                events=scan.events,
                renamings=scan.renamings,
                objects=scan.objects,
                bytes_read=scan.bytes_read,
                unreadable=new,
            )
        self.renamings |= {event.event_id: event for event in scan.renamings}
        self.records += scan.records
        self.records_bad += scan.records_bad
        self.outside += scan.outside
        for what, names in scan.left.items():
            self._left.setdefault(what, _Left()).add(names)
        for what, count in scan.strange.items():
            self._strange[what] = self._strange.get(what, 0) + count
        self.notes.update(dict.fromkeys(scan.notes))
        if scan.unreadable:
            self.troubled.add(batch.source)
            if batch.unread:
                self.unread[batch.source, batch.unread] = scan.unreadable[0].error
        self.seen.setdefault(batch.source, set()).update(
            event.event_id for role, event in scan.events if role == "by"
        )
        for role, event in scan.events:
            self._take(role, event)
        for trouble in scan.unreadable:
            self.trouble(trouble)
        tally = self._tallies.setdefault(batch.source, _Tally())
        tally.objects += scan.objects
        tally.bytes_read += scan.bytes_read
        tally.records += scan.records
        tally.matches += len(scan.events)
        if self.on_progress:
            self.on_progress(
                Progress(
                    source=batch.source,
                    note=clean(batch.note, limit=200),
                    objects_done=tally.objects,
                    objects_total=batch.objects_total,
                    bytes_read=tally.bytes_read,
                    records=tally.records,
                    matches=tally.matches,
                )
            )

    def _take(self, role: Role, event: Event) -> None:
        """Objects repeat events, and sources overlap; but what has the id of another call is none of that."""
        known = self._events[role].get(event.event_id)
        if known is not None and _call(known) != _call(event):
            # Tools blot ids out.
            event = replace(event, event_id=records.id_without(event.raw))
            known = self._events[role].get(event.event_id)
        # What a console or a query laid out in columns may say less of the same call.
        if known is None or _told(event) > _told(known):
            self._events[role][event.event_id] = self._stored(event)

    def _stored(self, event: Event) -> Event:
        raw = event.raw
        if self._kept + len(raw) > KEPT_BYTES:
            return replace(event, stored=self._spill.put(raw))
        self._kept += len(raw)
        return event

    def keep(self, matcher: Matcher) -> None:
        """Forget what *matcher* does not take for the subject's any more."""
        for role, events in self._events.items():
            for event_id, event in list(events.items()):
                try:
                    found = matcher.role(records.decode(event.raw))
                except records.BadRecord:
                    continue
                if found is None:
                    del self._events[role][event_id]

    def trouble(self, trouble: Unreadable) -> None:
        self._troubles.add(trouble)
        if len(self._unreadable) < NAMED:
            self._unreadable.append(trouble)
        else:
            self._unnamed += 1

    def note(self, source: str, note: str) -> None:
        if self.on_progress:
            self.on_progress(Progress(source, note))

    def events(self, role: Role) -> tuple[Event, ...]:
        """In order of time."""
        return tuple(sorted(self._events[role].values(), key=lambda event: (event.time, event.event_id)))

    def unreadable(self) -> tuple[Unreadable, ...]:
        more = [Unreadable(f"{self._unnamed:,} more", "not named here")] if self._unnamed else []
        left = [Unreadable.of(str(each), what) for what, each in self._left.items()]
        strange = [
            Unreadable.of(f"{count:,} {what}", "not records of calls")
            for what, count in self._strange.items()
        ]
        return (*self._unreadable, *more, *left, *strange)
