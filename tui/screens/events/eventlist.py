"""A review's events as a table: filtered by words, or counted by one side and narrowed to one group of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical

from services.review.record import Event
from tui.look import words
from tui.screens.events import texts as eventtexts
from tui.screens.events.finder import Finder
from tui.screens.events.groups import Group, Side, grouped
from tui.widgets.table import Table


class EventList(Vertical):
    """Takes events in order of time; shows the newest first."""

    def __init__(self, now: datetime, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._now = now
        self.events: Sequence[Event] = ()
        """Those that the filter and the group leave, in order of time."""
        self.finder = Finder()
        self._suspected: datetime | None = None
        self._words = ""
        self._side: Side | None = None
        self._narrowed: Group | None = None

    def compose(self) -> ComposeResult:
        yield Table(eventtexts.columns(self._now), lambda event: event.event_id, id="events")
        groups = Table[Group]((), lambda group: group.value, id="groups")
        groups.display = False
        yield groups

    @property
    def _table(self) -> Table[Event]:
        return self.query_one("#events", Table)

    @property
    def _groups(self) -> Table[Group]:
        return self.query_one("#groups", Table)

    @property
    def counting(self) -> bool:
        """Whether groups are shown, and not events."""
        return self._side is not None and self._narrowed is None

    @property
    def chosen(self) -> Event | None:
        return None if self.counting else self._table.chosen

    @property
    def chosen_group(self) -> Group | None:
        return self._groups.chosen if self.counting else None

    @property
    def told(self) -> str:
        """``1,204 events``, ``41 of 1,204 events, address 203.0.113.66``, ``3 addresses of 1,204 events``."""
        total = words.count(len(self.finder.events), "event")
        if self._side and self.counting:
            plural = f"{self._side.name}{'es' if self._side.name.endswith('s') else 's'}"
            return f"{words.count(len(self._groups.rows), self._side.name, plural)} of {total}"
        if self._side and self._narrowed:
            return f"{len(self._table.rows):,} of {total}, {self._side.name} {self._narrowed.value}"
        return f"{len(self._table.rows):,} of {total}" if self._words else total

    def show(self, events: Sequence[Event], suspected: datetime | None) -> None:
        self.finder, self._suspected = Finder(events), suspected
        self._draw()

    def filter(self, text: str) -> None:
        self._words = text
        self._draw()

    def count_by(self, side: Side) -> None:
        """Show its groups; where they are shown already, the events again."""
        self._side = None if self.counting and self._side is side else side
        self._narrowed = None
        self._draw()

    def narrow(self) -> None:
        """Show the events of the chosen group alone."""
        if group := self.chosen_group:
            self._narrowed = group
            self._draw()

    def widen(self) -> bool:
        """A step back, from one group to all, or from the groups to the events; False where there is none."""
        if self._side is None:
            return False
        if self._narrowed:
            self._narrowed = None
        else:
            self._side = None
        self._draw()
        return True

    def focus_rows(self) -> None:
        self.screen.set_focus(self._groups if self.counting else self._table)

    def _left(self) -> Sequence[Event]:
        side, group, having = self._side, self._narrowed, self.finder.having(self._words)
        if side is None or group is None:
            return having
        return [event for event in having if group.value in side.of(event)]

    def _draw(self) -> None:
        self.events = self._left()
        had_focus = self.screen.focused in (self._groups, self._table)
        self._groups.display, self._table.display = self.counting, not self.counting
        if self._side and self.counting:
            self._groups.use(eventtexts.group_columns(self._side, self._now))
            found = grouped(self.events, self._side, self._suspected)
            self._groups.show(found, sorted_by="EVENTS", descending=True)
        else:
            self._table.show(self.events[::-1], sorted_by="TIME", descending=True)
        if had_focus:
            self.focus_rows()
