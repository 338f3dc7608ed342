"""Asks for an MFA code on the terminal, as getpass does, but that an interrupt ends it at once."""

from __future__ import annotations

import asyncio
import os
import sys
import termios

from services.base.text import clean
from tui.shell.progress import held

LONGEST = 1024


class TerminalPrompt:
    """Asks on the controlling terminal, whatever standard input and output are; typed unseen."""

    on_screen = False

    async def __call__(self, question: str, trouble: str | None) -> str | None:
        """What was typed; None where there is no terminal to ask on."""
        try:
            terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:
            return None
        try:
            with held():
                return await _ask(terminal, question)
        finally:
            os.close(terminal)


async def _ask(terminal: int, question: str) -> str:
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[bytes] = loop.create_future()

    def read() -> None:
        if not typed.done():
            typed.set_result(os.read(terminal, LONGEST))

    usual = termios.tcgetattr(terminal)
    unseen = list(usual)
    unseen[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSADRAIN, unseen)
    try:
        os.write(terminal, f"{clean(question)}: ".encode(sys.stderr.encoding or "utf-8", "replace"))
        loop.add_reader(terminal, read)
        return (await typed).decode(errors="replace")
    finally:
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, usual)
        os.write(terminal, b"\n")
