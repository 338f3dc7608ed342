"""The picture of the bytes: one graph for each log group, from zero, gaps as gaps, actions as marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.base.sizes import axis_size, nice_top, per, size
from services.report.markup import Safe, el, join
from services.report.model import Report
from services.report.scales import LETTER, Straight
from services.report.words import stamp
from services.traffic.lag import settles_in
from services.traffic.traffic import GroupFlow, Point, Reading

SHOWN = 8
"""Log groups that get a graph; the others are named."""

HEIGHT = 132.0
FOOT = 24.0
ROW = 15.0
"""Height of a row of names of marks."""


@dataclass(frozen=True, slots=True)
class Mark:
    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mark's line, with its name to the right of it or, *turned*, to the left."""

    at: datetime
    names: tuple[str, ...]
    x: float
    row: int = 0
    turned: bool = False
    room: float = 0.0

    @property
    def name(self) -> str:
        """All of its names where there is room for them, else the first and how many more."""
        every, more = " · ".join(self.names), len(self.names) - 1
        told = every if _length(every) <= self.room or not more else f"{self.names[0]} and {more} more"
        fits = int((self.room - 10) / (LETTER + 0.5))
        return told if len(told) <= fits else f"{told[: max(1, fits - 1)]}…"

    @property
    def length(self) -> float:
        return _length(self.name)

    @property
    def reaches(self) -> tuple[float, float]:
        if self.turned:
            return self.x - self.length, self.x + 2
        return self.x - 2, self.x + self.length


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where on the picture one graph is."""

    scale: Straight
    top: float
    bottom: float
    largest: float

    def y(self, value: float) -> float:
        return self.bottom - value / self.largest * (self.bottom - self.top)


def marks(report: Report) -> tuple[Mark, ...]:
    """When AWS had acted on each action."""
    acted = [Mark(at, action.mark) for action in report.actions if (at := action.acted)]
    return tuple(sorted(acted, key=lambda mark: mark.at))


def ranked(reading: Reading) -> tuple[GroupFlow, ...]:
    """The groups that carried most first."""
    return tuple(sorted(reading.groups, key=lambda group: -sum(value or 0.0 for _, value in group.points)))


def graph(group: GroupFlow, reading: Reading, named: Sequence[Mark], width: float) -> Safe | None:
    """The graph of *group*; None where it has no period at all."""
    if not group.points:
        return None
    period = timedelta(seconds=reading.period_seconds)
    start, end = group.points[0][0], max(group.points[-1][0] + period, reading.at)
    scale = Straight(start, end, 64.0, width - 8)
    here = [mark for mark in named if start <= mark.at <= end]
    rows = _rows(here, scale, width)
    top = 10 + ROW * (max((each.row for each in rows), default=-1) + 1)
    most = max((value for _, value in group.points if value is not None), default=0.0)
    frame = _Frame(scale, top, top + HEIGHT, nice_top(most))
    height = frame.bottom + FOOT
    return el(
        "svg",
        el("title", f"IncomingBytes of {group.log_group}, {stamp(start)} to {stamp(end)}"),
        *_grid(frame, per(reading.period_seconds), width),
        *_late(frame, group.points[-1][0] + period, reading.at),
        *(part for run in _runs(group.points, period) for part in _area(run, frame, period)),
        *_drawn(rows, frame),
        class_="graph",
        role="img",
        viewBox=f"0 0 {width:g} {height:g}",
    )


def _grid(frame: _Frame, unit: str, width: float) -> Iterator[Safe]:
    left = frame.scale.left
    for value in (frame.largest, frame.largest / 2):
        y = frame.y(value)
        yield el("line", x1=left, x2=width - 8, y1=y, y2=y, class_="grid")
        yield el("text", axis_size(value), x=left - 7, y=y + 4, text_anchor="end", class_="tick")
    yield el(
        "text", f"per {unit}", x=left - 7, y=frame.y(frame.largest) + 17, text_anchor="end", class_="tick"
    )
    yield el("text", "0", x=left - 7, y=frame.bottom + 4, text_anchor="end", class_="tick")
    yield el("line", x1=left, x2=width - 8, y1=frame.bottom, y2=frame.bottom, class_="axis")
    for tick in frame.scale.ticks(72 if width > 400 else 62):
        x = min(tick.x, width - tick.half)
        yield el("line", x1=tick.x, x2=tick.x, y1=frame.bottom, y2=frame.bottom + 4, class_="axis")
        yield el("text", tick.label, x=x, y=frame.bottom + 17, text_anchor="middle", class_="tick")


def _late(frame: _Frame, read_to: datetime, at: datetime) -> Iterator[Safe]:
    """Where points may still come in: what is missing there proves nothing."""
    x1, x2 = frame.scale.x(min(at - settles_in(timedelta(minutes=1)), read_to)), frame.scale.x(at)
    yield el(
        "rect",
        el("title", "CloudWatch publishes late: points may be missing here"),
        x=x1,
        y=frame.top,
        width=max(0.0, x2 - x1),
        height=frame.bottom - frame.top,
        class_="late",
    )


def _runs(points: Sequence[Point], period: timedelta) -> Iterator[list[tuple[datetime, float]]]:
    """Points that follow each other without a gap."""
    run: list[tuple[datetime, float]] = []
    for at, value in points:
        if value is None or (run and at - run[-1][0] > period):
            if run:
                yield run
            run = []
        if value is not None:
            run.append((at, value))
    if run:
        yield run


def _area(run: Sequence[tuple[datetime, float]], frame: _Frame, period: timedelta) -> tuple[Safe, ...]:
    """Steps, each as wide as its period: a sum is of the whole of it."""
    steps = [(frame.scale.x(at), frame.scale.x(at + period), frame.y(value)) for at, value in run]
    line = f"M{steps[0][0]:.1f} {steps[0][2]:.1f}" + "".join(f"V{y:.1f}H{right:.1f}" for _, right, y in steps)
    ground = f"V{frame.bottom:.1f}H{steps[0][0]:.1f}Z"
    return el("path", d=line + ground, class_="area"), el("path", d=line, class_="line")


def _length(name: str) -> float:
    return len(name) * (LETTER + 0.5) + 10


def _rows(named: Sequence[Mark], scale: Straight, width: float) -> list[_Placed]:
    """Each mark with a row for its name: no name is on another, and no later line goes through one."""
    placed: list[_Placed] = []
    for mark in named:
        x = scale.x(mark.at)
        if placed and x - placed[-1].x < 4:
            # Too close to be told apart: one line and both names.
            placed[-1] = replace(placed[-1], names=(*placed[-1].names, mark.name))
            continue
        placed.append(_Placed(mark.at, (mark.name,), x, room=max(x - scale.left, width - x)))
    for number, each in enumerate(placed):
        # To the left of the first line nothing is in the way; elsewhere only want of room turns a name.
        turned = (number == 0 or each.x + each.length > width) and each.x - each.length > scale.left
        here = replace(each, turned=turned)
        before = [other.row for other in placed[:number] if other.reaches[1] > here.reaches[0]]
        placed[number] = replace(here, row=max(before, default=-1) + 1)
    return placed


def _drawn(rows: Sequence[_Placed], frame: _Frame) -> Iterator[Safe]:
    for each in rows:
        y = 11 + each.row * ROW
        yield el("line", x1=each.x, x2=each.x, y1=y - 9, y2=frame.bottom, class_="mark")
        yield el(
            "text",
            el("title", f"{stamp(each.at)}: {', '.join(each.names)}"),
            each.name,
            x=each.x - 4 if each.turned else each.x + 4,
            y=y,
            text_anchor="end" if each.turned else "start",
            class_="marked",
        )


def both(group: GroupFlow, reading: Reading, named: Sequence[Mark]) -> Safe | None:
    """One graph for a page and one for a telephone; the style sheet shows either."""
    wide, narrow = graph(group, reading, named, 860), graph(group, reading, named, 350)
    if wide is None or narrow is None:
        return None
    return join((el("div", wide, class_="wide"), el("div", narrow, class_="narrow")))


def state(group: GroupFlow) -> str:
    """``flowing, newest point 2 min old``; some words have the state in them."""
    return group.words if group.words.startswith(group.state) else f"{group.state}, {group.words}"


def summary(group: GroupFlow, reading: Reading) -> str:
    """``at most 38.4 MB/min``"""
    carried = [(at, value) for at, value in group.points if value]
    if not carried:
        return "no bytes in this period"
    most = max(value for _, value in carried)
    return f"at most {size(most)}/{per(reading.period_seconds)}"
