"""ctrl+z gives the terminal back to the shell, and `fg` brings the screen back."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tui.frame.internals import Internals

Result = TypeVar("Result")

_AT_ONCE = 0.05
"""Seconds; nobody types `fg` as fast."""


class JobControl(Internals[Result]):
    """Stops and goes on as a shell's job does.

    In place of Textual's own handlers: those stop this process alone and not `make` above it, stop it where
    nobody could continue it, write from within a signal handler, and start the terminal's modes twice where
    it was stopped by somebody else.
    """

    def on_mount(self) -> None:
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTSTP, self.stop_job)
            loop.add_signal_handler(signal.SIGCONT, self._continued)

    def stop_job(self) -> bool:
        """Back to the shell until it continues the job; whether there was a shell that could."""
        if not self.can_suspend:
            return False
        with self.suspend(), _default_signals():
            begun = time.monotonic()
            # All of the job, as the terminal would; where no shell could continue it the kernel does nothing.
            os.killpg(os.getpgrp(), signal.SIGTSTP)
            _wait_for_foreground()
            return time.monotonic() - begun > _AT_ONCE

    def lend_terminal(self, use: Callable[[], str | None]) -> str | None:
        """Let *use* have the terminal and its ctrl+c and ctrl+z; answers what it says, or why it can't."""
        if not self.can_suspend:
            return "there is no terminal to give"
        with self.suspend(), _default_signals(), _uninterrupted():
            return use()

    def _continued(self) -> None:
        """Somebody else had stopped it: the shell had the terminal meanwhile, and changed its modes."""
        with _default_signals():
            # After `bg`, to write would spoil what the shell shows.
            _wait_for_foreground()
        with self.suspend():
            pass


@contextmanager
def _default_signals() -> Iterator[None]:
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTSTP, signal.SIGCONT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """ctrl+c is for the program that has the terminal, which begins with the default again."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _wait_for_foreground() -> None:
    while not _in_foreground():
        os.kill(os.getpid(), signal.SIGSTOP)


def _in_foreground() -> bool:
    """Whether the terminal is this job's; so too where there is none any more, which others notice."""
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp()  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return True
