"""What a terminal is told to put into its clipboard (OSC 52), through tmux and screen too."""

from __future__ import annotations

import base64
from collections.abc import Mapping

_SCREEN_TAKES = 240
"""Bytes that GNU screen passes on of one string; longer ones it cuts."""


def osc52(text: str, environment: Mapping[str, str]) -> str:
    """The sequence for *text*, wrapped where a multiplexer would else keep it to itself."""
    sequence = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    if environment.get("TMUX"):
        # tmux takes the bare one with `set-clipboard on`, and passes the other with `allow-passthrough on`.
        return f"{sequence}\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
    if environment.get("STY"):
        parts = [sequence[at : at + _SCREEN_TAKES] for at in range(0, len(sequence), _SCREEN_TAKES)]
        return "".join(f"\x1bP{part}\x1b\\" for part in parts)
    return sequence
