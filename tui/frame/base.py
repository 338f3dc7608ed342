"""What every screen is: the status line, a body, the footer, and its commands from the one table.

A new screen sets ``scope`` and ``BINDINGS = bindings(scope)``, yields its widgets in ``body()``, and has a
``do_<id>`` method for each command that the ``commands.py`` beside it names.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Coroutine, Generator, Mapping
from pathlib import Path
from textwrap import shorten
from typing import Any, ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.await_remove import AwaitRemove
from textual.containers import Vertical
from textual.css.query import NoMatches
from textual.screen import ModalScreen
from textual.worker import Worker

from services.aws.errors import AwsError, ReadOnly
from services.base.text import clean
from tui.commands import table as commands
from tui.commands import words
from tui.commands.command import Command
from tui.commands.conventions import nothing_here
from tui.frame import guide
from tui.frame.footer import Footer
from tui.frame.guideline import GuideLine
from tui.frame.internals import Departing, forget_who_is_gone, once_ended
from tui.frame.notice import Level, Notice
from tui.frame.searchline import Searchable, SearchLine
from tui.frame.statusline import StatusLine
from tui.host import Host, host_of
from tui.routes import ToHelp, ToIdentify, ToPalette
from tui.settings.context import Subject
from tui.widgets.rows import Rows

Result = TypeVar("Result")


class Commands(Departing[Result]):
    """Runs the commands of the table; shared by screens and dialogs."""

    scope: ClassVar[str] = ""
    ASKS: ClassVar[bool] = False
    """Whether it asks something: it must have been drawn before a key can answer it."""
    AUTO_FOCUS = ""
    # Of the screens and not of the app, so that the first paint does not wait for it to be parsed.
    CSS_PATH = Path(__file__).with_name("app.tcss")
    _leaving = False

    @property
    def stanch(self) -> Host:
        return host_of(self)

    @property
    def subject(self) -> Subject | None:
        """The key that respond and events act upon."""
        return None

    @property
    def read_only(self) -> bool:
        return self.stanch.options.read_only

    @property
    def alerted(self) -> bool:
        """Whether there is an alert to read again: a drill's, or the demo's."""
        return self.stanch.options.drill is not None or self.stanch.options.leaked is not None

    @property
    def behind_a_dialog(self) -> bool:
        """Whether a dialog lies over it, which leaves it in sight."""
        # For Textual a screen is current beneath any other one, too.
        return self.is_current and isinstance(self.app.screen, ModalScreen)

    @property
    def drawable(self) -> bool:
        """Whether its widgets are there: they come after the screen, and go before it."""
        return self.is_mounted and not self.gone

    @property
    def gone(self) -> bool:
        return self._leaving or not self.is_attached or self.stanch.leaving

    @property
    def hook_values(self) -> Mapping[str, str | None]:
        """What commands of the responder's own are given, by name."""
        context, subject = self.stanch.context, self.subject
        return {
            "account": context.account,
            "case": context.case.case if context.case else None,
            "key_id": subject.key_id if subject else None,
            "profile": context.profile,
            "region": context.regions[0] if context.regions else None,
            "service": subject.service if subject else None,
            "user": subject.user if subject else None,
        }

    def refuses(self, command_id: str) -> str | None:
        """Why this screen cannot do that now, in a few words; None where it can."""
        return None

    def copied(self) -> str | None:
        """What is in focus, to be copied; None where nothing is."""
        return self.subject.key_id if self.subject else None

    def why_not(self, command: Command) -> str | None:
        if self._leaving:
            return "this screen is being left"
        if reason := command.blocked(self) or self.refuses(command.id):
            return reason
        return "nothing is in focus" if command.id == "copy" and self._copies_nothing() else None

    def label_of(self, command: Command) -> str:
        """What the footer calls it now."""
        return command.label

    def _copies_nothing(self) -> bool:
        return self.drawable and not self.copied()

    async def action_command(self, command_id: str) -> None:
        if self.gone or self not in self.app.screen_stack:
            # What was pressed on it before it went is for nobody.
            return
        command = commands.BY_ID[command_id]
        if reason := self.why_not(command):
            self.say(f"{command.label}: {reason}")
            return
        self.hush()
        do = getattr(self, f"do_{command_id}", None)
        if do is None:
            assert command.to
            self.stanch.open(command.to(self))
        elif inspect.isawaitable(done := do()):
            await done
        self.commands_changed()

    def run_worker(self, work: Any, *arguments: Any, **options: Any) -> Worker[Any]:
        begun = work() if inspect.iscoroutinefunction(work) else work
        if not inspect.iscoroutine(begun):
            return super().run_worker(begun, *arguments, **options)
        worker = super().run_worker(_Work(begun, self), *arguments, **options)
        # One that is cancelled before its first step was never begun, and would say so when it is forgotten.
        once_ended(worker, begun.close)
        return worker

    def remove(self) -> AwaitRemove:
        self._leaving = True
        # What it still reads has nobody to be shown to, and its widgets go before its workers would. Not at
        # once: a worker begun in this moment would never be awaited.
        asyncio.get_running_loop().call_soon(self.workers.cancel_node, self)
        return super().remove()

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        if not self.is_current:
            # It was left or covered since the key was pressed: Textual would close the screen in sight.
            return AwaitComplete()
        forget_who_is_gone(self)
        return super().dismiss(result)

    def commands_changed(self) -> None:
        """Say what can be done now once more; call it when the subject or a state has changed."""
        if footer := self.query_one_optional(Footer):
            footer.refresh_commands()

    def say(self, sentence: str, level: Level = "info", topic: str = "") -> None:
        """One sentence over the footer, gone after a while; of one *topic* only the newest."""
        if not self.is_mounted:
            # Its notice comes after it.
            self.call_later(self.say, sentence, level, topic)
            return
        if notice := self.query_one_optional(Notice):
            notice.say(sentence, level, topic)

    def hush(self, topic: str = "") -> None:
        if notice := self.query_one_optional(Notice):
            notice.hush(topic)

    def report(self, doing: str, error: AwsError | ReadOnly | Exception) -> None:
        """Keep *error* in the error log and say it; *doing* is what was attempted ("reading the keys")."""
        self.stanch.keep(doing, error)
        self.say(f"{error}  (! shows it again)", "alarm")

    def do_copy(self) -> None:
        if text := self.copied():
            self.app.copy_to_clipboard(text)
            # By whole words: a token is one, and nothing of it is repeated here.
            told = shorten(clean(text), 40, placeholder="…")
            self.say(f"{told} sent to the terminal's clipboard (OSC 52); not all terminals support it.")

    def do_help(self) -> None:
        self.stanch.open(ToHelp(self.scope, self._reasons(), bool(self.query(Rows)), self._do_chosen))

    def do_palette(self) -> None:
        recent = self.stanch.recent
        self.stanch.open(ToPalette(self.scope, self._reasons(), tuple(recent)), self._do_found)

    async def _do_found(self, command_id: str | None) -> None:
        if command_id and (told := words.done(command_id, self.stanch)):
            self.say(told)
        elif command_id:
            recent = self.stanch.recent
            recent[:] = [command_id, *(each for each in recent if each != command_id)]
            await self._do_chosen(command_id)

    def _reasons(self) -> dict[str, str]:
        """Why not, for each command that cannot be done now."""
        reasons = ((command.id, self.why_not(command)) for command in commands.within(self.scope))
        return {command_id: reason for command_id, reason in reasons if reason}

    async def _do_chosen(self, command_id: str | None) -> None:
        """Do what was chosen on another screen."""
        if command_id and self.is_attached:
            await self.action_command(command_id)

    def do_redraw(self) -> None:
        self.stanch.redraw()

    def do_suspend(self) -> None:
        if not self.stanch.stop_job():
            self.say("There is no shell to go back to.")

    def do_account(self) -> None:
        self.stanch.ask_to_go("account")

    def do_profile(self) -> None:
        self.stanch.ask_to_go("profile")

    def do_region(self) -> None:
        self.stanch.ask_to_go("region")

    def do_alert(self) -> None:
        self.stanch.show_alert()

    def do_theme(self) -> None:
        self.say(f"Colours: {self.stanch.next_theme()}.")

    def do_screenshot(self) -> None:
        try:
            self.say(f"Saved {self.stanch.save_screenshot_masked()}, and the same as .txt.")
        except OSError as error:
            self.report("saving a screenshot", error)

    def do_quit(self) -> None:
        if left := self.stanch.under_way:
            self.say(f"Quitting as soon as AWS has answered: {', '.join(left)}.")
            # Once it ends nothing is drawn any more, and this is to be read meanwhile.
            self.call_after_refresh(self.app.exit, 0)
        else:
            self.app.exit(0)

    def do_back(self) -> Awaitable[None] | None:
        return self.stanch.back()

    def do_refresh(self) -> None:
        self.say("There is nothing to refresh here.")

    @on(events.Key)
    def _does_nothing(self, event: events.Key) -> None:
        """A key that nothing here has: it says so, and where it means something."""
        if self.is_current:
            self.say(nothing_here(event.key, self.scope))

    def on_paste(self, event: events.Paste) -> None:
        """A key pasted anywhere opens identify with it."""
        event.stop()
        self.stanch.open(ToIdentify(event.text))


class _Work(Awaitable[Any]):
    """A screen's coroutine, which is over when the screen is left."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], screen: Departing[Any]) -> None:
        self._coroutine = coroutine
        self._screen = screen

    def __await__(self) -> Generator[Any, None, Any]:
        try:
            return (yield from self._coroutine.__await__())
        except NoMatches:
            if not self._screen.gone:
                raise


class StanchScreen(Commands[None]):
    """A whole screen: status line, body, notice, footer."""

    def compose(self) -> ComposeResult:
        yield StatusLine()
        with Vertical(id="body"):
            yield from self.body()
        yield SearchLine()
        yield GuideLine()
        yield Notice()
        yield Footer()

    def body(self) -> ComposeResult:
        raise NotImplementedError

    def searchable(self) -> Searchable | None:
        """What a search looks through: the list or the text that is in sight."""
        rows = [self.focused, *self.query(Rows)]
        return next((each for each in rows if isinstance(each, Rows) and each.display and each.texts()), None)

    async def action_command(self, command_id: str) -> None:
        line = self.query_one_optional(SearchLine)
        if command_id == "back" and line and line.display:
            line.close()
        else:
            await super().action_command(command_id)

    def why_not(self, command: Command) -> str | None:
        if command.id == "forward" and not self.stanch.left_behind:
            return "there is no screen to go forward to"
        if command.id in ("search_next", "search_previous") and self.is_mounted:
            if "search" not in commands.SCOPES[self.scope].ids:
                return "/ filters here, and what is left is all that was found"
            return None if self.query_one(SearchLine).words else "/ searches first"
        if command.id == "search" and self.is_mounted and self.searchable() is None:
            return "there is nothing to search here"
        if command.id == "pager" and self.is_mounted and self.searchable() is None:
            return "there is nothing to read here"
        return super().why_not(command)

    def paged(self) -> str | None:
        """What a pager is given: what is in focus, line by line."""
        rows = self.searchable()
        return "\n".join(rows.texts()) if isinstance(rows, Rows) else None

    def do_pager(self) -> None:
        text = self.paged()
        if trouble := self.stanch.show_in_pager(text) if text else "there is nothing to read here":
            self.say(f"pager: {trouble}")

    def do_search(self) -> None:
        self.query_one(SearchLine).open()

    def do_search_next(self) -> None:
        self.query_one(SearchLine).go(1)

    def do_search_previous(self) -> None:
        self.query_one(SearchLine).go(-1)

    def do_forward(self) -> None:
        self.stanch.forward()

    def guidance(self) -> str | None:
        """What a newcomer is told here."""
        return guide.ELSEWHERE.get(self.scope)

    def commands_changed(self) -> None:
        super().commands_changed()
        if line := self.query_one_optional(GuideLine):
            line.tell(self.guidance() if self.stanch.guiding else None)

    def do_guide(self) -> None:
        self.stanch.guiding = not self.stanch.guiding
        if not self.stanch.guiding:
            self.say("W turns the guide back on.")

    def on_screen_resume(self) -> None:
        self.commands_changed()
