"""Reads the traffic for a screen: the log groups once, then one reading a tick, with the cases' marks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from services.aws.errors import AwsError
from services.aws.logs import LogGroup
from services.base.spans import spoken
from services.traffic.traffic import Reading, Traffic, find_groups
from tui.flows.casemarks import marks_since
from tui.flows.picture import Asked, Picture, Place
from tui.flows.window import Window, recent
from tui.look import words
from tui.look.lines import Line

if TYPE_CHECKING:
    from tui.host import Host


class TrafficFeed:
    """The log groups called *names*, or all; *picture* is what was read last."""

    def __init__(self, host: Host, names: tuple[str, ...] = ()) -> None:
        self.names = names
        self.groups: tuple[LogGroup, ...] = ()
        self.unfound: str | None = None
        """The parts in which log groups could not be looked for."""
        self.found = 0
        """Log groups found so far, while they are looked for."""
        self.picture: Picture | None = None
        self.trouble: str | None = None
        """Why the last reading failed."""
        self.on_progress: Callable[[], None] = lambda: None
        self._host = host
        self._regions: tuple[str, ...] = ()
        self._traffic: Traffic | None = None

    @property
    def reading(self) -> Reading | None:
        return self.picture.reading if self.picture else None

    async def read(
        self, window: Window, now: datetime, *, all_groups: bool = False, large: Place | None = None
    ) -> bool:
        """Read what came in within *window* into groups that take bearer tokens, or all; False in trouble.

        Of the group shown *large*, IncomingLogEvents are read too.
        """
        try:
            self.picture = await self._read(window, now, all_groups, large)
        except AwsError as error:
            self._host.keep("reading the traffic", error)
            self.trouble = str(error)
            return False
        self.trouble = None
        return True

    async def _read(self, window: Window, now: datetime, all_groups: bool, large: Place | None) -> Picture:
        if self._traffic is None:
            self._traffic = await self._search()
        traffic = self._traffic
        wanted = [group for group in self.groups if all_groups or self.names or group.bearer_enabled]
        asked = Asked(wanted, window, now, large)
        reading = await traffic.read(wanted, *recent(now, traffic.period_seconds), asked.curves)
        for part in reading.unreadable:
            self._host.keep_words(f"reading {part.what}", part.error)
        since = min(window.frame(now)[0], recent(now, traffic.period_seconds)[0])
        marks = await marks_since(self._host.options.state_dir, self._host.context.where, since)
        return asked.draw(reading, traffic.series, marks)

    def forget(self) -> None:
        """Look for the log groups anew at the next reading."""
        self._traffic = None

    @property
    def waiting(self) -> str | None:
        """What is waited for before there is anything to show."""
        if self._traffic is None and not self.trouble:
            so_far = f" {self.found:,} so far" if self.found else ""
            where = ", ".join(self._regions)
            return f"looking for log groups in {where}…{so_far}" if where else "waiting for AWS…"
        return None if self.reading or self.trouble else "reading the traffic…"

    @property
    def stale(self) -> str | None:
        """What of the picture is older than it should be, or was never found."""
        if self.trouble:
            at = self.reading and f"! not read since {self.reading.at:%H:%M:%S} (! says why)"
            return at or f"! {self.trouble}"
        if self.unfound:
            return f"! not read: {self.unfound}"
        if self.reading and self.reading.unreadable:
            return f"! {', '.join(part.what for part in self.reading.unreadable)} is older"
        return None

    def instead(self, pause_seconds: float) -> list[Line]:
        """What is said where there is nothing to show; *pause_seconds* until it is asked again."""
        if self.trouble:
            return [
                (("‼ ", "alarm"), (self.trouble, "text")),
                (),
                ((f"asking again in {spoken(pause_seconds)}, or at once with ctrl+r", "quiet"),),
            ]
        if self.waiting:
            return [((self.waiting, "quiet"),)]
        lines: list[Line] = []
        if self.names:
            lines.append(((f"No log group is called {' or '.join(self.names)} here.", "text"),))
        elif self.groups:
            told = f"None of {words.count(len(self.groups), 'log group')} accepts bearer tokens here. "
            lines.append(((told, "text"), ("a shows them all", "quiet")))
        else:
            where = "in what could be read" if self.unfound else "here"
            lines.append(((f"There are no log groups {where}.", "text"),))
        lines.append(((f"Regions: {', '.join(self._host.context.regions)}", "quiet"),))
        if self.unfound:
            lines.append((("! ", "warn"), (f"not read: {self.unfound} (! says why)", "warn")))
        return lines

    def _count(self, found: int) -> None:
        self.found += found
        self.on_progress()

    async def _search(self) -> Traffic:
        aws, options = await self._host.aws(), self._host.options
        self.found, self._regions = 0, await aws.regions()
        self.on_progress()
        self.groups, unreadable = await find_groups(aws, self._regions, self.names, on_found=self._count)
        for part in unreadable:
            self._host.keep_words(f"reading the {part.what}", part.error)
        self.unfound = ", ".join(part.what for part in unreadable) or None
        return Traffic(aws, options.period_seconds, now=options.now)
