"""Makes text from outside safe to show: every string from AWS may have been written by an attacker."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, zero-width and bidi controls, line and paragraph separators, tags, surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_VISIBLE = {"\n": " ", "\t": " ", "\r": " "}


def clean(text: object, *, limit: int = 4096) -> str:
    """*text* on one line with nothing in it that a terminal acts on; what was taken out shows as ``�``."""
    text = str(text)
    cut = text[: limit + 1]
    safe = _UNSAFE.sub(lambda match: _VISIBLE.get(match[0], "�"), cut)
    return safe if len(cut) <= limit else safe[:limit] + "…"
