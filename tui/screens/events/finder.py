"""Finds words in the events of a review, however many: each event is put into words once."""

from __future__ import annotations

from collections.abc import Sequence

from services.review.record import Event
from tui.screens.events.texts import sought_in


class Finder:
    """Looks through *events*; what is typed on is looked for only among what was left."""

    def __init__(self, events: Sequence[Event] = ()) -> None:
        self.events = events
        self._texts: list[str] = []
        self._typed = ""
        self._left: Sequence[int] = range(len(events))

    def prepare(self) -> None:
        """Put them into words, as a thread may do before the first word is typed."""
        if len(self._texts) != len(self.events):
            self._texts = [sought_in(event) for event in self.events]

    def having(self, typed: str) -> Sequence[Event]:
        """Those in which every word that was *typed* stands somewhere."""
        typed = typed.casefold()
        if not (wanted := typed.split()):
            return self.events
        self.prepare()
        if not self._typed or not typed.startswith(self._typed):
            self._left = range(len(self.events))
        texts = self._texts
        self._left = [at for at in self._left if all(word in texts[at] for word in wanted)]
        self._typed = typed
        return [self.events[at] for at in self._left]
