"""What event history answers, record by record: one that cannot be read is counted, never passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.base import documents
from services.review import record as records
from services.review.record import BadRecord, Event, Record


class Answered:
    """Reads the pages of one question; *unread* counts the records that say nothing."""

    def __init__(self) -> None:
        self.unread = 0

    def mappings(self, page: Iterable[str]) -> Iterator[Mapping[str, Any]]:
        """Each record as it is."""
        for text in page:
            if (found := documents.mapping(text)) is None:
                self.unread += 1
            else:
                yield found

    def events(self, page: Iterable[str]) -> Iterator[tuple[Event, Record]]:
        """Each record as an event, and what else it has."""
        for text in page:
            raw = text.encode("utf-8", "surrogatepass")
            try:
                decoded = records.decode(raw)
                event = records.event(decoded, raw)
            except BadRecord:
                self.unread += 1
            else:
                yield event, decoded

    @property
    def words(self) -> str | None:
        """A sentence, where not all could be read."""
        if not self.unread:
            return None
        plural = "record" if self.unread == 1 else "records"
        return f"{self.unread:,} {plural} of the event history could not be read."
