"""Reads the traffic for a screen: the log groups once, then one reading a tick, with the cases' marks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.aws.logs import LogGroup
from services.traffic import Reading, Traffic, find_groups
from tui.casemarks import marks_since
from tui.trafficview import reach
from tui.widgets.plot import Mark

if TYPE_CHECKING:
    from tui.app import StanchApp


class TrafficFeed:
    """The log groups called *names*, or all; *reading* and *marks* are what is known by now."""

    def __init__(self, app: StanchApp, names: tuple[str, ...] = ()) -> None:
        self.names = names
        self.groups: tuple[LogGroup, ...] = ()
        self.unfound: str | None = None
        """The parts in which log groups could not be looked for."""
        self.reading: Reading | None = None
        self.marks: tuple[Mark, ...] = ()
        self._app = app
        self._traffic: Traffic | None = None

    @property
    def searched(self) -> bool:
        return self._traffic is not None

    async def read(self, span: timedelta, *, all_groups: bool = False) -> Reading:
        """What came in within *span* into the groups that take bearer tokens, or all; raises AwsError."""
        options = self._app.options
        if self._traffic is None:
            self._traffic = await self._search()
        wanted = tuple(group for group in self.groups if all_groups or self.names or group.bearer_enabled)
        since, until = reach(options.now(), span, options.period_seconds)
        self.reading = await self._traffic.read(wanted, since, until)
        for part in self.reading.unreadable:
            self._app.keep_words(f"reading {part.what}", part.error)
        self.marks = await marks_since(options.state_dir, self._app.context.account, since)
        return self.reading

    def forget(self) -> None:
        """Look for the log groups anew at the next reading."""
        self._traffic = None

    async def _search(self) -> Traffic:
        aws, options = await self._app.aws(), self._app.options
        self.groups, unreadable = await find_groups(aws, await aws.regions(), self.names)
        for part in unreadable:
            self._app.keep_words(f"reading the {part.what}", part.error)
        self.unfound = ", ".join(part.what for part in unreadable) or None
        return Traffic(aws, options.period_seconds, now=options.now)
