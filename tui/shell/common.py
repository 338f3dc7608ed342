"""What every command shares: whose account, which Regions, and how answers are printed."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from services.aws.session import AwsSession
from services.base.text import clean
from tui.settings.config import Config, ProfileConfig, ThemeName

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setup:
    """The options that stand before the command, over what is configured."""

    profile: str | None
    regions: tuple[str, ...]
    read_only: bool
    state_dir: Path
    mouse: bool = True
    theme: ThemeName | None = None
    plain: bool = False
    config: Config = field(default_factory=Config)
    config_file: Path = Path("config.toml")

    @property
    def profile_config(self) -> ProfileConfig:
        return self.config.of_profile(self.profile)

    @property
    def more_regions(self) -> tuple[str, ...]:
        """Those that are looked into beside the profile's own, where none is named."""
        return self.profile_config.regions or self.config.regions

    def session(self) -> AwsSession:
        return AwsSession(
            self.profile, self.regions, read_only=self.read_only, more_regions=self.more_regions
        )


pass_setup = click.make_pass_decorator(Setup)
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* to its end; an interrupt cancels it and is passed on."""
    return asyncio.run(work)


class Each(list[T]):
    """A list for print_json alone: what stands for an item is made when it is written, and then forgotten."""

    def __init__(self, items: Iterable[T], made: Callable[[T], object]) -> None:
        super().__init__(items)
        self._made = made

    def __iter__(self) -> Iterator[Any]:
        return map(self._made, super().__iter__())


def print_json(document: object) -> None:
    # Piece by piece: a review may have more events than there is memory for as text. The encoder that
    # indents is the one in Python, which asks a list for its items.
    for part in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(document):
        sys.stdout.write(part)
    sys.stdout.write("\n")
    sys.stdout.flush()


def print_csv(rows: Sequence[Mapping[str, object]]) -> None:
    """*rows* with a header; a cell that a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    click.echo(out.getvalue(), nl=False)


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as their widest cell, the last as it comes; ids are never cut."""
    lines = [list(header), *([clean(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def complain(text: str) -> None:
    click.echo(f"stanch: {text}", err=True)


class Progress:
    """One line on standard error, redrawn; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._shown = 0
        self._terminal = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        if self._terminal:
            text = clean(text, limit=78)
            click.echo("\r" + text.ljust(self._shown), nl=False, err=True)
            self._shown = len(text)

    def done(self) -> None:
        if self._shown:
            click.echo("\r" + " " * self._shown + "\r", nl=False, err=True)
            self._shown = 0


def _cell(value: object) -> str:
    match value:
        case None:
            text = ""
        case list() | tuple():
            text = " ".join(str(part) for part in value)
        case _:
            text = clean(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text
