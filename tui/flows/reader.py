"""The IncomingBytes that a runbook watches: of the log groups that take bearer tokens, one at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from services.aws.logs import LogGroup
from services.traffic.traffic import Reading, Traffic, find_groups
from tui.flows.flow import Flow
from tui.flows.marks import Mark
from tui.flows.readout import stats_words
from tui.flows.view import aftermath, aged, changes, flow_of, in_order, strip_words
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
            now = self._options.now()
            since, until = now - self._span, now
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
        now, seconds = self._options.now(), self._reading.period_seconds
        group = aged(group, self._reading, now)
        flow = flow_of(group, self._reading, now, self._span, marks, chosen=False)
        state, word = strip_words(group, seconds)
        told = aftermath(group, marks, seconds, now)
        place = f" · {self._names.index(name) + 1} of {len(self._names)} groups (tab)"
        place = place if len(self._names) > 1 else ""
        numbers = [told.words] if told else list(stats_words(flow))
        notes = [f"{state}{place} · {each}" for each in numbers] + [f"{state}{place}"]
        notes += [f"{word} · {each}" for each in ([told.words, told.short] if told else [])]
        notes += [state, state.partition(",")[0], state.partition(" · ")[0], word]
        return replace(flow, title=f"IncomingBytes {flow.title}", notes=tuple(notes))
