"""Other keys for commands, as somebody's configuration wants them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from tui.commands.command import Command, named

_KEY = re.compile(r"(ctrl\+|shift\+|alt\+)*([a-zA-Z0-9]|f[0-9]{1,2}|[a-z_]{2,})")

Meet = Callable[[str, str], bool]
"""Whether two commands, by their ids, can be had at the same place."""


def remapped(
    commands: Sequence[Command], wanted: Mapping[str, tuple[str, ...]], meet: Meet
) -> tuple[tuple[Command, ...], tuple[str, ...]]:
    """*commands* with the keys that are *wanted*, by id; and a sentence for each wish that cannot be met.

    A key that would mean two things where both commands *meet* is refused, and the command keeps its own.
    """
    table, told = {command.id: command for command in commands}, list[str]()
    for command_id, keys in wanted.items():
        found = table.get(command_id)
        if found is None:
            told.append(f"There is no command {command_id}: stanch config --keys lists them.")
            continue
        names = tuple(named(key) for key in keys)
        if unknown := [key for key, name in zip(keys, names, strict=True) if not _KEY.fullmatch(name)]:
            told.append(f"{unknown[0]!r} isn't a valid key, so {command_id} keeps its default.")
            continue
        changed = replace(found, keys=names)
        if clash := _clash(changed, table.values(), meet):
            told.append(f"{clash}, so {command_id} keeps its default.")
            continue
        table[command_id] = changed
    return tuple(table.values()), tuple(told)


def _clash(changed: Command, others: Iterable[Command], meet: Meet) -> str | None:
    for other in others:
        shared = set(changed.keys) & set(other.keys)
        if other.id != changed.id and shared and meet(changed.id, other.id):
            return f"The key {min(shared)} already means {other.id}"
    return None
