"""The matching records as JSON lines: CloudTrail's own words, fit to be reviewed again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from services.base import files
from services.review.record import Event


def json_lines(events: Iterable[Event]) -> Iterator[bytes]:
    """Each event's own record on one line; where that is no JSON, what could be made of it."""
    for event in events:
        try:
            # A raw line break is no part of JSON but white space, and formatting takes it out.
            yield msgspec.json.format(event.raw, indent=-1) + b"\n"
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield msgspec.json.encode(event.as_json()) + b"\n"


def write(events: Iterable[Event], path: Path, *, force: bool = False) -> str:
    """Write the records to *path*, a new file of mode 0600, and give its SHA-256; raises OSError.

    With *force* it takes the place of what is there.
    """
    digest = hashlib.sha256()
    with files.replacing(path) if force else files.creating(path) as file:
        for line in json_lines(events):
            file.write(line)
            digest.update(line)
    return digest.hexdigest()
