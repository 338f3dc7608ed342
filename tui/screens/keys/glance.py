"""Draws what is wrong now over the list of keys: four framed panels, or one line where there is no room."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from textual import events

from tui.commands.table import BY_ID
from tui.host import host_of
from tui.look.lines import Line, fit, width_of
from tui.screens.keys.glancetexts import Facts, Panel, Row, Spark, one_line, panels
from tui.widgets.lines import Lines

LEAST = (100, 32)
"""Cells and lines of a screen that has room for the panels beside the keys."""
_ROUND, _SQUARE = "╭╮╰╯─│", "┌┐└┘─│"
# The Linux console's font has no round corners.


class Glance(Lines):
    """*facts* are what is known by now; a click on a panel goes where its key does."""

    def __init__(self, facts: Callable[[], Facts], spark: Spark, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts = facts
        self._spark = spark
        self._rows: tuple[Row, ...] = ()

    def on_resize(self, event: events.Resize) -> None:
        self.show()

    def _redraw(self) -> None:
        self.show()

    def show(self) -> None:
        width, height = self.size
        if not width:
            return
        facts, now = self._facts(), host_of(self).options.now()
        if height == 1:
            self._rows = ()
            self.draw([one_line(facts, now, width)])
            return
        high = height // 2
        rows = panels(facts, now, width, high - 2, self._spark)
        self._rows = rows
        corners = _SQUARE if self.app.native_ansi_color else _ROUND
        self.draw([line for row in rows for line in abreast(row, high, corners)])

    async def on_click(self, event: events.Click) -> None:
        if not self._rows:
            return
        left = 0
        for panel, width in self._rows[min(event.y * 2 // self.size.height, len(self._rows) - 1)]:
            left += width
            if event.x < left:
                await self.screen.run_action(f"command('{panel.command}')")
                return


def abreast(row: Row, height: int, corners: str) -> list[Line]:
    """*row* side by side."""
    drawn = [framed(panel, width, height, corners) for panel, width in row]
    return [tuple(span for part in parts for span in part) for parts in zip(*drawn, strict=True)]


def framed(panel: Panel, width: int, height: int, corners: str) -> list[Line]:
    """``╭─ open cases c ───╮``, below it what it holds, and when that was read in the lower edge."""
    left, right, lower_left, lower_right, dash, side = tuple(corners)
    head: Line = (
        (f"{left}{dash} ", "rule"),
        (panel.title, panel.mood),
        (f" {BY_ID[panel.command].shown_key}", "accent"),
        (" ", "rule"),
    )
    head = (*head, (dash * (width - width_of(head) - 1), "rule"), (right, "rule"))
    lines: list[Line] = [head]
    for line, _ in zip_longest(panel.lines[: height - 2], range(height - 2), fillvalue=()):
        lines.append(((f"{side} ", "rule"), *fit(line or (), width - 4), (f" {side}", "rule")))
    foot: Line = ((dash * (width - 2), "rule"),)
    for note in (panel.note, panel.note.partition(",")[0]):
        if note and len(note) + 6 <= width:
            foot = ((f"{dash * (width - len(note) - 5)} ", "rule"), (note, "quiet"), (f" {dash}", "rule"))
            break
    return [*lines, ((lower_left, "rule"), *foot, (lower_right, "rule"))]
