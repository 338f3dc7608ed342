"""The records written out are CloudTrail's own, and can be reviewed again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.review.export import json_lines, write
from services.review.model import Subject, Window
from services.review.record import Event
from services.review.review import run_review


async def test_what_is_written_is_reviewed_to_the_same_events(
    record: Callable[..., dict[str, Any]], window: Window, tmp_path: Path
) -> None:
    records = [record(eventID=str(number), minutes=number, userAgent="a\nb") for number in range(5)]
    source = tmp_path / "in.json"
    source.write_text(json.dumps({"Records": records}, indent=4))
    review = await run_review(None, Subject("alice"), window, source=str(source))
    out = tmp_path / "out.jsonl"
    digest = write(review.events, out)
    assert digest == hashlib.sha256(out.read_bytes()).hexdigest()
    assert [json.loads(line) for line in out.read_text().splitlines()] == records
    again = await run_review(None, Subject("alice"), window, source=str(out))
    assert again.events == review.events
    with pytest.raises(FileExistsError):
        write(review.events, out)


def test_a_record_that_is_no_json_becomes_what_was_made_of_it(
    record: Callable[..., dict[str, Any]], as_event: Callable[[dict[str, Any]], Event]
) -> None:
    made = record(userAgent="\ud800")
    (line,) = json_lines([as_event(made)])
    assert json.loads(line)["event_id"] == made["eventID"]
