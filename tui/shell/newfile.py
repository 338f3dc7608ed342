"""A file that an option names to be written: an existing one is lost only where that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from services.base.files import write_new
from services.base.text import clean

F = TypeVar("F", bound=Callable[..., Any])


def force_option(what: str) -> Callable[[F], F]:
    return click.option("--force", is_flag=True, help=f"Replace the file of {what} if it exists.")


def output_option(command: F) -> F:
    """--output, with --force."""
    output = click.option(
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write to a new file, readable only by you, instead of standard output.",
    )
    return output(force_option("--output")(command))


def deliver(content: str, output: Path | None, told: str, *, replaces: bool) -> None:
    """Write *content* to *output*, and say so in the words of *told*; without one, print it."""
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        write_new(output, content, force=replaces)
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"{told} written to {output}.")


def may_replace(path: Path, *, force: bool) -> bool:
    """Whether to replace what is at *path*; False where nothing is. Raises UsageError where it may not be.

    Where nobody said --force and a person is there, asks.
    """
    if not path.exists() and not path.is_symlink():
        return False
    shown = clean(path)
    # To put a file in the place of /dev/null or a pipe would break more than it helps.
    if not path.is_symlink() and not path.is_file():
        raise click.UsageError(f"{shown} isn't a regular file: choose another.")
    if force or (sys.stdin.isatty() and sys.stderr.isatty() and _agreed(shown)):
        return True
    raise click.UsageError(f"{shown} already exists: name a new file, or replace it with --force.")


def _agreed(shown: str) -> bool:
    return click.confirm(f"{shown} already exists. Replace it?", err=True)
