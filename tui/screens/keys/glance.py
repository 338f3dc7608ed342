"""Draws what is wrong now over the list of keys: four framed panels, or one line where there is no room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from textual import events

from tui.commands.table import BY_ID
from tui.host import host_of
from tui.look.lines import Line, fit, width_of
from tui.screens.keys.glancetexts import Facts, Panel, Spark, one_line, panels
from tui.widgets.lines import Lines

LEAST = (100, 32)
"""Cells and lines of a screen that has room for the panels beside the keys."""
_ABREAST = 2
_ROUND, _SQUARE = "╭╮╰╯─│", "┌┐└┘─│"
# The Linux console's font has no round corners.


class Glance(Lines):
    """*facts* are what is known by now; a click on a panel goes where its key does."""

    def __init__(self, facts: Callable[[], Facts], spark: Spark, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts = facts
        self._spark = spark
        self._panels: tuple[Panel, ...] = ()

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
            self._panels = ()
            self.draw([one_line(facts, now, width)])
            return
        wide, high = width // _ABREAST, height * _ABREAST // 4
        self._panels = panels(facts, now, wide - 4, high - 2, self._spark)
        corners = _SQUARE if self.app.native_ansi_color else _ROUND
        rows = [self._panels[at : at + _ABREAST] for at in range(0, 4, _ABREAST)]
        self.draw([line for row in rows for line in abreast(row, width, high, corners)])

    async def on_click(self, event: events.Click) -> None:
        width, height = self.size
        at = event.y * 4 // _ABREAST // height * _ABREAST + event.x * _ABREAST // width
        if at < len(self._panels):
            await self.screen.run_action(f"command('{self._panels[at].command}')")


def abreast(row: Sequence[Panel], width: int, height: int, corners: str) -> list[Line]:
    """*row* side by side, over all of *width*."""
    share = width // len(row)
    drawn = [
        framed(panel, share if at < len(row) - 1 else width - share * at, height, corners)
        for at, panel in enumerate(row)
    ]
    return [tuple(span for part in parts for span in part) for parts in zip(*drawn, strict=True)]


def framed(panel: Panel, width: int, height: int, corners: str) -> list[Line]:
    """``╭─ open cases (c) ── as of 14:02:09 ─╮`` and below it what it holds."""
    left, right, lower_left, lower_right, dash, side = tuple(corners)
    head: Line = (
        (f"{left}{dash} ", "rule"),
        (panel.title, "strong"),
        (f" {BY_ID[panel.command].shown_key}", "accent"),
        (" ", "rule"),
    )
    for note in (panel.note, panel.note.partition(",")[0]):
        if note and width_of(head) + len(note) + 4 <= width:
            gap = width - width_of(head) - len(note) - 4
            head = (*head, (f"{dash * gap} ", "rule"), (note, "quiet"), (f" {dash}", "rule"))
            break
    else:
        head = (*head, (dash * (width - width_of(head) - 1), "rule"))
    lines: list[Line] = [(*head, (right, "rule"))]
    for line, _ in zip_longest(panel.lines[: height - 2], range(height - 2), fillvalue=()):
        lines.append(((f"{side} ", "rule"), *fit(line or (), width - 4), (f" {side}", "rule")))
    return [*lines, ((f"{lower_left}{dash * (width - 2)}{lower_right}", "rule"),)]
