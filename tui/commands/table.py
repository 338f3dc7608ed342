"""The one table of commands: keys, footer, palette and help are all made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType

from tui.commands.command import Command as Command
from tui.commands.keymap import remapped
from tui.commands.rows import (
    anywhere,
    cases,
    dialogs,
    events,
    governance,
    inventory,
    levers,
    lists,
    loggroups,
    policy,
    runbook,
    scan,
    traffic,
    upkeep,
)

COMMANDS: tuple[Command, ...] = (
    *inventory.COMMANDS,
    *runbook.COMMANDS,
    *levers.COMMANDS,
    *dialogs.COMMANDS,
    *events.COMMANDS,
    *cases.COMMANDS,
    *traffic.COMMANDS,
    *loggroups.COMMANDS,
    *lists.COMMANDS,
    *anywhere.COMMANDS,
    *governance.COMMANDS,
    *policy.COMMANDS,
    *upkeep.COMMANDS,
    *scan.COMMANDS,
)

BY_ID = {command.id: command for command in COMMANDS}


def remap(wanted: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Give commands other keys, before any screen is imported; a sentence for each wish not met."""
    global COMMANDS, BY_ID  # noqa: PLW0603 (keys are the same for a whole run, like the table itself)
    COMMANDS, told = remapped(COMMANDS, wanted)
    BY_ID = {command.id: command for command in COMMANDS}
    return told


def within(scope: str) -> tuple[Command, ...]:
    """The commands of *scope*, in the table's order."""
    return tuple(command for command in COMMANDS if command.within(scope))


def bindings(scope: str) -> list[BindingType]:
    """Textual's bindings for *scope*; each has the command's id, so that its keys can be changed."""
    return [
        Binding(",".join(command.keys), f"command('{command.id}')", command.label, show=False, id=command.id)
        for command in within(scope)
        if command.keys
    ]


def footer(commands: Iterable[Command]) -> list[Command]:
    ranked = [command for command in commands if command.rank is not None]
    return sorted(ranked, key=lambda command: command.rank or 0)
