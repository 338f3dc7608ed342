"""Another account or profile while the screen is open: what is open is given back, and nothing is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from services.aws.errors import AwsError, WrongAccount
from tui.app.connection import Connection
from tui.app.speaking import speaking
from tui.frame.notice import Level
from tui.host import Host, Moved
from tui.routes import Route
from tui.settings.place import Place

if TYPE_CHECKING:
    from textual.screen import Screen

    from services.aws.credentials.signer import Prompt
    from tui.settings.options import Options

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)

_GOING = "going"
"""What is said while one goes elsewhere, and no longer."""


class _Question(msgspec.Struct, frozen=True):
    title: str
    told: str


_QUESTIONS: dict[Moved, _Question] = {
    "account": _Question("go to another account", "Its ID, 12 digits. These screens close; cases stay open."),
    "profile": _Question(
        "use another profile", "Its name in ~/.aws/config. These screens close; cases stay open."
    ),
    "region": _Question("look in other Regions", "One or more, with spaces between. These screens close."),
}


class Movable(Host, Protocol):
    """The app, as it is taken elsewhere."""

    @property
    def screen(self) -> Screen[Any]: ...

    async def settle_in(self, connection: Connection, options: Options, then: Route | None) -> None:
        """Give back all that is open, and begin anew by that *connection*."""


class Moving:
    """Asks where to go, goes there, and only then lets go of where it was."""

    def __init__(self, app: Movable, prompt: Prompt) -> None:
        self._app = app
        self._prompt = prompt
        self._going: Place | None = None

    def why_not(self) -> str | None:
        """Why nothing may be left now; None where it may."""
        app = self._app
        if self._going is not None:
            return f"on the way to {self._going}"
        if app.options.go is None:
            return "this is the only account here"
        return self._busy()

    def _busy(self) -> str | None:
        if under_way := self._app.under_way:
            return f"{', '.join(under_way)} is under way"
        return self._app.desk.in_hand()

    async def ask(self, what: Moved, given: str | None = None) -> None:
        """Ask for it where it is not *given*; a mistake is a sentence."""
        if reason := self.why_not():
            self._say(f"{what}: {reason}.", "warn")
            return
        typed = given
        if typed is None:
            question = _QUESTIONS[what]
            typed = await self._asked(question.title, question.told)
        if not (typed := (typed or "").strip()):
            return
        match what:
            case "account" if not _ACCOUNT.fullmatch(typed):
                self._say("An account's ID has 12 digits.", "warn")
            case "account":
                await self.go(Place(account=typed))
            case "profile":
                await self.go(Place(profile=typed))
            case "region":
                await self.go(Place(regions=tuple(typed.replace(",", " ").split())))

    async def go(self, place: Place, then: Route | None = None) -> None:
        """Go there, and to *then*; whatever keeps it from that leaves everything as it is."""
        app = self._app
        try:
            await self._go(place, then)
        except WrongAccount as error:
            if place.role is not None or place.account is None:
                app.keep(f"going to {place}", error)
                self._say(str(error), "alarm")
                return
            told = f"No role is configured for {place.account}. The name of the one to assume there:"
            role = await self._asked(f"go to account {place.account}", told)
            if role:
                await self.go(Place(place.account, role=role), then)
        except AwsError as error:
            app.keep(f"going to {place}", error)
            self._say(f"{error}  (! shows it again)", "alarm")

    async def _go(self, place: Place, then: Route | None) -> None:
        app = self._app
        if (reason := self.why_not()) or app.options.go is None:
            self._say(f"{place}: {reason}.", "warn")
            return
        self._say(f"Going to {place}…", topic=_GOING)
        self._going = place
        try:
            await self._enter(app.options.go(app.options, place, self._prompt), place, then)
        finally:
            self._going = None
            if screen := speaking(app.screen):
                screen.hush(_GOING)

    async def _enter(self, options: Options, place: Place, then: Route | None) -> None:
        app = self._app
        assert options.connect is not None
        connection = Connection(options.connect, self._prompt, app.calls)
        try:
            from services.aws.sts import get_caller

            aws = await connection.aws()
            await aws.regions()
            await get_caller(aws)
            if reason := self._busy():
                # It began while AWS was asked.
                self._say(f"{place}: {reason}.", "warn")
                await connection.close()
                return
        except BaseException:
            await connection.close()
            raise
        await app.settle_in(connection, options, then)

    async def _asked(self, title: str, told: str) -> str | None:
        from tui.dialogs.sentence import SentenceDialog

        return await self._app.push_screen_wait(SentenceDialog(title, told))

    def _say(self, words: str, level: Level = "info", topic: str = "") -> None:
        if screen := speaking(self._app.screen):
            screen.say(words, level, topic)
