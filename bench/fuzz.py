"""Objects damaged at random: whatever comes, the scan must end soon, name the damage and raise nothing."""

from __future__ import annotations

import gzip
import json
import os
import random
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.measure import Row

SECONDS = float(os.environ.get("STANCH_BENCH_FUZZ_SECONDS", "10"))
_TOKENS = (
    b"\x00", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\n", b"\xff\xfe", b"\xed\xa0\x80",
    b"\\ud800", b"NaN", b"1e999", b"null", b"[" * 2000, b'{"a":' * 2000, b'{"Records":[', b"\x1f\x8b\x08",
    b'"eventVersion"', b'"eventTime":"9999-99-99T00:00:00Z"', b'"eventID":{}', "\u202e".encode(),
)  # fmt: skip


def rows() -> Iterator[Row]:
    from services.review.match import Matcher
    from services.review.model import Subject, Window
    from services.review.scan import Scanner

    window = Window(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    scanner = Scanner(Matcher(Subject("alice", "ACCAEXAMPLE1A2B3C4D5E")), window)
    seed = random.SystemRandom().getrandbits(32)
    rng = random.Random(seed)
    count, failed, slowest = 0, 0, 0.0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        data = _object(rng)
        begun = time.perf_counter()
        try:
            scan = scanner.object("fuzzed", data)
            assert scan.records_bad <= scan.records
            assert len(scan.unreadable) >= bool(scan.records_bad)
        except Exception:  # noqa: BLE001 (this is what is counted)
            failed += 1
            print(f"seed {seed}, object {count}: {data[:200]!r}\n{traceback.format_exc()}")
        slowest = max(slowest, time.perf_counter() - begun)
        count += 1
    yield Row("damaged objects that ended the scan", failed, 0, unit="", note=f"of {count:,}, seed {seed}")
    yield Row("the slowest of them", slowest, 1.0, unit="s")


def _object(rng: random.Random) -> bytes:
    records = [_record(rng, number) for number in range(rng.randrange(12))]
    data = rng.choice(
        (
            json.dumps({"Records": records}),
            json.dumps(records),
            "\n".join(json.dumps(record) for record in records),
            json.dumps({"Events": [{"CloudTrailEvent": json.dumps(record)} for record in records]}),
        )
    ).encode()
    data = _damaged(rng, data)
    if rng.random() < 0.5:
        data = gzip.compress(data, 1)
        if rng.random() < 0.5:
            data = _damaged(rng, data)
    return data


def _record(rng: random.Random, number: int) -> dict[str, object]:
    return {
        "eventVersion": "1.11",
        "eventID": str(rng.randrange(6)),
        "eventTime": f"2026-11-20T12:{number:02}:00Z",
        "eventName": rng.choice(("CreateUser", "CallWithBearerToken")),
        "eventSource": rng.choice(("iam.amazonaws.com", "logs.amazonaws.com")),
        "userIdentity": {"type": "IAMUser", "userName": rng.choice(("alice", "bob"))},
        "requestParameters": rng.choice((None, {"userName": "alice"}, {"logGroupName": "\x1b[2J"})),
    }


def _damaged(rng: random.Random, data: bytes) -> bytes:
    for _ in range(rng.randrange(4)):
        at, to = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
        match rng.randrange(4):
            case 0:
                data = data[:at]
            case 1:
                data = data[:at] + rng.choice(_TOKENS) + data[at:]
            case 2:
                data = data[:at] + data[to:]
            case _:
                data = data[:to] + data[at:]
    return data
