"""The last line: what can be done now; what cannot is greyed, with its reason where there is room.

What a key does that is typed into a field is no command: those keys are not offered while one has the focus.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from rich.cells import cell_len
from textual import events
from textual.keys import key_to_character
from textual.widget import Widget

from tui.commands import table as commands
from tui.commands.command import Command, Commanded, shown
from tui.look.lines import Line, fit
from tui.widgets.filterfield import FilterField
from tui.widgets.lines import Lines

Item = tuple[Command, str | None]
"""A command, and the reason why it cannot be done now."""

_GAP = 2
_STAYING = {"palette": 2, "back": 2, "help": 3, "quit": 3}


def layout(items: list[Item], width: int) -> tuple[Line, list[tuple[int, int, str]]]:
    """The line, and where each command stands in it: (first cell, end, id).

    Reasons are shown when all of them fit; when not even the labels do, the last ranks give way first, but
    the way back, the commands by name, help and quit stay.
    """
    for tried in _fallbacks(items):
        line, places = _place(tried)
        if places and places[-1][1] <= width:
            return fit(line, width), places
    return fit((), width), []


def _fallbacks(items: list[Item]) -> list[list[tuple[Command, str, bool]]]:
    full = [
        (command, f"{command.label} ({why})" if why else command.label, bool(why)) for command, why in items
    ]
    short = [(command, command.label, bool(why)) for command, why in items]
    tries = [full, short]
    while len(short) > 1:
        goes = min(enumerate(short), key=lambda each: (_stays(each[1]), -each[0]))[0]
        short = short[:goes] + short[goes + 1 :]
        tries.append(short)
    return tries


def _stays(item: tuple[Command, str, bool]) -> int:
    """0 for what gives way first where there is no room."""
    command, _, greyed = item
    return 0 if command.id == "back" and greyed else _STAYING.get(command.id, 1)


def _place(items: list[tuple[Command, str, bool]]) -> tuple[Line, list[tuple[int, int, str]]]:
    line: Line = ((" ", "text"),)
    places: list[tuple[int, int, str]] = []
    at = 1
    for command, label, greyed in items:
        if places:
            line = (*line, (" " * _GAP, "text"))
        key = command.shown_key
        end = at + cell_len(key) + 1 + cell_len(label)
        line = (
            *line,
            (key, "greyed" if greyed else "accent"),
            (f" {label}", "greyed" if greyed else "quiet"),
        )
        places.append((at, end, command.id))
        at = end + _GAP
    return line, places


def heard(offered: Iterable[Command], focused: Widget | None) -> list[Command]:
    """Those that have a key which *focused* does not write with, each with no other keys."""
    if focused is None:
        return list(offered)
    left = ((command, tuple(key for key in command.keys if not _takes(focused, key))) for command in offered)
    return [replace(command, keys=keys) for command, keys in left if keys]


def _takes(field: Widget, key: str) -> bool:
    # Whatever enter does on the screen, in a filter it ends the typing.
    ends = key == "enter" and isinstance(field, FilterField)
    return ends or field.check_consume_key(key, _written(key))


def _written(key: str) -> str | None:
    """What a field would write for *key*."""
    name = shown(key)
    return name if len(name) == 1 else key_to_character(key)


class Footer(Lines):
    """Asks its screen what can be done; refresh_commands() is called when that may have changed."""

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        self.watch(self.screen, "focused", self.refresh_commands, init=False)
        self.refresh_commands()

    def on_resize(self, event: events.Resize) -> None:
        self.refresh_commands()

    def _redraw(self) -> None:
        self.refresh_commands()

    def refresh_commands(self) -> None:
        if not self.size.width:
            return
        screen = cast("Commanded", self.screen)
        offered = heard(commands.footer(screen.scope), self.screen.focused)
        offered = [replace(command, label=screen.label_of(command)) for command in offered]
        items = [(command, screen.why_not(command)) for command in offered]
        line, self._places = layout(items, self.size.width)
        self.draw([line])

    async def on_click(self, event: events.Click) -> None:
        for first, end, command_id in self._places:
            if first <= event.x < end:
                await self.screen.run_action(f"command('{command_id}')")
