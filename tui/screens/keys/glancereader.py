"""Reads what the inventory tells over its keys: the flows, and whether use is recorded; a few calls each."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from services.aws.errors import AwsError
from tui.screens.keys.glancetexts import Facts

if TYPE_CHECKING:  # the first paint does not wait for what only AWS's answer needs
    from services.audit.doctor import Recorded
    from services.traffic.traffic import GroupFlow
    from tui.flows.feed import TrafficFeed
    from tui.flows.window import Window
    from tui.host import Host
    from tui.look.lines import Line
    from tui.screens.keys.keylist import KeyList

RECORDING_SECONDS = 600.0
"""Trails are seldom changed, and read with two calls each."""


class GlanceReader:
    """*on_change* is called when there is more to show."""

    def __init__(self, host: Host, on_change: Callable[[], None]) -> None:
        self._recorded: tuple[Recorded, ...] | None = None
        self._recorded_at: datetime | None = None
        self._record_trouble: str | None = None
        self._host = host
        self._on_change = on_change
        self._feed: TrafficFeed | None = None
        self._window: Window | None = None
        self._recording_due = 0.0

    def facts(self, keys: KeyList, waiting: str | None) -> Facts:
        """With what is known of the *keys*; *waiting* says why that is not all."""
        context = self._host.context
        return Facts(
            inventory=keys.inventory,
            keys_read=keys.read,
            waiting=waiting,
            cases=context.left_open if context.left_read else None,
            reading=self._feed.reading if self._feed else None,
            flow_trouble=self._feed.trouble if self._feed else None,
            flow_stale=self._feed.stale if self._feed else None,
            recorded=self._recorded,
            recorded_at=self._recorded_at,
            record_trouble=self._record_trouble,
        )

    def again(self) -> None:
        """Ask all of it anew at the next reading."""
        self._recording_due = 0.0
        if self._feed:
            self._feed.forget()

    async def read(self) -> bool:
        from tui.flows.feed import TrafficFeed
        from tui.flows.window import Window, spans

        if self._feed is None or self._window is None:
            seconds = self._host.options.period_seconds
            self._feed = TrafficFeed(self._host)
            self._window = Window(spans(seconds)[0], seconds, compared=None)
        read = await self._feed.read(self._window, self._host.options.now())
        self._on_change()
        if time.monotonic() >= self._recording_due:
            await self._read_recording()
            self._on_change()
        return read

    async def _read_recording(self) -> None:
        from services.audit.doctor import recording_now

        now = self._host.options.now()
        try:
            self._recorded = await recording_now(await self._host.aws(), now)
        except AwsError as error:
            self._host.keep("reading whether use is recorded", error)
            self._record_trouble = str(error)
            return
        self._recorded_at, self._record_trouble = now, None
        self._recording_due = time.monotonic() + RECORDING_SECONDS

    def spark(self, group: GroupFlow, cells: int) -> Line:
        """*group*'s points of the window, drawn in so many cells."""
        from services.traffic.series import binned
        from tui.flows.picture import place_of
        from tui.flows.plot import sparkline, toned
        from tui.look.graphs import STYLES

        picture = self._feed.picture if self._feed else None
        if picture is None or self._host.graphs == "numbers":
            return ()
        since, until = picture.now - picture.window.span, picture.now
        # No more cells than there can be points: what looks like a gap has to be one.
        there = max(1, int((until - since).total_seconds() / picture.window.period_seconds(until)))
        each = max(1, cells // there)
        points = binned(picture.bytes.get(place_of(group), ()), since, until, min(cells, there))
        glyphs = STYLES[self._host.graphs]
        drawn = sparkline(points, len(points), glyphs=glyphs)
        return toned("".join(cell * each for cell in drawn).ljust(cells), glyphs)
