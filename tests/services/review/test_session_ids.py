"""What was read once is read again only where a session that was opened may stand in it, and then always."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.review import sessionids
from services.review.model import Subject, Window
from services.review.review import run_review
from services.review.sessionids import SessionIds
from services.review.sources.s3 import OBJECTS_IN_FLIGHT
from tests.services.review.test_follow import deed, identity, ids, key, opens
from tests.services.review.wrapped import ENVELOPES, PACKERS, escaped

Make = Callable[..., dict[str, Any]]
TRAIL = gzip.compress


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def forms(deed: dict[str, Any]) -> dict[str, bytes]:
    """A call of a session, in every form in which a folder may have it."""
    document = compact({"Records": [deed]})
    spelled = compact(deed).replace("ASIA", "\\u0041SIA")
    return {
        "as CloudTrail writes it": TRAIL(document.encode()),
        "not packed": document.encode(),
        "with letters as escapes": TRAIL(f'{{"Records":[{spelled}]}}'.encode()),
        "with any letter as an escape": TRAIL(escaped(document, random.Random(7)).encode()),
        "in a string": TRAIL(compact({"Records": [{"Message": compact(deed)}]}).encode()),
        "two after each other": TRAIL(b'{"Records":[]}' + document.encode()),
        "cut": TRAIL(document.encode() * 40)[:-30],
        **{name: compact(wrap(deed)).encode() for name, wrap in ENVELOPES.items()},
        **{name: pack(document.encode()) for name, pack in PACKERS.items()},
    }


FORMS = sorted(forms({"eventID": "x"}))


@pytest.mark.parametrize("first", [True, False], ids=["read before", "read after"])
@pytest.mark.parametrize("form", FORMS)
async def test_its_calls_are_found_in_every_form(
    tmp_path: Path, record: Make, form: str, first: bool
) -> None:
    done = forms(deed(record, identity(key(1)), "used"))[form]
    (tmp_path / ("a" if first else "z")).write_bytes(done)
    for other in ("m", "n"):
        opened = compact({"Records": [opens(record, 1)]})
        (tmp_path / other).write_bytes(gzip.compress(opened.encode()))
    found = await run_review(None, Subject("alice"), Window.all_time(), source=str(tmp_path))
    assert ids(found) == {"open-1", "used"}


@pytest.mark.parametrize("number", range(20))
async def test_a_tree_over_many_objects_is_the_same_whether_they_are_remembered(
    tmp_path: Path, record: Make, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(number)
    records = [opens(record, each, by=key(rng.randrange(each)) if each else None) for each in range(6)]
    records += [deed(record, identity(key(rng.randrange(9))), f"deed-{each}") for each in range(12)]
    rng.shuffle(records)
    for at in range(0, len(records), 2):
        document = compact({"Records": records[at : at + 2]})
        (tmp_path / f"{at:03}.json.gz").write_bytes(gzip.compress(document.encode()))

    async def found() -> tuple[set[str], int]:
        review = await run_review(None, Subject("alice"), Window.all_time(), source=str(tmp_path))
        return ids(review), review.records_scanned

    remembered = await found()
    monkeypatch.setattr(sessionids, "MOST", 0)
    assert await found() == remembered
    assert len(remembered[0]) >= 6


async def test_of_a_bucket_only_what_may_hold_more_is_fetched_again(
    aws: AwsSession,
    sandbox: Sandbox,
    make_trail: Callable[..., str],
    put: Callable[..., str],
    record: Make,
    window: Window,
) -> None:
    make_trail()
    put(opens(record, 1), day=window.since + timedelta(minutes=5))
    put(deed(record, identity(key(1)), "used"))
    for number in range(20):
        put(deed(record, identity(key(9)), f"a-colleague-{number}"))
    fetched: list[None] = []
    sandbox.faults.on("GetObject", "after", lambda: fetched.append(None))
    found = await run_review(aws, Subject("alice"), window, source="s3")
    assert {"open-1", "used"} <= ids(found)
    # The one that has its call, the one that opened it, and those in flight before that was seen.
    assert len(fetched) <= 22 + 2 + OBJECTS_IN_FLIGHT


def test_what_is_beyond_the_room_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessionids, "MOST", 2)
    seen = SessionIds()
    seen.wanted = True
    for number in range(3):
        seen.remember(f"o{number}", f'"{key(number)}" "{key(number + 10)}"'.encode())
    assert [seen.rule_out(f"o{number}", [key(5)]) for number in range(3)] == [True, False, False]
    assert not seen.rule_out("o0", [key(0), key(5)])
    assert not seen.rule_out("o0", [key(5), "alice-renamed"])


def test_an_id_within_another_text_is_seen() -> None:
    seen = SessionIds()
    seen.wanted = True
    seen.remember("o", f'"ASIA{key(1)}"'.encode())
    assert not seen.rule_out("o", [key(1)])
