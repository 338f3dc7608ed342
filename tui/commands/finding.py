"""Finds commands by what somebody types: the name, another word for it, its sentence, or nearly."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from tui.commands.command import Command
from tui.commands.synonyms import SYNONYMS

_NEAR = 0.75
"""How alike two words are of which one has a letter too many, too few, or two of them the other way round."""


def found(commands: Sequence[Command], typed: str, recent: Sequence[str] = ()) -> list[Command]:
    """The best first; where nothing is typed all of them, those of the ids *recent* before the others."""
    wanted = typed.lower().split()
    if not wanted:
        last = {command_id: at for at, command_id in enumerate(recent)}
        return sorted(commands, key=lambda command: last.get(command.id, len(last)))
    scored = [(score(command, wanted), command) for command in commands]
    return [command for points, command in sorted(scored, key=lambda each: -each[0]) if points > 0]


def score(command: Command, wanted: Sequence[str]) -> float:
    """How well *command* is what is *wanted*; 0 where it is not at all."""
    whole = " ".join(wanted)
    if command.label.lower() == whole:
        return 10
    if command.label.lower().startswith(whole):
        return 9
    points = [_of_word(command, word) for word in wanted]
    return min(points)


def _of_word(command: Command, word: str) -> float:
    label, other = command.label.lower().split(), SYNONYMS.get(command.id, "").split()
    if any(each.startswith(word) for each in label):
        return 8
    if word in other:
        return 7
    if any(each.startswith(word) for each in other):
        return 6
    if word in f"{command.label} {command.help}".lower():
        return 5
    if len(word) < 3:
        return 0
    return max(
        (each for each in (_alike(word, each) for each in (*label, *other)) if each >= _NEAR), default=0
    )


def _alike(typed: str, word: str) -> float:
    # The first letter is seldom wrong, and rules most words out at once.
    return SequenceMatcher(None, typed, word, autojunk=False).ratio() if typed[0] == word[0] else 0
