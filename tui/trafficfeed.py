"""Reads the traffic for a screen: the log groups once, then one reading a tick, with the cases' marks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from services.aws.logs import LogGroup
from services.traffic import Reading, Traffic, find_groups
from tui.casemarks import marks_since
from tui.trafficpicture import Asked, Picture, Place
from tui.trafficwindow import Window, recent

if TYPE_CHECKING:
    from tui.app import StanchApp


class TrafficFeed:
    """The log groups called *names*, or all; *picture* is what was read last."""

    def __init__(self, app: StanchApp, names: tuple[str, ...] = ()) -> None:
        self.names = names
        self.groups: tuple[LogGroup, ...] = ()
        self.unfound: str | None = None
        """The parts in which log groups could not be looked for."""
        self.picture: Picture | None = None
        self._app = app
        self._traffic: Traffic | None = None

    @property
    def searched(self) -> bool:
        return self._traffic is not None

    @property
    def reading(self) -> Reading | None:
        return self.picture.reading if self.picture else None

    async def read(
        self, window: Window, now: datetime, *, all_groups: bool = False, large: Place | None = None
    ) -> Picture:
        """What came in within *window* into the groups that take bearer tokens, or all; raises AwsError.

        Of the group shown *large*, IncomingLogEvents are read too.
        """
        if self._traffic is None:
            self._traffic = await self._search()
        traffic = self._traffic
        wanted = [group for group in self.groups if all_groups or self.names or group.bearer_enabled]
        asked = Asked(wanted, window, now, large)
        reading = await traffic.read(wanted, *recent(now, traffic.period_seconds), asked.curves)
        for part in reading.unreadable:
            self._app.keep_words(f"reading {part.what}", part.error)
        since = window.frame(now)[0] - window.span
        marks = await marks_since(self._app.options.state_dir, self._app.context.account, since)
        self.picture = asked.draw(reading, traffic.series, marks)
        return self.picture

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
