"""The log groups' switch: chosen groups stop taking bearer tokens, anybody's, and take them again."""

from __future__ import annotations

from dataclasses import replace

from textual.widget import Widget

from services.aws.logs import LogGroup
from services.base.text import clean
from services.cases.plan import LeverName
from services.incident.groups import switched_off
from services.incident.handling import Handling
from services.incident.outcome import Stopped
from services.keys.holdings import Unreadable
from services.traffic.traffic import GroupFlow, Traffic, find_groups
from tui.commands.bindings import bindings
from tui.flows.view import short_state
from tui.flows.window import recent
from tui.look import words
from tui.look.columns import Column
from tui.look.lines import Line, Span
from tui.screens.runbook.commands import GROUPS
from tui.screens.runbook.lever import LeverScreen
from tui.widgets.table import Table

Place = tuple[str, str]
"""A log group's name and Region."""


class GroupsScreen(LeverScreen):
    scope = GROUPS
    BINDINGS = bindings(scope)

    def __init__(self, handling: Handling) -> None:
        super().__init__(handling)
        self._groups: tuple[LogGroup, ...] | None = None
        self._unreadable: tuple[Unreadable, ...] = ()
        self._marked: set[Place] = set()
        self._off_by_us: set[Place] = set()
        self._flows: dict[Place, GroupFlow] = {}
        self._traffic: Traffic | None = None

    @property
    def table(self) -> Table[LogGroup]:
        return self.query_one("#rows", Table)

    def table_widget(self) -> Widget:
        columns: tuple[Column[LogGroup], ...] = (
            Column("", self._mark, 1, gap=1),
            Column("LOG GROUP", lambda group: (clean(group.name), "strong"), 28, flex=1),
            Column("REGION", lambda group: (group.region, "text"), 12, drop=1),
            Column("TOKENS", self._switch, 10),
            Column("FLOW", self._flow, 21, drop=2),
        )
        return Table(columns, lambda group: f"{group.name}@{group.region}", id="rows", marks=True)

    def copied(self) -> str | None:
        group = self.table.chosen
        return clean(group.name) if group else None

    async def read(self) -> None:
        handling, options = self._handling, self.stanch.options
        found, self._unreadable = await find_groups(handling.aws, await handling.aws.regions())
        if handling.runbook:
            self._off_by_us = set(switched_off(handling.runbook.situation()))
        self._groups = tuple(sorted(found, key=lambda group: (not group.bearer_enabled, *_place(group))))
        self._marked &= {_place(group) for group in found if group.bearer_enabled}
        self._show()
        self._traffic = self._traffic or Traffic(handling.aws, options.period_seconds, now=options.now)
        since, until = recent(options.now(), options.period_seconds)
        try:
            reading = await self._traffic.read(self._groups, since, until)
        except Stopped as error:
            # The switch can be used without.
            self.stanch.keep("reading IncomingBytes", error)
            return
        self._flows = {(flow.log_group, flow.region): flow for flow in reading.groups}
        self._show()

    def summary(self) -> Line:
        if self._groups is None:
            return ((" looking for log groups…", "quiet"),)
        on = sum(group.bearer_enabled is True for group in self._groups)
        marked = f" · {len(self._marked)} marked" if self._marked else ""
        told = f" {words.count(len(self._groups), 'log group')} · {on} with bearer tokens on{marked}"
        return ((told, "text"),)

    def unread(self) -> str | None:
        if not self._unreadable:
            return None
        parts = ", ".join(part.what for part in self._unreadable)
        return f"Not read, so not known: {parts}. {self._unreadable[0].error}"

    def chosen_told(self) -> tuple[str, list[Line]]:
        group = self.table.chosen
        if group is None:
            return "", []
        lines: list[Line] = [((clean(group.name), "strong"), (f" in {group.region}", "text"))]
        if flow := self._flows.get(_place(group)):
            lines.append((("flow ", "quiet"), (f"{flow.state}: {flow.words}", "text")))
        switch = "When off, every bearer token is denied here, whoever sends it; signed calls still work."
        return "log group", [*lines, ((switch, "quiet"),)]

    def refuses(self, command_id: str) -> str | None:
        if command_id not in ("switch_off", "switch_on", "mark") or not self.is_mounted:
            return None
        group = self.table.chosen
        if group is None:
            return "there is no log group" if self._groups is not None else "not read yet"
        if command_id == "mark":
            return None if group.bearer_enabled else "it accepts no bearer tokens"
        if self.read_only:
            return "started with --read-only"
        if LeverName.GROUPS in self._handling.under_way:
            return "under way"
        if command_id == "switch_off" and not self._marked and not group.bearer_enabled:
            return "it accepts no bearer tokens already"
        return None

    def do_mark(self) -> None:
        if group := self.table.chosen:
            self._marked ^= {_place(group)}
            self._show()

    def do_switch_off(self) -> None:
        group = self.table.chosen
        places = sorted(self._marked) or ([_place(group)] if group else [])
        options = replace(
            self._handling.options, log_groups=tuple(f"{name}@{region}" for name, region in places)
        )
        self.ask(lambda asking: asking.pull(LeverName.GROUPS, options))

    def do_switch_on(self) -> None:
        options = self._handling.options
        self.ask(lambda asking: asking.pull(LeverName.GROUPS, options, undo=True))

    def _show(self) -> None:
        if not self.drawable:
            return
        self.table.show(self._groups or ())
        self.draw()

    def _mark(self, group: LogGroup) -> Span:
        return ("●" if _place(group) in self._marked else " ", "accent")

    def _switch(self, group: LogGroup) -> Span:
        if group.bearer_enabled:
            return ("on", "warn")
        return ("turned off", "good") if _place(group) in self._off_by_us else ("off", "quiet")

    def _flow(self, group: LogGroup) -> Span:
        flow = self._flows.get(_place(group))
        return (short_state(flow, self.stanch.options.period_seconds) if flow else "", "text")


def _place(group: LogGroup) -> Place:
    return group.name, group.region
