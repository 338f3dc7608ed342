"""The curves a traffic screen asks for, and what it draws of them once they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import fmean

from services.aws.logs import LogGroup
from services.traffic.series import EVENTS, Curve, Point, Series, floor, total
from services.traffic.traffic import FALLING, FLOWING, GroupFlow, Reading, seen_earlier
from tui.flows.marks import Mark
from tui.flows.window import Window

Place = tuple[str, str]
"""A log group's Region and name."""

Curves = Mapping[Place, tuple[Point, ...]]


@dataclass(frozen=True, slots=True)
class Picture:
    """What was read, and what is drawn of it: rates, by the `per_seconds` of the window."""

    reading: Reading
    window: Window
    now: datetime
    bytes: Curves
    usual: Curves
    """The same hours a day or a week before."""
    events: Curves
    """Of the group that is shown large."""
    marks: tuple[Mark, ...] = ()

    def total(self) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
        """The sum of all groups, and of the same hours before.

        It ends where the slowest of what flows ends: a point that one group has not got yet is no fall.
        """
        flowing = [place_of(flow) for flow in self.reading.groups if flow.state in (FLOWING, FALLING)]
        newest = (
            max((at for at, value in self.bytes.get(place, ()) if value is not None), default=None)
            for place in flowing
        )
        ends = [at for at in newest if at is not None]
        known = min(ends, default=self.now)
        summed = tuple(
            (at, value if at <= known else None) for at, value in total(tuple(self.bytes.values()))
        )
        return summed, total(tuple(self.usual.values()))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read of *groups* for *window*; *large* is the group whose events are drawn too."""

    groups: Sequence[LogGroup]
    window: Window
    now: datetime
    large: Place | None = None

    @property
    def curves(self) -> list[Curve]:
        usual = (self.window.compared_curve(group, self.now) for group in self.groups)
        return [
            *(self.window.curve(group, self.now) for group in self.groups),
            *(curve for curve in usual if curve),
            *(self.window.curve(group, self.now, EVENTS) for group in self._large),
        ]

    @property
    def _large(self) -> list[LogGroup]:
        return [group for group in self.groups if _place(group) == self.large]

    def draw(self, reading: Reading, series: Series, marks: tuple[Mark, ...]) -> Picture:
        window, now = self.window, self.now
        drawn = {_place(group): window.points(series, window.curve(group, now)) for group in self.groups}
        usual = {
            _place(group): window.baseline(series, window.compared_curve(group, now), now)
            for group in self.groups
        }
        events = {
            _place(group): window.points(series, window.curve(group, now, EVENTS)) for group in self._large
        }
        flows = {place_of(flow): flow for flow in reading.groups}
        period = timedelta(seconds=window.period_seconds(now))
        groups = tuple(seen_earlier(flow, drawn[place], period, now) for place, flow in flows.items())
        return Picture(
            replace(reading, groups=groups),
            window,
            now,
            {
                place: _with_the_running(
                    points, flows[place], period, now, window.per_seconds / window.finest
                )
                for place, points in drawn.items()
            },
            usual,
            events,
            marks,
        )


def _with_the_running(
    points: tuple[Point, ...], flow: GroupFlow, period: timedelta, now: datetime, share: float
) -> tuple[Point, ...]:
    """A long period is seen while it goes on, by the finer points that there are of it."""
    begun = floor(now, int(period.total_seconds()))
    fine = [value * share for at, value in flow.points if at >= begun and value is not None]
    return tuple(
        (at, fmean(fine) if at == begun and value is None and fine else value) for at, value in points
    )


def place_of(flow: GroupFlow) -> Place:
    return flow.region, flow.log_group


def _place(group: LogGroup) -> Place:
    return group.region, group.name
