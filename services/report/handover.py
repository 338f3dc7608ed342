"""A case's rows in the forms that other tools take: Timesketch's JSON lines, and CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC

from services.quoting.spreadsheet import to_csv
from services.report.document import plain
from services.report.rows import CALL, Row
from services.report.unsecret import cleared

_FIRST = ("message", "datetime", "timestamp_desc", "timestamp", "data_type", "case")
"""Timesketch requires the first three in every row."""


def timesketch(case_id: str, rows: Iterable[Row]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in _documents(case_id, rows))


def comma_separated(case_id: str, rows: Iterable[Row]) -> str:
    """The same fields in columns; every cell is text to a spreadsheet."""
    every = list(_documents(case_id, rows))
    columns = list(dict.fromkeys((*_FIRST, *(name for each in every for name in each))))
    return to_csv([{name: each.get(name) for name in columns} for each in every]) or ",".join(_FIRST) + "\n"


def _documents(case_id: str, rows: Iterable[Row]) -> Iterable[Mapping[str, object]]:
    for row in rows:
        when = row.at.astimezone(UTC)
        kind = "cloudtrail" if row.desc == CALL else "journal"
        document = {
            "message": row.message,
            "datetime": when.isoformat(timespec="microseconds"),
            "timestamp_desc": row.desc,
            "timestamp": int(when.timestamp() * 1_000_000),
            "data_type": f"stanch:case:{kind}",
            "case": case_id,
        }
        # Tools write their own fields over ours of the same name.
        named = {
            f"event_{name}" if name in ("name", "source") else name: value
            for name, value in row.fields.items()
        }
        yield cleared(plain(document | named))


FORMATS: Mapping[str, Callable[[str, Iterable[Row]], str]] = {
    "timesketch": timesketch,
    "csv": comma_separated,
}
