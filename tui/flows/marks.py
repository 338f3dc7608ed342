"""What the runbook did, as numbered marks over the columns of a graph, and the legend to the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len

from tui.flows.timescale import Timescale
from tui.look.lines import Line, Role, Span, width_of

GAP = " · "


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was done, to be seen on the time axis."""

    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A mark in sight: its number in the order of time, and its cell."""

    number: int
    cell: int
    mark: Mark


def numbered(marks: Sequence[Mark], scale: Timescale) -> list[Numbered]:
    inside = [(cell, mark) for mark in marks if (cell := scale.cell(mark.at)) is not None]
    inside.sort(key=lambda each: each[1].at)
    return [Numbered(number, cell, mark) for number, (cell, mark) in enumerate(inside, 1)]


@dataclass(slots=True)
class _Label:
    """The numbers *first* to *last*, written from cell *at*; those of marks too close stand as one."""

    first: Numbered
    last: Numbered
    at: int
    text: str

    @property
    def end(self) -> int:
        return self.at + cell_len(self.text)


def _numbers(marks: Sequence[Numbered], width: int) -> list[_Label]:
    """The numbers of all marks, over their cells, none touching another."""
    labels: list[_Label] = []
    for mark in marks:
        labels.append(_label(mark, mark, width))
        while len(labels) > 1 and labels[-1].at <= labels[-2].end:
            late, early = labels.pop(), labels.pop()
            labels.append(_label(early.first, late.last, width))
    return labels


def _label(first: Numbered, last: Numbered, width: int) -> _Label:
    text = str(first.number) if first is last else f"{first.number}-{last.number}"
    return _Label(first, last, max(0, min(first.cell, width - len(text))), text)


def mark_row(marks: Sequence[Numbered], width: int, *, names: bool) -> list[Span]:
    """A row of *width* cells over a graph: each mark's number over it and, with *names*, its name beside it.

    Names that find no room there stand where there is some, by their number.
    """
    row: list[Span] = [(" ", "text")] * width
    labels = _numbers(marks, width)
    unnamed: list[Numbered] = []
    taken = 0
    for index, label in enumerate(labels):
        limit = labels[index + 1].at - 1 if index + 1 < len(labels) else width
        text, at = label.text, label.at
        name = label.first.mark.name
        if names and label.first is label.last:
            room = cell_len(name) + 1
            if label.end + room <= limit:
                text = f"{label.text} {name}"
            elif label.at - room >= taken:
                text, at = f"{name} {label.text}", label.at - room
            else:
                unnamed.append(label.first)
        elif names:
            unnamed += [mark for mark in marks if label.first.number <= mark.number <= label.last.number]
        _write(row, at, text, "mark")
        taken = at + cell_len(text) + 2
    if unnamed:
        _write_where_free(row, unnamed)
    return row


def _write_where_free(row: list[Span], marks: Sequence[Numbered]) -> None:
    begin, room = _free(row)
    told = ""
    for mark in marks:
        more = f"{told} · {mark.number} {mark.mark.name}" if told else f"{mark.number} {mark.mark.name}"
        if cell_len(more) > room:
            break
        told = more
    _write(row, begin, told, "quiet")


def _free(row: Sequence[Span]) -> tuple[int, int]:
    """The longest stretch with nothing written in it or right beside it: where it begins, and its cells."""
    best, begin = (0, 0), 0
    ends = [at for at, (text, _) in enumerate(row) if text != " "]
    for end in [*ends, len(row) + 2]:
        if end - 2 - begin > best[1]:
            best = begin, end - 2 - begin
        begin = end + 3
    return best


def legend(marks: Sequence[Numbered], width: int, lines: int) -> list[Line]:
    """What the numbers stand for, and when, in at most so many *lines*; what has no room is counted."""
    entries = [(str(mark.number), f"{mark.mark.name} {mark.mark.at:%H:%M:%S}") for mark in marks]
    for shown in range(len(entries), -1, -1):
        left = len(entries) - shown
        rows = _wrapped([*entries[:shown], *([(f"+{left}", "more")] if left else [])], width)
        if len(rows) <= lines:
            return rows
    return []


def _wrapped(entries: Sequence[tuple[str, str]], width: int) -> list[Line]:
    rows: list[Line] = []
    for number, told in entries:
        entry: Line = ((number, "mark"), (f" {told}", "text"))
        if rows and width_of(rows[-1]) + len(GAP) + width_of(entry) <= width:
            rows[-1] = (*rows[-1], (GAP, "quiet"), *entry)
        else:
            rows.append(entry)
    return rows


def _write(row: list[Span], at: int, text: str, role: Role) -> None:
    """Character by character; one that is two cells wide has an empty one after it."""
    for letter in text:
        if wide := cell_len(letter):
            rest: list[Span] = [("", role)] * (wide - 1)
            row[at : at + wide] = [(letter, role), *rest]
            at += wide
