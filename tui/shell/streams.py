"""Standard input, output and error as they are found: closed, full, or of a locale that lacks our signs."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from typing import IO

import click

_LACKING = "…→←↑↓—–·•×≤≥✓✔✗✘●◆○◐▲▼’‘“”│─‼↶▸�"
_INSTEAD = ".><^v---*x<>++xx**o~^v''\"\"|-#u>?"
_SIGNS = dict(zip(_LACKING, _INSTEAD, strict=True))
"""What stands for a sign that a locale lacks, one letter for one, so that columns stay in line."""


class NoOutput(Exception):
    """Standard output takes nothing; the message is a sentence."""


def open_closed_ones() -> bool:
    """Whether standard output was open. What is closed becomes the null device.

    Else the next file that is opened, a journal maybe, would have that number and get what is printed.
    """
    closed = [fd for fd in (0, 1, 2) if not _is_open(fd)]
    for fd in closed:
        found = os.open(os.devnull, os.O_RDWR)
        if found != fd:
            os.dup2(found, fd)
            os.close(found)
    # Python has None for them, and whoever writes to that ends as by a defect.
    for fd, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            setattr(sys, name, open(fd, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - to the end
    return 1 not in closed


def fit_to_locale() -> None:
    """Let no letter that the locale lacks be an error, neither written nor read."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="stanch")
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")


def takes_all_letters(stream: IO[str]) -> bool:
    """Whether *stream* is of UTF-8 or its kind, so that nothing is lost on the way."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-").startswith("utf")


def finish() -> str | None:
    """Write out what is still kept back; why that cannot be, None where it can or where nobody reads on."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # The interpreter would try once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if isinstance(error, BrokenPipeError):
            return None
        return f"Standard output could not be written ({error.strerror}), so the output is incomplete."
    return None


def require_output() -> None:
    """Raise NoOutput where nothing can be printed: before a secret is made that only goes there."""
    try:
        click.echo()
    except OSError as error:
        raise NoOutput(
            f"Standard output cannot be written ({error.strerror}), so the secret would be lost: "
            "nothing was done."
        ) from None


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError as error:
        return error.errno != errno.EBADF
    return True


def _fitted(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_SIGNS.get(letter, "?" * _width(letter)) for letter in lacking), error.end


def _width(letter: str) -> int:
    import unicodedata

    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


codecs.register_error("stanch", _fitted)
