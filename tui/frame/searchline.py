"""Words to be found in what a screen shows: typed in a line over the footer, gone through with n and N."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from services.base.text import clean
from tui.frame.notice import Level
from tui.widgets.filterfield import FilterField


class Searchable(Protocol):
    """Rows that words can be looked for in; *place* is where one is."""

    @property
    def place(self) -> int: ...

    def texts(self) -> Sequence[str]: ...

    def point_at(self, index: int) -> None: ...


class _Searched(Protocol):
    """The screen that it stands on."""

    def searchable(self) -> Searchable | None: ...

    def say(self, text: str, level: Level = "info") -> None: ...


def found(texts: Sequence[str], words: str, place: int, by: int) -> int | None:
    """The next row after *place* that has all *words*, or before it where *by* is -1, round the end."""
    wanted = words.lower().split()
    for step in range(1, len(texts) + 1):
        at = (place + by * step) % len(texts)
        if all(word in texts[at].lower() for word in wanted):
            return at
    return None


class SearchLine(Horizontal):
    """Keeps the words, so that n and N go on with them."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self._before: Widget | None = None
        self.display = False

    def compose(self) -> ComposeResult:
        yield Static("/")
        yield FilterField(self._given, placeholder="words to find: n next, N previous", id="search")

    @property
    def _field(self) -> FilterField:
        return self.query_one(FilterField)

    @property
    def _screen(self) -> _Searched:
        return cast("_Searched", self.screen)

    def open(self) -> None:
        self._before = self.screen.focused
        self._field.value = ""
        # At once, so that it can have the focus: what is typed next must not be taken for commands.
        self.display = True
        self.screen.set_focus(self._field)

    def close(self) -> None:
        self.screen.set_focus(self._before)
        self.display = False

    def go(self, by: int, *, here: bool = False) -> None:
        """On to the next place; with *here* the row that one is on counts too."""
        rows = self._screen.searchable()
        texts = rows.texts() if rows else ()
        at = found(texts, self.words, rows.place - by * here, by) if rows else None
        if rows is None or at is None:
            self._screen.say(f"{clean(self.words)!r} is nowhere here.", "warn")
        else:
            rows.point_at(at)
            self._screen.say(f"{clean(self.words)!r}: line {at + 1:,} of {len(texts):,}")

    @on(Input.Changed)
    def _not_of_the_screen(self, event: Input.Changed) -> None:
        event.stop()

    def _given(self) -> None:
        typed = self._field.value.strip()
        self.close()
        if typed:
            self.words = typed
            self.go(1, here=True)
