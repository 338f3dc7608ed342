"""What a graph says in numbers: minimum, mean, maximum and last, and the value at the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from services.base.sizes import scaled
from tui.flows.flow import Flow
from tui.flows.timescale import Point
from tui.look import words


@dataclass(frozen=True, slots=True)
class Stats:
    """Of the points of the time that is shown; what is missing is not counted."""

    least: Point
    mean: float
    most: Point
    last: Point
    known: int
    missing: int


def stats(flow: Flow) -> Stats | None:
    shown = [point for point in flow.shown if point[0] <= flow.now]
    known = [point for point in shown if point[1] is not None]
    if not known:
        return None
    values = [value for _, value in known if value is not None]
    least, most = min(known, key=_value), max(known, key=_value)
    return Stats(least, fmean(values), most, known[-1], len(known), len(shown) - len(known))


def _value(point: Point) -> float:
    return point[1] or 0


def stats_words(flow: Flow) -> tuple[str, ...]:
    """``min 1.2  mean 12.4  max 20.1  last 18.4 MB/min``, and shorter."""
    found = stats(flow)
    if found is None:
        return ()
    *parts, unit = alike([_value(found.least), found.mean, _value(found.most), _value(found.last)], flow)
    names = ("min", "mean", "max", "last")
    told = [f"{name} {part}" for name, part in zip(names, parts, strict=True)]
    return " ".join(told) + unit, f"{told[2]} {told[3]}{unit}"


def cursor_words(flow: Flow) -> str:
    """``13:42 18.4 MB/min``; empty where there is no cursor."""
    if flow.cursor is None:
        return ""
    value = next((value for at, value in flow.points if at == flow.cursor), None)
    return f"{clock(flow.cursor, flow)} {'no point' if value is None else amount(value, flow)}"


def amount(value: float, flow: Flow) -> str:
    """``18.4 MB/min``, ``12 events/s``."""
    told = words.size(value) if flow.unit == "B" else f"{_count(value)} event{'' if value == 1 else 's'}"
    return f"{told}/{words.per(flow.per_seconds)}"


def alike(values: Sequence[float], flow: Flow) -> list[str]:
    """*values* in the unit of the largest, and that unit."""
    per = words.per(flow.per_seconds)
    if flow.unit != "B":
        return [*(_count(value) for value in values), f"/{per}"]
    most, unit = scaled(max(values))
    share = most / max(values) if max(values) else 1
    digits = 0 if not unit or most >= 100 else 1
    return [*(f"{value * share:.{digits}f}" for value in values), f" {unit}B/{per}"]


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def clock(moment: datetime, flow: Flow) -> str:
    if flow.until - flow.since > timedelta(days=1, hours=3):
        return f"{moment:%m-%d %H:%M}"
    return f"{moment:%H:%M:%S}" if flow.period_seconds < 60 else f"{moment:%H:%M}"
