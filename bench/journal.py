"""A case with a long journal: opened, verified and folded once, and appended to as cheaply as a short one."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.measure import Row
from services.aws.where import Where
from services.base import clock
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.lines import encode, hash_of
from services.cases.reading import reading_of

LINES = 100_000
APPENDS = 40
KEY, ACCOUNT = "ACCAEXAMPLEEXAMPLEEXA", "123456789012"


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as short, tempfile.TemporaryDirectory() as long:
        _case(Path(short), 10)
        _case(Path(long), LINES)
        reading_of.cache_clear()
        began = time.process_time()
        case = _opened(Path(long))
        seconds = time.process_time() - began
        yield Row(f"a case of {LINES:,} lines opened and verified", seconds, 1.0, unit=" s")
        value = _appending(case) / _appending(_opened(Path(short)))
        yield Row(f"one line appended to {LINES:,} and folded, against a short journal", value, 1.5)


def _opened(state_dir: Path) -> Case:
    case = CaseBook(state_dir).open_case_of(KEY, Where(ACCOUNT))
    assert case
    case.enter(f"arn:aws:iam::{ACCOUNT}:user/responder")
    assert case.state().opened["key_id"] == KEY
    return case


def _appending(case: Case) -> float:
    def once() -> float:
        began = time.process_time()
        case.append("verified", step="deactivate", state="confirmed", words="Inactive")
        case.state()
        return time.process_time() - began

    return median(once() for _ in range(APPENDS))


def _case(state_dir: Path, lines: int) -> None:
    """Written as the journal writes it, but for waiting for the disk at each line."""
    opened = {"key_id": KEY, "user": "web", "service": "logs.amazonaws.com", "account": ACCOUNT}
    case = CaseBook(state_dir).begin({**opened, "status": "Active"}, clock.now())
    last = case.journal.reading.last
    assert last
    seq, digest, at = last.seq, last.hash, clock.rfc3339(clock.now())
    with case.journal.path.open("ab") as file:
        for number in range(lines):
            seq += 1
            data: dict[str, object] = {"text": f"number {number} of what a long night leaves behind"}
            kind = "note"
            if number % 4 == 0:
                kind, data = "verified", {"step": "deactivate", "state": "confirmed", "words": "Inactive"}
            fields = {"seq": seq, "at": at, "prev": digest, "kind": kind, "data": data}
            digest = hash_of(fields)
            file.write(encode(fields | {"hash": digest}) + b"\n")
    (case.folder / "head.json").write_bytes(encode({"seq": seq, "hash": digest}))
