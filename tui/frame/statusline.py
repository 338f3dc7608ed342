"""The line that is always in sight: which account, as whom, where, and how long the case is open."""

from __future__ import annotations

from datetime import datetime

from textual import events

from tui.host import host_of
from tui.look import words
from tui.look.lines import Line, Role, Span, fit, width_of
from tui.settings.config import Colour
from tui.settings.context import Context
from tui.widgets.lines import Lines

_GAP = "   "
_ROLES: dict[Colour, Role] = {"red": "alarm", "yellow": "warn", "green": "good"}


def status(context: Context, width: int, now: datetime) -> Line:
    """Account, foreign endpoint and READ-ONLY stay whatever the width; Region, name and caller give way."""
    right = _right(context, now)
    room = width - width_of(right) - 3
    banner = _banner(context, now)
    for parts in _left(context):
        line: Line = banner
        for number, part in enumerate(parts):
            line = (*line, *(((_GAP, "text"),) if number else ()), part)
        if width_of(line) <= room:
            break
    return (*fit(line, max(0, room + 1)), (" ", "text"), *right, (" ", "text"))


def _banner(context: Context, now: datetime) -> Line:
    """A drill is never taken for the real thing: it is told first, and never gives way."""
    if (drill := context.drill) is None:
        return ((" ", "text"),)
    ends = drill.exercise.ends
    left = words.stopwatch((ends - now).total_seconds()) if ends else "begins"
    return ((f" DRILL {drill.name} {left} ", "banner"), (" ", "text"))


def _left(context: Context) -> list[tuple[Span, ...]]:
    """What stands left, fullest first."""
    name: Span = ("stanch", "accent")
    if context.account is None:
        told: Span = (context.trouble or context.waiting or "", "warn" if context.trouble else "quiet")
        return [(name, told), (told,)]
    known: Span = (" ".join(filter(None, (context.alias, context.account))), "strong")
    short: Span = (context.account, "strong")
    caller: Span = (context.caller or "", "text")
    places = _places(context.regions)
    kind: tuple[Span, ...] = ()
    if context.demo:
        kind = (("simulated account", "good"),)
    elif context.endpoint:
        kind = ((f"endpoint {context.endpoint.removeprefix('http://')}", "warn"),)
    there = () if context.demo else kind
    signed: Span = (context.credentials or "", "quiet")
    with_credentials: list[tuple[Span, ...]] = [
        (name, known, *there, caller, signed, places),
        (known, *there, caller, signed, places),
        (short, *there, caller, signed, places),
        (short, *there, caller, signed),
    ]
    # In the demo they are nobody's.
    return (with_credentials if context.credentials and not context.demo else []) + [
        (name, known, *kind, caller, places),
        (name, known, *kind, caller),
        (name, short, *kind, caller),
        (short, *kind, caller),
        (name, short, *there, caller),
        (short, *there, caller),
        (short, *there),
    ]


def _right(context: Context, now: datetime) -> Line:
    line: Line = (("READ-ONLY", "warn"), ("  ", "text")) if context.read_only else ()
    if context.colour:
        line = ((context.profile or "default", _ROLES[context.colour]), ("  ", "text"), *line)
    if (case := context.case) is None:
        return (*line, *_left_open(context, now))
    open_for = words.stopwatch(((case.closed or now) - case.opened).total_seconds())
    state = "closed after" if case.closed else "open"
    return (*line, (f"case {case.case} ", "strong"), (f"{state} {open_for}", "text"))


def _left_open(context: Context, now: datetime) -> Line:
    if not (left := context.left_open):
        return ((now.strftime("%H:%M:%S"), "quiet"),)
    # Of the one that is open longest: leaving the screen of any of them sets no clock back.
    open_for = words.stopwatch((now - min(each.opened for each in left)).total_seconds())
    return ((f"{words.count(len(left), 'case')} open ", "strong"), (open_for, "text"))


def _places(regions: tuple[str, ...]) -> Span:
    if not regions:
        return ("", "quiet")
    more = f" +{len(regions) - 1}" if len(regions) > 1 else ""
    return (regions[0] + more, "quiet")


class StatusLine(Lines):
    """Draws the app's context; ticks only while its screen is the one in sight."""

    DEFAULT_CSS = "StatusLine { dock: top; height: 1; width: 100%; background: $panel; }"

    def on_mount(self) -> None:
        host_of(self).each_second(self, self._tick)
        self.watch(self.app, "context", self._redraw, init=False)
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def _tick(self) -> None:
        # A dialog leaves this line in sight, and its clock goes on.
        top = self.app.screen
        if self.screen is top or (top.is_modal and self.screen is self.app.screen_stack[-2]):
            self._redraw()

    def _redraw(self) -> None:
        host = host_of(self)
        if width := self.size.width:
            self.draw([status(host.context, width, host.options.now())])
