"""One line on standard error that tells how far a command is, and that gives way to a question."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import WeakSet

import click

from services.base.text import clean


def say_aside(text: str) -> None:
    """Onto standard error, which may be full: no reason to end in the middle of a deed."""
    with suppress(OSError):
        click.echo(text, nl=False, err=True)


class Progress:
    """One line on standard error, redrawn; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._shown = 0
        self._terminal = sys.stderr.isatty()
        _ALL.add(self)

    def __call__(self, text: str) -> None:
        if self._terminal and not _questions:
            text = clean(text, limit=min(78, shutil.get_terminal_size().columns - 2))
            say_aside("\r" + text.ljust(self._shown))
            self._shown = len(text)

    def done(self) -> None:
        if self._shown:
            say_aside("\r" + " " * self._shown + "\r")
            self._shown = 0


_ALL: WeakSet[Progress] = WeakSet()
_questions = list[object]()
"""Those that a person is being asked."""


@contextmanager
def held() -> Iterator[None]:
    """The line is empty, and stays so: a person is asked there."""
    for each in tuple(_ALL):
        each.done()
    _questions.append(object())
    try:
        yield
    finally:
        _questions.pop()
