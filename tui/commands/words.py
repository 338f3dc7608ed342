"""Words of the command line that take an argument, as `theme light`: one row each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.commands.command import Command
from tui.host import Host


@dataclass(frozen=True, slots=True)
class Word:
    """*choices* are the arguments there are; *do* takes one of them, and answers what is to be said."""

    name: str
    help: str
    choices: Callable[[Host], Sequence[str]]
    do: Callable[[Host, str], str]


def _use_theme(host: Host, name: str) -> str:
    host.use_theme(name)
    return f"Colours: {name}."


WORDS = (
    Word("theme", "Change the colours.", lambda host: host.theme_names, _use_theme),
)  # fmt: skip


def spelled(typed: str, host: Host) -> list[Command]:
    """What can be done with the word that *typed* begins with, a command for each argument that fits."""
    name, space, argument = typed.strip().lower().partition(" ")
    return [
        Command(f"{word.name} {choice}", (), f"{word.name} {choice}", word.help)
        for word in WORDS
        if word.name == name
        for choice in word.choices(host)
        if not space or choice.startswith(argument.strip())
    ]


def done(command_id: str, host: Host) -> str | None:
    """Do what a command of `spelled` says; what is to be said of it, or None where it is none of them."""
    name, space, argument = command_id.partition(" ")
    word = next((each for each in WORDS if space and each.name == name), None)
    return word.do(host, argument) if word else None
