"""Commands to be pasted into a shell, which only literals of this program and quoted words can make."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import LiteralString

from services.base.text import clean
from services.quoting.sql import Unquotable


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """One command line; each of *tokens* is quoted already, or an operator of the shell."""

    tokens: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.tokens)

    def then(self, operator: LiteralString, other: ShellCommand) -> ShellCommand:
        """Both, with ``|`` or ``&&`` between."""
        return ShellCommand((*self.tokens, operator, *other.tokens))


NOT_PRINTABLE = ShellCommand(("#", "a name in this command can't be printed safely: look it up in AWS"))


def command(*words: str) -> ShellCommand:
    """The command of these words as they are to reach the program; a comment where one can't be printed."""
    try:
        return ShellCommand(tuple(map(word, words)))
    except Unquotable:
        return NOT_PRINTABLE


def word(text: str) -> str:
    """*text* as one word of a shell; Unquotable where a terminal would show another than it is."""
    if clean(text, limit=max(1, len(text))) != text:
        raise Unquotable(f"{clean(text)!r} contains control characters")
    # zsh takes =name for where that program is.
    return f"'{text}'" if text.startswith("=") and shlex.quote(text) == text else shlex.quote(text)


def option(name: str, value: str) -> tuple[str, ...]:
    """The option with its value; in one word where the value would be taken for another option."""
    return (f"{name}={value}",) if value.startswith("-") else (name, value)


def options(values: Mapping[str, str | None]) -> Iterable[str]:
    """Those that have a value."""
    for name, value in values.items():
        if value is not None:
            yield from option(name, value)
