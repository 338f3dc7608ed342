"""Comma-separated values that a spreadsheet takes for text, whoever wrote them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from services.base.text import clean

# What a formula begins with, in the full-width and small forms too; and what a spreadsheet skips before it.
_FORMULA = "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207a-\u207c\u208a-\u208c\u2212]"
_BEGINS = re.compile(rf"[\s\x00-\x20\u00a0\u200b\ufeff�'\"]*{_FORMULA}|[\t\r\n]")
# Where lists are separated by semicolons, a spreadsheet cuts a cell at one.
_AFTER_SEPARATOR = re.compile(rf"([;\t|]\s*)(?={_FORMULA})")


def to_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """*rows* with a header; nothing where there are none."""
    out = io.StringIO()
    if rows:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([inert(row.get(name)) for name in rows[0]] for row in rows)
    return out.getvalue()


def inert(value: object) -> str:
    """*value* as a cell that is no formula; a number stays one."""
    match value:
        case None:
            return ""
        case bool() | int() | float():
            return str(value)
        case list() | tuple():
            text = " ".join(str(part) for part in value)
        case _:
            text = str(value)
    begins = _BEGINS.match(text) or _BEGINS.match(clean(text))
    text = _AFTER_SEPARATOR.sub(r"\1'", clean(text))
    return f"'{text}" if begins else text
