"""Which commands each screen has: keys, footer, palette and help are all made from it.

A feature says so in its ``commands.py``, by `screen` or `dialog`; what all of them have stands in
``everywhere.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from tui.commands import keymap
from tui.commands.command import Command as Command
from tui.commands.everywhere import SHARED


class Kind(Enum):
    SCREEN = "a whole screen"
    DIALOG = "a sheet over one"
    LIST = "a part of any"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where commands are to be had: its *own*, by their ids, and the shared ones that it does not lack."""

    kind: Kind
    own: tuple[str, ...]
    lacks: frozenset[str]
    ranks: Mapping[str, int]
    """Where shared commands stand in its footer, otherwise than elsewhere."""

    @property
    def ids(self) -> tuple[str, ...]:
        if self.kind is Kind.LIST:
            return self.own
        whole = self.kind is Kind.SCREEN
        shared = (command.id for command in (*SHARED, *ADDED) if whole or command.anywhere)
        return (*self.own, *(each for each in shared if each not in self.lacks and each not in self.own))


SCOPES: dict[str, Scope] = {}
ADDED: list[Command] = []
"""What somebody's configuration adds on all screens."""
BY_ID: dict[str, Command] = {command.id: command for command in SHARED}


def screen(
    name: str, *own: Command, lacks: Iterable[str] = (), ranks: Mapping[str, int] = MappingProxyType({})
) -> str:
    """A screen called *name* has these and the shared ones, but for those it *lacks*; returns *name*."""
    return _add(name, Kind.SCREEN, own, lacks, ranks)


def dialog(
    name: str, *own: Command, lacks: Iterable[str] = (), ranks: Mapping[str, int] = MappingProxyType({})
) -> str:
    """A dialog called *name* has these, and what can be done anywhere; returns *name*."""
    return _add(name, Kind.DIALOG, own, lacks, ranks)


def listing(name: str, *own: Command) -> str:
    """A part of screens has these alone; returns *name*."""
    return _add(name, Kind.LIST, own)


def _add(
    name: str,
    kind: Kind,
    own: Iterable[Command],
    lacks: Iterable[str] = (),
    ranks: Mapping[str, int] = MappingProxyType({}),
) -> str:
    assert name not in SCOPES, f"there are two {name}"
    for command in own:
        known = BY_ID.setdefault(command.id, command)
        assert known is command, f"there are two commands {command.id}"
    SCOPES[name] = Scope(kind, tuple(command.id for command in own), frozenset(lacks), ranks)
    return name


def every() -> tuple[Command, ...]:
    """All commands of the features that were imported, and the shared ones."""
    shared = {command.id: None for command in SHARED}
    own = (command_id for command_id in BY_ID if command_id not in shared)
    return tuple(BY_ID[command_id] for command_id in (*own, *shared))


def remapped(wanted: Mapping[str, tuple[str, ...]]) -> tuple[tuple[Command, ...], tuple[str, ...]]:
    """All commands with the keys that are *wanted*, and a sentence for each wish that cannot be met."""
    return keymap.remapped(every(), wanted, _meet)


def remap(wanted: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Give commands other keys, before any screen is imported; a sentence for each wish not met."""
    commands, told = remapped(wanted)
    BY_ID.update({command.id: command for command in commands})
    return told


def add(commands: Iterable[Command]) -> tuple[str, ...]:
    """Make these commands of all screens; a sentence for each key that can't be had."""
    told: list[str] = []
    for command in commands:
        keys = {command.id: command.keys}
        BY_ID[command.id] = replace(command, keys=())
        ADDED.append(BY_ID[command.id])
        changed, refused = keymap.remapped(every(), keys, _meet_anywhere)
        told += refused
        BY_ID.update({each.id: each for each in changed if each.id == command.id})
    return tuple(told)


def _meet_anywhere(one: str, other: str) -> bool:
    """A key of a screen's own means that on all of them."""
    return True


def _meet(one: str, other: str) -> bool:
    """Whether both can be had at the same place; a list may be on any screen."""
    if any(one in scope.ids and other in scope.ids for scope in SCOPES.values()):
        return True
    lists = {each for scope in SCOPES.values() if scope.kind is Kind.LIST for each in scope.own}
    off_dialogs = {each for scope in SCOPES.values() if scope.kind is not Kind.DIALOG for each in scope.ids}
    return any(first in lists and second in off_dialogs for first, second in ((one, other), (other, one)))


def within(scope: str) -> tuple[Command, ...]:
    """The commands of *scope*: its own, then the shared ones."""
    return tuple(BY_ID[command_id] for command_id in SCOPES[scope].ids)


def footer(scope: str) -> list[Command]:
    """The commands that the footer of *scope* has room for, the first the most wanted."""
    ranks = SCOPES[scope].ranks
    ranked = ((ranks.get(command.id, command.rank), command) for command in within(scope))
    return [
        command for rank, command in sorted(((r, c) for r, c in ranked if r is not None), key=lambda e: e[0])
    ]
