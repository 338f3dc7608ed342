"""Text in spans, each with a role that the theme colours: measured, cut, wrapped, compared; never drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rich.cells import cell_len, set_cell_size

Role = Literal[
    "text",
    "strong",
    "quiet",
    "greyed",
    "accent",
    "alarm",
    "warn",
    "good",
    "rule",
    "header",
    "cursor",
    "mark",
    "bar",
    "bar 1",
    "bar 2",
    "bar 3",
    "bar 4",
    "bar 5",
    "late bar",
    "dashed 1",
    "dashed 2",
    "dashed 3",
    "dashed 4",
    "dashed 5",
    "stack 1",
    "stack 2",
    "stack 3",
    "stack 4",
    "stack 5",
    "banner",
]
"""Bars are of five tones from the ground up, and late where they come after what was to stop them; dashed
is a cell full of bar with a line through it, and a stack's flows have a colour each; a banner cannot be
overlooked."""

Span = tuple[str, Role]
Line = tuple[Span, ...]

_ID = re.compile(
    r"arn:aws[\w:/.+=@,-]*|\b(?:A[A-Z]{3}[A-Z0-9]{12,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+|\d{12})\b", re.ASCII
)
"""An ARN, a key's ID, a request's, an account's."""
_WORDS = re.compile(r"\s*\S+\s?|\s+")


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def width_of(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)


def fit(line: Line, width: int, *, ellipsis: str = "…") -> Line:
    """*line* in exactly *width* cells: padded, or cut with an ellipsis, never within an ID."""
    used, fitted = 0, []
    for text, role in line:
        length = cell_len(text)
        if used + length > width:
            if (room := width - used - 1) >= 0:
                kept = _before_an_id(text, set_cell_size(text, room))
                fitted.append((kept + ellipsis, role))
                used += cell_len(kept) + cell_len(ellipsis)
            else:
                used = width
            break
        fitted.append((text, role))
        used += length
    if used < width:
        fitted.append((" " * (width - used), "text"))
    return tuple(fitted)


def _before_an_id(text: str, kept: str) -> str:
    """*kept*, the beginning of *text*, without a part of an ID at its end: half of one is another's."""
    for found in _ID.finditer(text):
        if 0 < found.start() < len(kept) < found.end():
            return text[: found.start()].rstrip() + " "
    return kept


def rule(title: str, notes: str | Sequence[str], width: int, *, dash: str = "─") -> Line:
    """*title* to the left and a note after it: the first of *notes* that fits, or none."""
    if not title:
        return ((dash * width, "rule"),)
    if cell_len(title) > width - 4:
        return fit(((dash + " ", "rule"), (title, "strong")), width)
    head: Line = ((dash + " ", "rule"), (title, "strong"), (" ", "rule"))
    used = cell_len(title) + 3
    for note in (notes,) if isinstance(notes, str) else notes:
        if note and used + cell_len(note) + 5 <= width:
            head = (*head, (dash * 2 + " ", "rule"), (note, "quiet"), (" ", "rule"))
            used += cell_len(note) + 4
            break
    return (*head, (dash * max(0, width - used), "rule"))


def wrap(line: Line, width: int, *, indent: int = 0) -> list[Line]:
    """*line* broken between words into lines of at most *width* cells, all but the first indented."""
    lines: list[Line] = []
    current: list[Span] = []
    used = 0
    for text, role in line:
        for word in _WORDS.findall(text):
            rest: str = word
            if used + cell_len(rest.rstrip()) > width and used > indent:
                lines.append(_ended(current))
                current, used = _begun(indent)
                rest = rest.lstrip()
            while rest and used + cell_len(rest.rstrip()) > width:
                first = beginning(rest, max(1, width - used))
                lines.append((*current, (first, role)))
                current, used = _begun(indent)
                rest = rest[len(first) :]
            if rest:
                current.append((rest, role))
                used += cell_len(rest)
    return [*lines, _ended(current)]


def _ended(spans: list[Span]) -> Line:
    """A whole line: blanks at its end have no room kept for them, and would cut its last word."""
    while len(spans) > 1 and not spans[-1][0].strip():
        spans.pop()
    return (*spans[:-1], (spans[-1][0].rstrip(), spans[-1][1])) if spans else ()


def _begun(indent: int) -> tuple[list[Span], int]:
    return ([(" " * indent, "text")] if indent else []), indent


def beginning(word: str, room: int) -> str:
    """As many of its characters as *room* cells hold, and one at least where there is one."""
    taken = used = 0
    for character in word:
        used += cell_len(character)
        if used > room:
            break
        taken += 1
    return word[: max(1, taken)]


def changed(old: Line, new: Line) -> tuple[int, int] | None:
    """The cells (first, count) in which two lines differ, or None where they do not."""
    if old == new:
        return None
    before, after = _characters(old), _characters(new)
    same = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        same += 1
    first = sum(cell_len(character) for character, _ in after[:same])
    last = max(width_of(old), width_of(new))
    tail = 0
    if width_of(old) == width_of(new):
        for one, other in zip(reversed(before[same:]), reversed(after[same:]), strict=False):
            if one != other:
                break
            tail += cell_len(one[0])
    count = last - tail - first
    return (first, count) if count > 0 else None


def _characters(line: Line) -> list[tuple[str, Role]]:
    return [(character, role) for text, role in line for character in text]
