"""What a graph of one log group shows, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tui.flows.marks import Mark
from tui.flows.timescale import Point


@dataclass(frozen=True, slots=True)
class Layer:
    """One of several flows that are stacked."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything a graph shows, at one moment; *notes* say the same ever more briefly.

    Points and baseline are what came in *per_seconds*. The axis covers [since, until); what is before
    *first* is not of the time that is shown, and after *now* there is nothing yet.
    """

    title: str
    notes: tuple[str, ...]
    points: tuple[Point, ...]
    since: datetime
    until: datetime
    now: datetime
    period_seconds: int
    per_seconds: int = 60
    first: datetime | None = None
    marks: tuple[Mark, ...] = ()
    baseline: tuple[Point, ...] = ()
    layers: tuple[Layer, ...] = ()
    unit: Literal["B", "events"] = "B"
    log: bool = False
    cursor: datetime | None = None
    """The beginning of the period that is read from the graph."""
    stopped: datetime | None = None
    """When what was to stop it was done last: what comes later is drawn in another tone."""

    @property
    def begin(self) -> datetime:
        return max(self.since, self.first or self.since)

    @property
    def period(self) -> timedelta:
        return timedelta(seconds=self.period_seconds)

    @property
    def shown(self) -> tuple[Point, ...]:
        """The points of the time that is shown."""
        return tuple(point for point in self.points if self.begin <= point[0] < self.until)
