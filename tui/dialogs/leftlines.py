"""What is left to do when a case is closed, a paragraph each, its command short and on a line of its own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from services.base.text import clean
from tui.look.lines import Line

_COMMAND = re.compile(r"[:;] (stanch .*?)\.?$", re.S)


def left_lines(left: Sequence[str]) -> list[Line]:
    """The command without what says whose account it is: that is in sight, and the journal has it whole."""
    lines: list[Line] = []
    for words in map(clean, left):
        found = _COMMAND.search(words)
        said = f"{words[: found.start()]}." if found else words
        lines.append((("Still open: ", "warn"), (said, "text")))
        if found:
            lines.append((("  → ", "accent"), (short(found[1]), "accent")))
    return lines or [(("Nothing is still open, as far as the journal shows.", "text"),)]


def short(command: str) -> str:
    """``stanch respond AKIA… --step deactivate`` of one that names account, Regions and endpoint first."""
    try:
        program, *rest = shlex.split(command)
    except ValueError:
        return command
    while rest and rest[0].startswith("--"):
        del rest[: 1 if "=" in rest[0] or rest[0] == "--read-only" else 2]
    return shlex.join([program, *rest])
