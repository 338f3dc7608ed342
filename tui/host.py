"""What a screen may ask of the app, which it does not know."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast

import msgspec

if TYPE_CHECKING:
    from rich.style import Style
    from textual.dom import DOMNode
    from textual.message_pump import MessagePump
    from textual.screen import Screen

    from services.aws.callrecord import CallRecord
    from services.aws.session import AwsSession
    from services.cases.plan import Deed, Plan
    from services.incident.handling import Handling
    from services.incident.outcome import Outcome
    from services.incident.situation import Options as StepOptions
    from tui.look.graphs import GraphStyle
    from tui.look.lines import Role
    from tui.routes import Route
    from tui.settings.context import Context, OpenCase
    from tui.settings.options import Options
    from tui.settings.place import Place

Result = TypeVar("Result")

Moved = Literal["account", "profile", "region"]
"""What can be another while the screen is open."""


class Trouble(msgspec.Struct, frozen=True):
    """One error: *doing* says what was attempted, *words* what came of it and what to do."""

    at: datetime
    doing: str
    words: str
    request_id: str | None = None


class Troubles(Protocol):
    """The errors of this run, the newest first, each with how often it came."""

    def __iter__(self) -> Iterator[tuple[Trouble, int]]: ...
    def __len__(self) -> int: ...


class Desk(Protocol):
    """The keys that are being handled, and the steps under way, whatever screen is open."""

    ended: int
    """How many deeds came to their end: what was read before may have changed since."""

    def now(self) -> datetime: ...

    async def open(self, key_id: str, user: str | None = None, case: str | None = None) -> Handling:
        """The handling of that key, gone on with if there is one; raises NoSuchKey, CaseError, AwsError."""

    def of_case(self, case_id: str) -> Handling | None:
        """The handling of that case, where it is being worked on here."""

    def start(
        self,
        handling: Handling,
        step: Deed,
        options: StepOptions | None = None,
        *,
        undo: bool = False,
        shown: Plan | None = None,
        turns: asyncio.Semaphore | None = None,
    ) -> asyncio.Task[Outcome]:
        """Begin a step, or pull a lever; raises Refused where it is under way already.

        Of the deeds that share *turns* only so many are done at once.
        """

    def carry(self, title: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin *work* that changes something in AWS: no end, of a screen or the program, cuts it off."""

    async def ask(self, question: Coroutine[Any, Any, object]) -> None:
        """From work that is carried: a dialog ends with the program, when nobody is there to be asked."""

    def in_hand(self) -> str | None:
        """Why the keys that are handled can't be given back now; None where they can."""

    def release(self, handling: Handling) -> None:
        """Give the case back once nobody looks and nothing is under way."""


class Host(Protocol):
    """The app, as everything below it knows it."""

    graphs: GraphStyle
    """How graphs are drawn."""
    recent: list[str]
    """The ids of the commands that were found by name, the last first."""
    guiding: bool
    """Whether a newcomer is led on, wherever they are."""

    @property
    def options(self) -> Options: ...
    @property
    def context(self) -> Context: ...
    @property
    def errors(self) -> Troubles: ...
    @property
    def calls(self) -> CallRecord:
        """What was asked of AWS in this run."""

    @property
    def leaving(self) -> bool:
        """Whether the program ends: widgets go one by one, and nothing is drawn any more."""

    @property
    def desk(self) -> Desk: ...
    @property
    def under_way(self) -> tuple[str, ...]:
        """The steps that the program's end waits for."""

    @property
    def role_styles(self) -> Mapping[Role, Style]:
        """How the roles of text look in the theme of the moment."""

    async def aws(self) -> AwsSession:
        """The session, waited for; raises the AwsError that keeps it from opening."""

    def ask_anew(self, screen: Screen[Any]) -> None:
        """Take no key for *screen* that was typed before its next frame."""

    def open(self, route: Route, then: Callable[[Any], Any] | None = None) -> None:
        """Go there; *then* is called with what a dialog was closed with."""

    @property
    def left_behind(self) -> Sequence[Route]:
        """The screens that were left by going back, the last at the end."""

    def forward(self) -> None:
        """Return to the screen that was left last."""

    async def back(self) -> None:
        """Leave the screen in sight; under the last one there is always the inventory."""

    async def push_screen_wait(self, screen: Screen[Result]) -> Result:
        """Ask, and wait for the answer; in a worker."""

    def ask_to_go(self, what: Moved, given: str | None = None) -> None:
        """Work in another account, by another profile, in other Regions: asked for where it isn't *given*."""

    def go(self, place: Place, then: Route | None = None) -> None:
        """Work there, and open *then*; refused with the reason while something is under way."""

    def keep(self, doing: str, error: Exception) -> None:
        """Put *error* into the error log."""

    def keep_words(self, doing: str, words: str, request_id: str | None = None) -> None:
        """Put what went wrong into the error log, where there is no exception of it any more."""

    def show_case(self, case: OpenCase | None) -> None:
        """Show the case's clock in the status line, or none."""

    async def leave_case(self, case_id: str) -> None:
        """Let the status line tell of the open cases in place of that one, once they are known."""

    async def look_for_open_cases(self) -> None:
        """Let the status line count the cases that nobody closed."""

    def each_second(self, node: DOMNode, work: Callable[[], object]) -> None:
        """Do *work* once a second for as long as *node*, which is mounted, lives: all in one frame."""

    def reintroduce(self) -> None:
        """Ask again who is asking, where that failed before."""

    def show_alert(self) -> None:
        """Show the drill's alert, where this is a drill."""

    def next_theme(self) -> str:
        """Change the colours; says to which."""

    @property
    def theme_names(self) -> Sequence[str]:
        """Of the themes there are, the configured ones last."""

    def use_theme(self, name: str) -> None:
        """Change the colours to the theme of that name."""

    def save_screenshot_masked(self) -> Path:
        """Save the screen in sight where cases are kept, without secrets; raises OSError."""

    def redraw(self) -> None:
        """Send the whole screen again, where the terminal was disturbed by something else."""

    def show_in_pager(self, text: str) -> str | None:
        """Let the pager of the user's own choice show *text*; why it can't, in a few words."""

    def stop_job(self) -> bool:
        """Back to the shell until it continues this; whether there is a shell that could."""


def host_of(node: MessagePump) -> Host:
    """The app that *node* is shown by."""
    return cast("Host", node.app)
