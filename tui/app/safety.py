"""The last gate before the terminal: nothing of what AWS wrote may act on it."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)


class ControlFilter(LineFilter):
    """Takes C0, C1, bidi and zero-width controls out of every line drawn, whatever widget drew it.

    Services clean what they read; this holds where one forgot, and Textual itself filters nothing.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if not any(_ACTING.search(segment.text) for segment in segments):
            return segments
        return [
            Segment(_ACTING.sub(_blank, segment.text), segment.style, segment.control) for segment in segments
        ]


def _blank(found: re.Match[str]) -> str:
    # As wide as the layout took it for, so that what stands beside it stays in place.
    return " " * max(0, cell_len(found[0]))
