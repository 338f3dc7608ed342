"""A flow as numbers in sentences, for whoever has a graph read aloud."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from tui.flows.flow import Flow
from tui.flows.readout import amount, clock, cursor_words, stats
from tui.flows.timescale import Point
from tui.look import words
from tui.look.lines import Line, fit, wrap

_PARTS = 6
"""Into how many parts the time is cut, each told by its mean."""


def figures(flow: Flow, width: int, height: int) -> list[Line]:
    """*height* lines of *width* cells: last, least and largest, what was done, how it went."""
    told = [line for sentence in _sentences(flow) for line in wrap(((sentence, "text"),), width - 1)]
    told += [()] * (height - len(told))
    return [fit(((" ", "text"), *line), width) for line in told[:height]]


def _sentences(flow: Flow) -> list[str]:
    found = stats(flow)
    if found is None:
        return ["No points."]
    read = cursor_words(flow)
    sentences = [
        *([f"At {read}."] if read else []),
        f"Last {_told(found.last, flow)}, maximum {_told(found.most, flow)}, minimum "
        f"{_told(found.least, flow)}, mean {amount(found.mean, flow)}; "
        f"{words.count(found.known, 'point')}, {found.missing or 'none'} missing.",
        *(
            f"{number} {mark.name} at {clock(mark.at, flow)}."
            for number, mark in enumerate((each for each in flow.marks if each.at >= flow.begin), 1)
        ),
        "Means: " + ", ".join(_means(flow)) + ".",
    ]
    if usual := [value for _, value in flow.baseline if value is not None]:
        sentences.append(f"Mean of the same hours before: {amount(fmean(usual), flow)}.")
    return sentences


def _told(point: Point, flow: Flow) -> str:
    return f"{amount(point[1] or 0, flow)} at {clock(point[0], flow)}"


def _means(flow: Flow) -> Sequence[str]:
    step = (flow.until - flow.begin) / _PARTS
    told = []
    for number in range(_PARTS):
        begin = flow.begin + number * step
        inside = [value for at, value in flow.shown if begin <= at < begin + step and at <= flow.now]
        known = [value for value in inside if value is not None]
        if inside:
            told.append(f"from {clock(begin, flow)} {amount(fmean(known), flow) if known else 'no point'}")
    return told
