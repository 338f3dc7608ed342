"""Records in tables of comma-separated values, as Athena, Lake, Insights and the console download them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import msgspec

from services.review.columns import is_heading, record_of
from services.review.envelope import NO_CALLER, Opened, open_texts

CELL = 128_000_000
"""Characters one cell may have: a record can be large, and stands in one."""

_HINT = re.compile(rb"event_?\s?name|eventVersion|eventID", re.IGNORECASE)
_IN_A_CELL = re.compile(rb'""event(?:Version|Name|ID)""|\\"event(?:Version|Name|ID)\\"')
_DELIMITERS = ",\t;|^\x01"
# Spreadsheets are told the delimiter so.
_ABOVE = re.compile(r"(?:\s*\n|sep=.\r?\n)*", re.IGNORECASE)
ABOVE = 20
"""Lines that may stand above the heading."""

# For the whole process, and so set once: tables are read in threads.
csv.field_size_limit(CELL)


def may_be_table(data: bytes) -> bool:
    """Whether *data* has a heading of several columns, and a record could stand in its rows."""
    above = data.lstrip()[:10_000].split(b"\n")[:ABOVE]
    several = any(line.count(delimiter.encode()) for line in above for delimiter in _DELIMITERS)
    return (several and _HINT.search(data) is not None) or _IN_A_CELL.search(data) is not None


def read_table(data: bytes) -> Opened:
    """The records in its rows, in a cell as JSON or laid out in columns; rows without one are strange."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    found = Opened()
    for columns in _rows(text):
        inner = Opened()
        open_texts((cell for cell in columns.values() if "{" in cell), inner)
        if inner.records:
            found.records += inner.records
        elif record := record_of(columns):
            found.records.append(msgspec.json.encode(record))
        elif "eventname" in {name.lower().replace(" ", "").replace("_", "") for name in columns}:
            found.add_strange(NO_CALLER)
        else:
            found.add_strange("rows without a CloudTrail record")
    return found


def _rows(text: str) -> Iterator[dict[str, str]]:
    above = _ABOVE.match(text)
    text = text[above.end() :] if above else text
    text = text[_heading_at(text) :]
    heading = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), _dialect(heading, text))
    names = next(rows, [])
    if any("{" in name for name in names):
        yield {f"column {number}": cell for number, cell in enumerate(names)}
    for row in rows:
        if is_heading(row):
            # Several downloads, put one behind the other.
            names = row
        elif row:
            yield dict(zip(names, row, strict=False))


def _heading_at(text: str) -> int:
    """Where the line with the columns' names begins: titles may stand above it."""
    at = 0
    for line in text[:10_000].split("\n")[:ABOVE]:
        if any(is_heading(line.strip().replace('"', "").split(delimiter)) for delimiter in _DELIMITERS):
            return at
        at += len(line) + 1
    return 0


def _dialect(heading: str, text: str) -> type[csv.Dialect]:
    # What stands in quotes is no delimiter.
    outside = "".join(heading.split('"')[::2])

    class Dialect(csv.excel):
        delimiter = max(_DELIMITERS, key=outside.count)
        skipinitialspace = True
        quotechar = "'" if "'" in heading and '"' not in heading else '"'
        # Databases write a quote in a cell behind a backslash, spreadsheets twice.
        escapechar = "\\" if '\\"' in text and '""' not in text else None
        doublequote = escapechar is None

    return Dialect
