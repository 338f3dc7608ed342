"""Rows and columns of any length: only the rows in sight are ever made into text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from rich.cells import cell_len
from textual import events
from textual.message import Message

from tui.look.columns import Column, widths
from tui.look.lines import Line, Span, fit, plain
from tui.widgets.rows import Rows

T = TypeVar("T")


_MEASURED = 1_000
"""Rows that the width of the columns goes by: all would take long where there are many thousands."""


def _skips_none(row: object) -> bool:
    return False


class _Texts(Sequence[str]):
    """What each row says, put together only where it is looked at."""

    def __init__(self, rows: Sequence[Any], columns: Sequence[Column[Any]]) -> None:
        self._rows, self._columns = rows, columns

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: Any) -> Any:
        return " ".join(column.cell(self._rows[at])[0] for column in self._columns)


class Table(Rows, Generic[T]):
    """A header, where a column has a name, and rows with a cursor that stays on its row when they change."""

    class Chosen(Message):
        """The cursor came to another row, or its row changed; *key* is None when there are no rows."""

        def __init__(self, table: Table[Any], key: str | None) -> None:
            super().__init__()
            self.table = table
            self.key = key

    class HeaderClicked(Message):
        """The name of the column *name* was clicked."""

        def __init__(self, table: Table[Any], name: str) -> None:
            super().__init__()
            self.table = table
            self.name = name

    def __init__(
        self,
        columns: Sequence[Column[T]],
        key: Callable[[T], str],
        *,
        id: str | None = None,  # noqa: A002
        skips: Callable[[T], bool] = _skips_none,
        marks: bool = False,
    ) -> None:
        """The cursor passes over the rows that it *skips*, as long as there are others.

        With *marks* a click on the first cell of a row marks it.
        """
        super().__init__(id=id)
        self._marks = marks
        self._key = key
        self._skips = skips
        self.use(columns)
        self._rows: Sequence[T] = ()
        self._cursor = 0
        self._top = 0
        self._sorted: str | None = None
        self._descending = False

    def use(self, columns: Sequence[Column[T]]) -> None:
        """Other columns, from the next `show` on."""
        self._columns = tuple(columns)
        self._longest: list[int] | None = None
        self._headed = int(any(column.name for column in columns))

    @property
    def rows(self) -> Sequence[T]:
        return self._rows

    @property
    def cursor(self) -> int:
        return self._cursor

    @property
    def place(self) -> int:
        return self._cursor

    def texts(self) -> Sequence[str]:
        return _Texts(self._rows, self._columns)

    @property
    def chosen(self) -> T | None:
        return self._rows[self._cursor] if self._rows else None

    @property
    def page_height(self) -> int:
        return max(1, self.size.height - self._headed)

    def show(self, rows: Sequence[T], *, sorted_by: str | None = None, descending: bool = False) -> None:
        """The cursor stays on its row wherever that is now, at the same height on the screen if it can."""
        before = self._key(self.chosen) if self.chosen is not None else None
        height = self._cursor - self._top
        self._rows = rows
        self._sorted, self._descending = sorted_by, descending
        self._longest = self._measured()
        at = self._find(before)
        at = at if at is not None else max(0, min(self._cursor, len(rows) - 1))
        self._cursor = self._landing(at, 1) if rows else 0
        self._top = self._cursor - height
        self._keep_in_sight()
        self._redraw()
        after = self._key(self.chosen) if self.chosen is not None else None
        if before != after:
            self.post_message(self.Chosen(self, after))

    def choose(self, key: str) -> bool:
        """Put the cursor on the row of *key*; False where there is none."""
        if (at := self._find(key)) is None:
            return False
        self.move_to(at)
        return True

    def move(self, by: int) -> None:
        if self._rows:
            self._go(self._landing(max(0, min(self._cursor + by, len(self._rows) - 1)), by))

    def move_to(self, index: int) -> None:
        if self._rows:
            self._go(self._landing(index if index >= 0 else len(self._rows) + index, index or 1))

    def _landing(self, index: int, way: int) -> int:
        """The row nearest to *index* that is not skipped: that *way* if there is one, else the other."""
        onward = range(index, len(self._rows)) if way >= 0 else range(index, -1, -1)
        back = range(index, -1, -1) if way >= 0 else range(index, len(self._rows))
        return next((at for at in (*onward, *back) if not self._skips(self._rows[at])), index)

    def on_resize(self, event: events.Resize) -> None:
        self._keep_in_sight()
        self._redraw()

    def on_click(self, event: events.Click) -> None:
        at = self._top + event.y - self._headed
        if event.y < self._headed:
            if name := self._column_at(event.x):
                self.post_message(self.HeaderClicked(self, name))
        elif at < len(self._rows):
            self._go(at)
            if event.chain == 2:
                self.app.simulate_key("enter")
            elif self._marks and event.x <= 1:
                self.app.simulate_key("space")

    def _column_at(self, x: int) -> str | None:
        end = 1
        for column, room in zip(self._columns, self._widths(self.size.width), strict=True):
            end += room + column.gap if room else 0
            if room and x < end:
                return column.name
        return None

    def _go(self, index: int) -> None:
        if self._rows and index != self._cursor:
            self._cursor = index
            self._keep_in_sight()
            self._redraw()
            self.post_message(self.Chosen(self, self._key(self._rows[index])))

    def _find(self, key: str | None) -> int | None:
        if key is None:
            return None
        return next((at for at, row in enumerate(self._rows) if self._key(row) == key), None)

    def _keep_in_sight(self) -> None:
        last_top = max(0, len(self._rows) - self.page_height)
        lowest = max(0, self._cursor - self.page_height + 1)
        self._top = max(lowest, min(self._top, self._cursor, last_top))

    def _redraw(self) -> None:
        if (width := self.size.width) <= 0:
            return
        cells = self._widths(width)
        lines = [self._header(cells, width)] if self._headed else []
        for at in range(self._top, min(len(self._rows), self._top + self.page_height)):
            line = self._line([column.cell(self._rows[at]) for column in self._columns], cells, width)
            if at == self._cursor:
                line = tuple((text, "cursor") for text, _ in line)
            lines.append(line)
        self.draw(lines)

    def _widths(self, width: int) -> list[int]:
        return widths(self._columns, width - 1, self._longest)

    def _measured(self) -> list[int]:
        """The cells of the longest text of each column; a name has room for the arrow beside it."""
        rows = self._rows[:_MEASURED]
        return [
            max([cell_len(column.name) + bool(column.name), *(cell_len(column.cell(row)[0]) for row in rows)])
            for column in self._columns
        ]

    def _header(self, cells: list[int], width: int) -> Line:
        names: list[Span] = []
        for column in self._columns:
            arrow = ("▾" if self._descending else "▴") if column.name == self._sorted else ""
            names.append((column.name + arrow, "header"))
        return self._line(names, cells, width)

    def _line(self, spans: list[Span], cells: list[int], width: int) -> Line:
        line: list[Span] = [(" ", "text")]
        for column, (text, role), room in zip(self._columns, spans, cells, strict=True):
            if room:
                line.append((_sized(text, room, column.right), role))
                line.append((" " * column.gap, "text"))
        return fit(tuple(line[:-1]), width)


def _sized(text: str, room: int, right: bool) -> str:
    length = cell_len(text)
    if length > room:
        return plain(fit(((text, "text"),), room))
    return " " * (room - length) + text if right else text + " " * (room - length)
