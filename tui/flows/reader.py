"""The IncomingBytes that a runbook watches: of the log groups that take bearer tokens, one at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from services.aws.logs import LogGroup
from services.traffic.traffic import GONE, Reading, Traffic, find_groups
from tui.flows.flow import Flow
from tui.flows.plot import Mark
from tui.flows.view import aftermath, changes, flow_of, in_order, reach
from tui.flows.window import spans
from tui.settings.options import Options

if TYPE_CHECKING:
    from services.aws.session import AwsSession


class FlowReader:
    """Bytes are counted per log group, never per key: those the key was used on come first."""

    def __init__(
        self, options: Options, aws: Callable[[], Awaitable[AwsSession]], found: Callable[[], None]
    ) -> None:
        """*found* is called when the groups are known, and nothing was read of them yet."""
        self._options = options
        self._found = found
        self._aws = aws
        self._span = spans(options.period_seconds)[1]
        self._groups: tuple[LogGroup, ...] | None = None
        self._traffic: Traffic | None = None
        self._reading: Reading | None = None
        self._names: list[tuple[str, str]] = []
        self._shown: tuple[str, str] | None = None
        self.changed: tuple[str, ...] = ()
        """What began or ended with the last reading."""

    @property
    def nothing(self) -> bool:
        """Whether there is known to be no group to read."""
        return self._groups == ()

    @property
    def told(self) -> str:
        """Why there is no graph, where there is none."""
        if self._groups is None:
            return "looking for the log groups that accept bearer tokens"
        return "reading" if self._groups else "no log group accepts bearer tokens here"

    async def read(self) -> None:
        """Read what is new; raises AwsError."""
        aws = await self._aws()
        if self._traffic is None or self._groups is None:
            found, _ = await find_groups(aws, await aws.regions())
            self._groups = tuple(group for group in found if group.bearer_enabled)
            self._traffic = Traffic(aws, self._options.period_seconds, now=self._options.now)
            self._found()
        if self._groups:
            since, until = reach(self._options.now(), self._span, self._options.period_seconds)
            before = self._reading
            self._reading = await self._traffic.read(self._groups, since, until)
            self.changed = tuple(changes(before, self._reading))
            order = [(group.region, group.log_group) for group in in_order(self._reading.groups)]
            self._names = sorted(order, key=lambda name: name not in self._names)

    def next(self) -> None:
        if self._names:
            at = self._names.index(self._shown) if self._shown in self._names else 0
            self._shown = self._names[(at + 1) % len(self._names)]

    def flow(self, marks: tuple[Mark, ...], used: Collection[str] = ()) -> Flow | None:
        """The graph of the group chosen, else of the first; *used* are the groups the key was used on."""
        if self._reading is None or not self._names:
            return None
        ranked = sorted(self._names, key=lambda name: name[1] not in used)
        name = self._shown or ranked[0]
        group = next(each for each in self._reading.groups if (each.region, each.log_group) == name)
        flow = flow_of(group, self._reading, self._options.now(), self._span, marks, chosen=False)
        state, *short = flow.notes
        place = f" · {self._names.index(name) + 1} of {len(self._names)} groups (g)"
        told = aftermath(group, marks, self._reading.period_seconds, self._options.now())
        notes = [f"{state}{place}", state] if len(self._names) > 1 else [state]
        if told:
            gone = group.state == GONE
            notes = [f"{state} · {told.words}", f"{told.words}{place}", told.words]
            notes += [] if gone else [told.short]
        notes += [group.words, group.words.partition(",")[0], *short]
        return replace(flow, title=f"IncomingBytes {flow.title}", notes=tuple(notes))
