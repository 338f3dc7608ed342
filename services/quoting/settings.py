"""Values in other programs' settings files."""

from __future__ import annotations

import re

from services.base.text import clean


def yaml_string(text: str) -> str:
    """*text* as one string of YAML, whatever is in it; in ASCII, so that no control is among it."""
    return '"' + re.sub(r"[^ !#-\[\]-~]", _escaped, text) + '"'


def comment(text: str) -> str:
    """*text* for behind a ``#``, which the end of a line would end."""
    return clean(text)


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
