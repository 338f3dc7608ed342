"""Many matching records: their bytes go to a file, and come back as they were."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.review.model import Subject, Window
from services.review.review import run_review
from services.review.spill import Spill


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_raw_records_beyond_the_limit_are_on_disk(
    record: Callable[..., dict[str, Any]],
    packed: Callable[..., bytes],
    window: Window,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.review.collect.KEPT_BYTES", 1000)
    records = [record(eventID=f"{number:02}", minutes=number) for number in range(50)]
    (tmp_path / "a.json.gz").write_bytes(packed(*records, *records))
    review = await run_review(None, Subject("alice"), window, source=str(tmp_path))
    assert [json.loads(event.raw) for event in review.events] == records
    assert 0 < sum(isinstance(event.stored, bytes) for event in review.events) < 50


def test_the_file_has_no_name_and_goes_with_its_last_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = open_files()
    spill = Spill()
    first, second = spill.put(b"one"), spill.put(b"two and more")
    assert (second.read(), first.read()) == (b"two and more", b"one")
    assert open_files() == before + 1
    assert list(tmp_path.iterdir()) == []
    assert "one" not in repr(first)
    del spill, first, second
    gc.collect()
    assert open_files() == before
