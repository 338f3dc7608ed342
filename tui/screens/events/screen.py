"""What a key's user did, by CloudTrail: coverage first, then the verdict, the findings and the events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input, Static

from services.base.text import clean
from services.cases.plan import StepName
from services.incident.handling import Handling
from services.incident.outcome import Stopped
from services.incident.reviewing import DEFAULT_WINDOW
from services.incident.reviewwork import ReviewWork
from services.review.record import Event
from services.review.review import Review, Subject, Window, judged, run_review
from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.look import words
from tui.look.lines import Line, Role, fit, wrap
from tui.routes import ToEvents
from tui.screens.events import bars as eventbars
from tui.screens.events import texts as eventtexts
from tui.screens.events.commands import EVENTS
from tui.screens.events.eventlist import EventList
from tui.screens.events.groups import SIDES
from tui.settings import context
from tui.settings.hooks import address
from tui.widgets.filterfield import FilterField
from tui.widgets.lines import Lines
from tui.widgets.rule import Rule

_CALM = 0.1
"""Seconds within which progress is drawn together."""

_TALL = 36
"""Lines of a screen that has room for all that is said of a review beside its rows."""

_LEAST_ROWS = 9
"""Lines that the table keeps for itself."""


class EventsScreen(StanchScreen):
    scope = EVENTS
    BINDINGS = bindings(scope)

    def __init__(self, to: ToEvents) -> None:
        super().__init__()
        self._service = to.service
        self._user = to.user
        self._key_id = to.key_id
        self._handling = to.handling
        self._work = to.handling.work if to.handling else ReviewWork()
        self._drawn: Review | None = None
        self._wanted_whole: bool | None = None
        """Whether somebody chose to see all that is said of the review, or less."""
        self._drawing: Timer | None = None
        self._doing = ""
        """What somebody asked for that is not done yet."""

    def body(self) -> ComposeResult:
        yield Lines(id="head")
        yield Rule(id="events-rule")
        with Horizontal(id="filter-line"):
            yield Static("/")
            yield FilterField(
                self._filtered, placeholder="words of call, address, agent, resource, result", id="filter"
            )
        yield EventList(self.stanch.options.now(), id="list")

    @property
    def shown(self) -> EventList:
        return self.query_one("#list", EventList)

    @property
    def subject(self) -> context.Subject | None:
        return context.Subject(self._key_id, self._user, self._service) if self._key_id else None

    def on_mount(self) -> None:
        self._work.on_change.append(self._changed)
        self.shown.focus_rows()
        if self._work.review is None and self._work.kept is None and not self._work.running:
            self._begin()
        self._draw()

    def on_unmount(self) -> None:
        self._work.on_change.remove(self._changed)

    def on_resize(self) -> None:
        self._draw()

    # Reading.

    def _begin(self) -> None:
        if self._handling is None:
            self.run_worker(self._review(), group="review", exclusive=True)
        elif StepName.REVIEW not in self._handling.under_way:
            self.stanch.desk.start(self._handling, StepName.REVIEW)

    async def _review(self) -> None:
        stop = self._work.begin()
        now = self.stanch.options.now()
        subject = Subject(self._user, self._key_id, self._service)
        try:
            aws = await self.stanch.aws()
            review = await run_review(
                aws,
                subject,
                Window(now - DEFAULT_WINDOW, now, up_to_now=True),
                on_progress=self._work.advance,
                stop=stop,
                keep=self.stanch.options.state_dir / "reviews",
            )
        except Stopped as error:
            self._work.end(None, str(error))
            self.report(f"reviewing {self._user}", error)
        else:
            self._work.end(review)

    # Showing.

    def _changed(self) -> None:
        if self._drawing is None:
            self._drawing = self.set_timer(_CALM, self._draw)

    def _draw(self) -> None:
        self._drawing = None
        if not self.drawable or not self.size.width:
            return
        width, review = self.size.width - 2, self._work.review
        head = self.query_one("#head", Lines)
        lines = self._head(review, width)
        head.styles.height = len(lines)
        head.draw([fit(((" ", "text"), *line), self.size.width) for line in lines])
        if review is not None and review is not self._drawn:
            self._drawn = review
            self.shown.show(review.events, review.marks.suspected)
        self._entitle()
        self.commands_changed()

    @property
    def _whole(self) -> bool:
        return self.size.height >= _TALL if self._wanted_whole is None else self._wanted_whole

    def _head(self, review: Review | None, width: int) -> list[Line]:
        lines: list[Line] = []
        if self._work.running:
            told: Line = (
                ("▸ ", "accent"),
                (f"{self._work.told} · esc stops and keeps what was found", "accent"),
            )
            lines += wrap(told, width, indent=2)[:3]
        elif self._work.trouble:
            lines += wrap((("! ", "warn"), (self._work.trouble, "warn")), width, indent=2)
        if (kept := self._work.kept) and not self._work.running:
            made = kept.told(self.stanch.options.now())
            whose = f"This review was {made} and is kept in the case; ctrl+r reads anew."
            lines += wrap((("· ", "accent"), (whose, "accent")), width, indent=2)
            if kept.trouble:
                lines += wrap((("! ", "warn"), (f"{kept.trouble}. {kept.words}", "warn")), width, indent=2)
        if review is None:
            return [((f"What {self._user} did", "strong"),), *lines]
        heading = eventtexts.heading(review, self.stanch.options.now())
        cells = 0 if self.stanch.options.plain else max(eventbars.BAR, width // 4)
        coverage = eventbars.fitting_lines(
            review.coverage, review.window, cells, width, first_alone=not self._whole
        )
        role: Role = (
            "alarm" if review.verdict == "used" else "warn" if review.verdict == "unknown" else "good"
        )
        if self._whole:
            for line in (heading, *coverage):
                lines += wrap(line, width, indent=2)
            lines += eventbars.counted_lines(review.events, review.window, cells)
            lines += wrap(((review.verdict_words, role),), width, indent=2)
            lines += eventtexts.headline_lines(review, width)
        else:
            lines += eventtexts.in_short(review, heading, coverage, role, width)
        room = self.size.height - 3 - _LEAST_ROWS - len(lines)
        return lines + eventtexts.findings_lines(
            review.findings, width, most=max(1, min(room, self.size.height // 4))
        )

    def _entitle(self) -> None:
        review = self._work.review
        notes = []
        if review and not review.events:
            notes.append("no events is not proof: see coverage, above")
        if review and review.unreadable:
            notes.append(f"{words.count(len(review.unreadable), 'thing')} unreadable: f names them")
        if review and not self._work.kept and self._handling and self._handling.case and not self.read_only:
            notes.append(f"kept in case {self._handling.case.id}")
        told = self.shown.told if review else "events"
        if review is None and self._work.running:
            told = "events appear once everything is read"
        self.query_one("#events-rule", Rule).entitle(told, " · ".join(notes))

    # What can be done.

    def refuses(self, command_id: str) -> str | None:
        match command_id:
            case "record" if self.is_mounted and not (self.shown.chosen or self.shown.chosen_group):
                return "no event is selected"
            case "suspect" if self.is_mounted and self.shown.chosen is None:
                return "no event is selected"
            case "suspect" | "export" if self._work.kept:
                return "it was read by someone else, or before: ctrl+r reads it anew"
            case "suspect" | "export" if self._work.running:
                return "it is still being read"
            case "export" if self.is_mounted and not self.shown.events:
                return "no event is shown"
            case "export" if self._handling is None:
                return "there is no case: respond to the key first"
            case "suspect" | "export" if self._handling is not None and self.read_only:
                return "started with --read-only, so no case is written"
            case "findings" | "whole_head" if self._work.review is None:
                return "nothing is read yet"
            case "stop" if not self._work.running:
                return "nothing is being read"
        return None

    @property
    def hook_values(self) -> Mapping[str, str | None]:
        own = super().hook_values
        if not self.is_mounted:
            return own
        if event := self.shown.chosen:
            return {**own, **eventtexts.hook_values(event)}
        # A group's value may be an address, by which it was grouped.
        return {**own, "ip": address(self.shown.chosen_group.value if self.shown.chosen_group else None)}

    def paged(self) -> str | None:
        return self.copied() or super().paged()

    def copied(self) -> str | None:
        """The record of the event in focus, as CloudTrail wrote it; of a group what it has in common."""
        if event := self.shown.chosen:
            return "\n".join(eventtexts.record_lines(event))
        return clean(self.shown.chosen_group.value) if self.shown.chosen_group else None

    def on_table_chosen(self) -> None:
        self.commands_changed()

    def do_record(self) -> None:
        from tui.screens.events.record import RecordScreen

        if self.shown.chosen:
            self.app.push_screen(RecordScreen(self.shown.chosen, self.subject))
        else:
            self.shown.narrow()
            self._entitle()

    def do_whole_head(self) -> None:
        self._wanted_whole = not self._whole
        self._draw()

    def do_by_address(self) -> None:
        self._count_by("address")

    def do_by_agent(self) -> None:
        self._count_by("agent")

    def do_by_region(self) -> None:
        self._count_by("region")

    def do_by_resource(self) -> None:
        self._count_by("resource")

    def do_by_error(self) -> None:
        self._count_by("error")

    def _count_by(self, side: str) -> None:
        self.shown.count_by(SIDES[side])
        self._entitle()

    def do_suspect(self) -> None:
        review, event = self._work.review, self.shown.chosen
        if review and event:
            since = None if event.time == review.marks.suspected else event.time
            self._keep_on("marking the moment", partial(self._suspect, review, since))

    async def _suspect(self, review: Review, since: datetime | None) -> None:
        if self._handling:
            await self._handling.suspect(since)
            return
        marks = replace(review.marks, suspected=since)
        self._work.end(await asyncio.to_thread(judged, review, marks, self.stanch.options.now()))

    def do_export(self) -> None:
        if self._handling:
            self._keep_on("exporting the records", partial(self._export, self._handling, self.shown.events))

    async def _export(self, handling: Handling, events: Sequence[Event]) -> None:
        self.say(await handling.export(events))

    def _keep_on(self, doing: str, work: Callable[[], Awaitable[None]]) -> None:
        """Not in the key's own turn: AWS and the disk may take long, and all other keys would wait for it."""
        if self._doing:
            self.say(f"Still {self._doing}: press the key again after that.")
            return
        self._doing = doing
        self.say(f"{doing[:1].upper()}{doing[1:]}…", topic="doing")
        self.run_worker(self._kept_on(doing, work), group="doing")

    async def _kept_on(self, doing: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Stopped as error:
            self.report(doing, error)
        finally:
            self._doing = ""
            self.hush("doing")

    def do_findings(self) -> None:
        from tui.screens.events.record import FindingsScreen

        if self._work.review:
            self.app.push_screen(FindingsScreen(self._work.review, self.subject))

    def do_stop(self) -> None:
        self._work.stop()

    def do_refresh(self) -> None:
        if self._work.running:
            self.say("Still reading: press esc to stop first.")
        else:
            self._begin()

    def do_filter_events(self) -> None:
        # Shown before it is focused: what is typed at once must go there, and not be taken for commands.
        self.query_one("#filter-line").display = True
        self.set_focus(self.query_one("#filter", Input))
        # Until something is typed there is time.
        self.run_worker(asyncio.to_thread(self.shown.finder.prepare), group="finder", exclusive=True)

    async def do_back(self) -> None:
        """First the group and the filter, then what is being read, then the screen."""
        if self.shown.widen():
            self._entitle()
        elif self.query_one("#filter-line").display:
            self.query_one("#filter", Input).value = ""
            self.query_one("#filter-line").display = False
            self.shown.focus_rows()
        elif self._work.running and not self._work.stopping:
            self._work.stop()
            self.say("Stopping: what was found is shown. esc again leaves.")
        else:
            await self.stanch.back()

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        self.shown.filter(event.value)
        self._entitle()

    def _filtered(self) -> None:
        text = self.query_one("#filter", Input).value
        self.query_one("#filter-line").display = bool(text.strip())
        self.shown.focus_rows()
