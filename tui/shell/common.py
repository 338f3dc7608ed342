"""What every command shares: whose account, which Regions, and how answers are printed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

import click

from services.aws.credentials.profiles import named_profile
from services.base.text import clean
from tui.settings.config import Config, ProfileConfig
from tui.shell.attending import attended
from tui.shell.progress import Progress as Progress
from tui.shell.progress import say_aside as say_aside
from tui.shell.streams import takes_all_letters
from tui.shell.terminalprompt import TerminalPrompt

if TYPE_CHECKING:
    from services.aws.credentials.signer import Prompt
    from services.aws.session import AwsSession
    from services.aws.where import Where

T = TypeVar("T")

_OPENED: WeakSet[AwsSession] = WeakSet()
"""Those of this run."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The options that stand before the command, over what is configured.

    *profile* is the one of the option: named in the environment, it may be another's keys that sign.
    """

    profile: str | None
    regions: tuple[str, ...]
    read_only: bool
    state_dir: Path
    mouse: bool = True
    theme: str | None = None
    plain: bool = False
    config: Config = field(default_factory=Config)
    config_file: Path = Path("config.toml")
    no_config: bool = False
    account: str | None = None
    """The credentials must belong to this account, or nothing is sent."""
    role_arn: str | None = None
    endpoint_urls: Mapping[str, str] = field(default_factory=dict)
    state_dir_named: bool = False
    prompt: Prompt | None = None
    """Who asks a person, where that is not the terminal."""
    opened: list[AwsSession] = field(default_factory=list, compare=False, repr=False)
    """Every session that was made."""

    @property
    def profile_config(self) -> ProfileConfig:
        return self.config.of_profile(named_profile(self.profile))

    @property
    def more_regions(self) -> tuple[str, ...]:
        """Those that are in addition to the profile's own, where none is named."""
        return self.profile_config.regions or self.config.regions

    def session(self, account: str | None = None) -> AwsSession:
        """The way to AWS; to *account*, where a role leads there and no other place was asked for."""
        from services.aws.session import AwsSession

        ways = self.config.accounts.ways()
        named = self.account or self.role_arn
        toward = account if account and not named and ways.may_lead_to(account) else None
        opened = AwsSession(
            self.profile,
            self.regions,
            read_only=self.read_only,
            more_regions=self.more_regions,
            prompt=self.prompt or TerminalPrompt(),
            account=self.account or toward,
            role_arn=self.role_arn,
            ways=ways,
            endpoint_urls=self.endpoint_urls,
            state_dir=self._named_state_dir,
        )
        if self.opened:
            # A command that opens two asks a person once, and runs a credential_process once.
            opened.sign_as(self.opened[-1])
        _OPENED.add(opened)
        self.opened.append(opened)
        return opened

    @property
    def where(self) -> Where:
        """Where printed commands act, as far as that is known by now."""
        from services.aws.where import Where

        if self.opened:
            return self.opened[-1].where
        return Where(
            self.account,
            self.profile,
            self.role_arn,
            self.regions,
            endpoints=self.endpoint_urls,
            state_dir=self._named_state_dir,
        )

    @property
    def _named_state_dir(self) -> str | None:
        return str(self.state_dir) if self.state_dir_named else None


pass_setup = click.make_pass_decorator(Setup)
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* to its end; an interrupt cancels it and is passed on."""
    progress = Progress()

    def say(text: str) -> None:
        if text:
            progress(text)
        else:
            progress.done()

    found: list[T] = []

    async def attend() -> None:
        # Of what a task returns, asyncio.run makes a repr at the end, however large it is.
        found.append(await attended(work, _OPENED, say, complain))

    try:
        asyncio.run(attend())
        return found[0]
    finally:
        _OPENED.clear()
        progress.done()


class Each(list[T]):
    """A list for print_json alone: what stands for an item is made when it is written, and then forgotten."""

    def __init__(self, items: Iterable[T], made: Callable[[T], object]) -> None:
        super().__init__(items)
        self._made = made

    def __iter__(self) -> Iterator[Any]:
        return map(self._made, super().__iter__())


def print_json(document: object) -> None:
    """One document, which says the endpoint where AWS was asked for it."""
    setup = _setup()
    if isinstance(document, dict) and setup and setup.opened:
        document = document | setup.where.as_json()
    print_document(document)


def _setup() -> Setup | None:
    context = click.get_current_context(silent=True)
    return context.find_object(Setup) if context else None


def print_document(document: object) -> None:
    """One whose form somebody else decides."""
    # Piece by piece: a review may have more events than there is memory for as text. The encoder that
    # indents is the one in Python, which asks a list for its items.
    encoder = json.JSONEncoder(indent=2, ensure_ascii=not takes_all_letters(sys.stdout))
    for part in encoder.iterencode(document):
        sys.stdout.write(part)
    sys.stdout.write("\n")
    sys.stdout.flush()


def print_csv(rows: Sequence[Mapping[str, object]]) -> None:
    """*rows* with a header; a cell that a spreadsheet would take for a formula is made text."""
    from services.quoting.spreadsheet import to_csv

    click.echo(to_csv(rows), nl=False)


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as their widest cell, the last as it comes; ids are never cut."""
    lines = [list(header), *([clean(cell) for cell in row] for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Columns of a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def confirm(aws: AwsSession, question: str = "Proceed?") -> None:
    """Ask *question*, saying which credentials sign; raises click.Abort unless the answer is yes."""
    click.confirm(f"Credentials: {aws.source or 'unknown'}. {question}", abort=True, err=True)


def complain(text: str) -> None:
    say_aside(f"stanch: {text}\n")
