"""The screen in sight as text and as SVG, to be shown around: whatever may be a secret is dots in it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.segment import Segment, Segments
from textual.strip import Strip

from services.base.files import creating
from services.base.folders import make_private
from services.keys.recognise import sightings

_LONG = re.compile(r"[A-Za-z0-9+/=]{40,}")
"""As long as the shortest secret, whatever it is of."""
_REST = re.compile(r"[^A-Za-z0-9+/=]*([A-Za-z0-9+/=]+)[^A-Za-z0-9+/=]*$")
_DOT = "•"


def masked(lines: Sequence[str]) -> list[str]:
    """*lines* with each character of what may be a secret as a dot; it may go on in the next line."""
    found: list[str] = []
    goes_on = False
    for line in lines:
        spans = [match.span() for match in _LONG.finditer(line)]
        if line.isascii():
            spans += [(each.start, each.end) for each in sightings(line.encode())]
        if goes_on and not spans and (rest := _REST.match(line)):
            spans.append(rest.span(1))
        text = list(line)
        for start, end in spans:
            text[start:end] = _DOT * (end - start)
        goes_on = any(not line[end:].strip(" │|") for _, end in spans)
        found.append("".join(text))
    return found


def save(strips: Sequence[Strip], width: int, folder: Path, now: datetime) -> Path:
    """Write them into *folder*, as text and as SVG; returns the path of the latter. Raises OSError."""
    lines = masked([strip.text for strip in strips])
    make_private(folder)
    path = folder / f"screen-{now:%Y%m%dT%H%M%S%f}.svg"
    text = "".join(f"{line.rstrip()}\n" for line in lines)
    for each, content in ((path.with_suffix(".txt"), text), (path, _svg(strips, lines, width))):
        with creating(each) as file:
            file.write(content.encode("utf-8", "replace"))
    return path


def _svg(strips: Sequence[Strip], lines: Sequence[str], width: int) -> str:
    console = Console(
        width=width,
        height=len(lines),
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    for strip, line in zip(strips, lines, strict=True):
        at, segments = 0, list[Segment]()
        for text, style, _ in strip:
            segments.append(Segment(line[at : at + len(text)], style))
            at += len(text)
        console.print(Segments([*segments, Segment.line()]), end="")
    return console.export_svg(title="stanch")
