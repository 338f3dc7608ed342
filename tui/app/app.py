"""The Textual app: opens screens, holds the way to AWS, and says where it is."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from rich.style import Style
from rich.text import Text
from textual.filter import LineFilter, NoColor
from textual.reactive import reactive
from textual.screen import Screen
from textual.theme import Theme

from services.aws.callrecord import CallRecord
from services.aws.errors import AwsError
from services.base.text import clean
from tui.app import pager, welcoming
from tui.app.clipboard import osc52
from tui.app.connection import Connection, standard
from tui.app.dialogprompt import DialogPrompt
from tui.app.errorlog import ErrorLog
from tui.app.jobcontrol import JobControl
from tui.app.moving import Moving
from tui.app.ownthemes import themed
from tui.app.questions import Questions
from tui.app.safety import ControlFilter
from tui.app.seconds import Seconds
from tui.app.shadow import ExactDrawing
from tui.app.speaking import speaking
from tui.app.start import StartScreen
from tui.app.table import configured_commands, screen_class, screen_of
from tui.app.typeahead import TypeAhead
from tui.app.watching import Watching
from tui.exits import Exit
from tui.frame.internals import strips_of
from tui.host import Moved, Trouble
from tui.look.lines import Role
from tui.look.roles import styles
from tui.look.themes import DRILL, HIGH_CONTRAST, TERMINAL, THEMES, choose
from tui.routes import Route, ToCases, ToEvents, ToHelp, ToHook, ToInventory, ToRunbook, ToTraffic
from tui.settings.context import Context, OpenCase
from tui.settings.options import Options
from tui.settings.place import Place

if TYPE_CHECKING:
    from services.aws.session import AwsSession
    from tui.app.desk import Desk

_CONTROLS = ControlFilter()
_NO_COLOR = NoColor()


class StanchApp(TypeAhead[None], Questions[None], ExactDrawing[None], JobControl[None]):
    """What screens know of it is the Host."""

    TITLE = "stanch"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [("ctrl+c", "interrupt", "")]  # noqa: RUF012 (Textual's own shape)

    context: reactive[Context] = reactive(Context(), init=False)

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.graphs = options.graphs
        """How graphs are drawn; the traffic screen changes it."""
        self.recent: list[str] = []
        """The ids of the commands that were found by name, the last first."""
        self._seconds = Seconds()
        self.each_second = self._seconds.each
        self.errors = ErrorLog()
        self.calls = CallRecord()
        """What was asked of AWS in this run, wherever it went."""
        self.guiding = options.demo
        """Whether a newcomer is led on, wherever they are."""
        # Asked now: before it is known who is asking, the inventory may have kept its first look there.
        self._first_run = not (options.demo or options.drill or options.state_dir.exists())
        self.leaving = False
        """Whether the program ends: widgets go one by one, and nothing is drawn any more."""
        self.left_behind: list[Route] = []
        """The screens that were left by going back, the last at the end."""
        self._ways: WeakKeyDictionary[Screen[Any], Route] = WeakKeyDictionary()
        """How the open screens were come to."""
        self._desk: Desk | None = None
        self._roles: tuple[str, Mapping[Role, Style]] | None = None
        self.connection = Connection(options.connect or standard(options), DialogPrompt(self), self.calls)
        self._moving = Moving(self, DialogPrompt(self))
        self._watching = Watching(self.connection, lambda: self.screen, self.keep_words)
        mine = tuple(themed(name, each) for name, each in options.themes.items())
        self._themes_here: tuple[Theme, ...] = (*THEMES, *mine)
        chosen = choose(options.theme, self.console.color_system, self.no_color)
        if options.drill:
            # Its own, unless the terminal has few, or more contrast was asked for.
            self._themes_here = (DRILL, HIGH_CONTRAST, TERMINAL)
            chosen = chosen if chosen in (HIGH_CONTRAST.name, TERMINAL.name) else DRILL.name
        for theme in self._themes_here:
            self.register_theme(theme)
        self.theme = chosen
        self.set_reactive(
            StanchApp.context,
            context_of(options),
        )

    def get_default_screen(self) -> Screen[Any]:
        return StartScreen(self.begin)

    def begin(self) -> None:
        """Open the first screen, over the one that was painted first and stays below all others."""
        for words in configured_commands(self.options):
            self.keep_words("reading the configuration", words)
        self.push_screen(self._first_screen())
        self.release_keys()

    def _first_screen(self) -> Screen[Any]:
        start = self.options.start
        match start.screen:
            case "traffic":
                return screen_of(ToTraffic(start.log_groups))
            case "runbook" if start.key_id:
                return screen_of(ToRunbook(start.key_id, start.user, start.case))
            case "events" if start.user:
                return screen_of(ToEvents(start.user, start.key_id))
            case "cases":
                return screen_of(ToCases())
        return screen_of(ToInventory())

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            # Without these a dropped line kills at once, with nothing closed and the terminal not restored.
            loop.add_signal_handler(number, self.exit, None, Exit.INTERRUPTED)
        self.errors.overhear(self.options.now)
        self.call_after_refresh(self.run_worker, self._introduce, name="introduce")
        self.set_interval(1, self._count_second)
        if self.options.drill:
            self.set_interval(0.5, self._end_drill)

    def _count_second(self) -> None:
        if self.leaving or not self.screen_stack:
            return
        self._watching.tell_waiting()
        self._seconds.tell()

    async def on_unmount(self) -> None:
        if self._desk:
            await self._desk.close()
        await self.connection.close()

    @property
    def desk(self) -> Desk:
        """The keys being handled, and the steps under way whatever screen is open."""
        if self._desk is None:
            from tui.app.desk import Desk

            self._desk = Desk(self, self)
        return self._desk

    @property
    def under_way(self) -> tuple[str, ...]:
        """The steps that the program's end waits for."""
        return self._desk.under_way() if self._desk else ()

    async def aws(self) -> AwsSession:
        """The session, waited for; raises the AwsError that keeps it from opening."""
        return await self.connection.aws()

    async def _introduce(self) -> None:
        """Learn who is asking, and of which account, for the status line."""
        try:
            aws = await self.aws()
            asking = "asking AWS who you are…"
            self.context = replace(self.context, regions=await aws.regions(), waiting=asking)
            from services.aws.account import get_alias
            from services.aws.sts import get_caller

            caller = await get_caller(aws)
            self.context = self.context.introduced(caller.account, caller.name, aws.source)
            self.context = replace(self.context, endpoint=aws.where.endpoint, where=aws.where)
            self.context = replace(self.context, alias=await get_alias(aws))
            self._watching.tell_skew(aws)
            self.show_alert()
            self._offer_guide()
            await self._offer_open_cases()
        except AwsError as error:
            self.keep("signing in", error)
            self.context = replace(
                self.context, waiting=None, trouble="not signed in: press ! for the reason"
            )

    def _offer_guide(self) -> None:
        if self._first_run and (screen := speaking(self.screen)):
            screen.say("First time here? Press W for a step-by-step guide; W again hides it.")

    async def leave_case(self, case_id: str) -> None:
        """Let the status line tell of the open cases in place of that one, once they are known."""
        await self.look_for_open_cases()
        if self.context.case and self.context.case.case == case_id:
            self.show_case(None)

    async def look_for_open_cases(self) -> None:
        """Let the status line count the cases that nobody closed."""
        if where := self.context.where:
            from services.cases.leftopen import left_open

            left = await left_open(self.options.state_dir, where)
            self.context = replace(self.context, left_open=left, left_read=True)

    async def _offer_open_cases(self) -> None:
        """Where a line dropped, say how to go on."""
        await self.look_for_open_cases()
        if (left := self.context.left_open) and self.options.start.screen == "inventory":
            from services.cases.leftopen import offer

            if (screen := speaking(self.screen)) and screen.scope == "inventory":
                screen.say(offer(left, self.options.now()))

    def show_alert(self) -> None:
        """Say what leaked, where this is a drill or the demo."""
        welcoming.show_alert(self)

    def _end_drill(self) -> None:
        if self.options.drill and self.options.drill.exercise.over.is_set():
            self.exit()

    def reintroduce(self) -> None:
        """Ask again who is asking, where that failed before."""
        if self.context.account is None:
            self.context = replace(self.context, waiting=self.options.connecting, trouble=None)
            self.run_worker(self._introduce(), name="introduce", exclusive=True, group="introduce")

    def keep(self, doing: str, error: Exception) -> None:
        """Put *error* into the error log."""
        self.keep_words(doing, str(error), error.request_id if isinstance(error, AwsError) else None)

    def keep_words(self, doing: str, words: str, request_id: str | None = None) -> None:
        """Put what went wrong into the error log, where there is no exception of it any more."""
        self.errors.add(Trouble(self.options.now(), clean(doing), clean(words), request_id))

    def show_case(self, case: OpenCase | None) -> None:
        """Show the case's clock in the status line, or none."""
        self.context = replace(self.context, case=case)

    def open(self, route: Route, then: Callable[[Any], Any] | None = None) -> None:
        """Go there; *then* is called with what a dialog was closed with."""
        if isinstance(route, ToInventory):
            self._open_inventory(route)
        else:
            self.left_behind.clear()
            self._go(route, then)

    def _go(self, route: Route, then: Callable[[Any], Any] | None = None) -> None:
        if isinstance(route, ToRunbook):
            self._keep_in_hand(route.key_id)
        screen = screen_of(route)
        self._ways[screen] = route
        self.push_screen(screen, then)

    def forward(self) -> None:
        """Return to the screen that was left last."""
        if self.left_behind:
            self._go(self.left_behind.pop())

    def ask_to_go(self, what: Moved, given: str | None = None) -> None:
        """Work in another account, by another profile, in other Regions: asked for where it isn't *given*."""
        self.run_worker(self._moving.ask(what, given), name="go", group="go")

    def go(self, place: Place, then: Route | None = None) -> None:
        """Work there, and open *then*; refused with the reason while something is under way."""
        self.run_worker(self._moving.go(place, then), name="go", group="go")

    async def settle_in(self, connection: Connection, options: Options, then: Route | None) -> None:
        """Give back all that is open, and begin anew by that *connection*."""
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        if self._desk:
            await self._desk.close()
            self._desk = None
        before, self.connection, self.options = self.connection, connection, options
        self._watching.follow(connection)
        self.context = context_of(options)
        # What was left meanwhile is of where it was.
        self.left_behind.clear()
        self.push_screen(screen_of(then or ToInventory()))
        self.run_worker(self._introduce(), name="introduce", exclusive=True, group="introduce")
        await before.close()

    def _keep_in_hand(self, key_id: str) -> None:
        """Let the cursor of the inventory below be on the key that is being handled."""
        for screen in map(speaking, self.screen_stack):
            if screen and screen.scope == "inventory":
                cast("Any", screen).choose(key_id)

    def _open_inventory(self, route: ToInventory) -> None:
        """Go back to the first screen, or open it."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        is_first, screen = isinstance(self.screen, screen_class(ToInventory)), cast("Any", self.screen)
        if is_first:
            if route.key_id:
                screen.choose(route.key_id)
            return
        self.replace_screen(lambda: screen_of(route))

    async def back(self) -> None:
        """Leave the screen in sight; under the last one there is always the inventory."""
        if len(self.screen_stack) > 2:
            route = self._ways.get(self.screen)
            if route and not isinstance(route, ToHelp | ToHook):
                self.left_behind.append(route)
            # Not awaited: a screen cannot wait for its own end.
            self.pop_screen()
        else:
            self.open(ToInventory())

    @property
    def role_styles(self) -> Mapping[Role, Style]:
        """How the roles of text look in the theme of the moment."""
        if self._roles is None or self._roles[0] != self.theme:
            self._roles = (self.theme, styles(self.theme_variables, ansi=self.native_ansi_color))
        return self._roles[1]

    def next_theme(self) -> str:
        names = self.theme_names
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        return self.theme

    @property
    def theme_names(self) -> list[str]:
        return [theme.name for theme in self._themes_here]

    def use_theme(self, name: str) -> None:
        self.theme = name

    def save_screenshot_masked(self) -> Path:
        """Save the screen in sight where cases are kept, without secrets; raises OSError."""
        from tui.app.screenshot import save

        return save(
            strips_of(self.screen),
            self.size.width,
            self.options.state_dir / "screenshots",
            self.options.now(),
        )

    def show_in_pager(self, text: str) -> str | None:
        """Let the pager of the user's own choice show *text*; why it can't, in a few words."""
        if under_way := self.under_way:
            # While somebody reads, no answer of AWS is heard.
            return f"first {', '.join(under_way)} must end"
        return self.lend_terminal(lambda: pager.show(text))

    def copy_to_clipboard(self, text: str) -> None:
        """By the terminal, if it takes it; unlike Textual's own, it keeps nothing."""
        self.write_to_terminal(osc52(text, os.environ))

    def get_line_filters(self) -> list[LineFilter]:
        # Textual would turn colours to greys for NO_COLOR; no colour at all is what is asked for.
        return [*([_NO_COLOR] if self.no_color else super().get_line_filters()), _CONTROLS]

    def notify(self, message: str, **options: Any) -> None:
        # Toasts take markup by default, and what they are given may come from AWS.
        super().notify(message, **(options | {"markup": False}))

    def action_interrupt(self) -> None:
        self.exit(None, Exit.INTERRUPTED)

    async def before_shutdown(self) -> None:
        self.leaving = True
        # Else an answer of AWS may come to a screen that is half taken down. Those that were begun in this
        # moment take their first step before: a coroutine that was never awaited is a warning.
        await asyncio.sleep(0)
        self.workers.cancel_all()

    def told_of_defect(self) -> Text:
        told = traceback.format_exc(chain=True)
        return Text("\n".join(clean(line) for line in told.splitlines()))


def context_of(options: Options) -> Context:
    """What is in sight before AWS has said who is asking."""
    return Context(
        profile=options.signing_profile,
        colour=options.colour,
        read_only=options.read_only,
        demo=options.demo or options.drill is not None,
        drill=options.drill,
        waiting=options.connecting,
    )
