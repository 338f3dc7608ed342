"""A flow as numbers in sentences, for whoever has a graph read aloud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import fmean

from tui.flows.flow import Flow
from tui.flows.timescale import Point
from tui.look import words
from tui.look.lines import Line, fit, wrap

_PARTS = 6
"""Into how many parts the time is cut, each told by its mean."""


def figures(flow: Flow, width: int, height: int) -> list[Line]:
    """*height* lines of *width* cells: the newest, the largest, what was done, how it went."""
    told = [line for sentence in _sentences(flow) for line in wrap(((sentence, "text"),), width - 1)]
    told += [()] * (height - len(told))
    return [fit(((" ", "text"), *line), width) for line in told[:height]]


def _sentences(flow: Flow) -> list[str]:
    size: Callable[[float], str] = words.size if flow.unit == "B" else (lambda count: f"{count:,.0f}")
    within = [(at, value) for at, value in flow.points if flow.since <= at <= flow.now]
    known = [(at, value) for at, value in within if value is not None]
    if not known:
        return ["No points."]
    newest, largest = known[-1], max(known, key=lambda point: point[1])
    gaps = len(within) - len(known)
    sentences = [
        f"Newest {size(newest[1])} at {_time(newest[0], flow)}, largest {size(largest[1])} at "
        f"{_time(largest[0], flow)}; {words.count(len(known), 'point')}, {gaps or 'none'} missing.",
        *(f"{mark.name} at {_time(mark.at, flow)}." for mark in flow.marks if mark.at >= flow.since),
        "Means: " + ", ".join(_means(flow, within, size)) + ".",
    ]
    if usual := [value for _, value in flow.baseline if value is not None]:
        sentences.append(f"Mean of the same hours before: {size(fmean(usual))}.")
    return sentences


def _means(flow: Flow, points: Sequence[Point], size: Callable[[float], str]) -> list[str]:
    step = (flow.until - flow.since) / _PARTS
    told = []
    for number in range(_PARTS):
        begin = flow.since + number * step
        inside = [value for at, value in points if begin <= at < begin + step]
        known = [value for value in inside if value is not None]
        if inside:
            told.append(f"from {_time(begin, flow)} {size(fmean(known)) if known else 'no point'}")
    return told


def _time(moment: datetime, flow: Flow) -> str:
    if flow.until - flow.since > timedelta(days=1):
        return f"{moment:%m-%d %H:%M}"
    return f"{moment:%H:%M:%S}" if flow.period_seconds < 60 else f"{moment:%H:%M}"
