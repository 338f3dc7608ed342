"""Results of drills in a folder: kept, read again, and what is there that is none of this version's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.drill import results
from services.drill.page import after, to_html, to_text
from services.drill.results import Result, headline

HOSTILE = "\x1b[2J\x1b]52;c;b3duZWQ=\x07<script>alert(1)</script>\u202e[/bold]"
DOCUMENT: dict[str, Any] = {
    "format": 1,
    "state": "finished",
    "ended_by": "responder",
    "scenario": "logs-key",
    "title": "A logs key that floods a log group",
    "seed": 7,
    "difficulty": "normal",
    "minutes": 30,
    "began": "2026-11-26T08:00:00Z",
    "ended": "2026-11-26T08:10:00Z",
    "seconds": 600,
    "score": 85,
    "parts": [
        {"part": "contain", "title": "Time to contain", "points": 60, "of": 60, "why": "Soon."},
        {"part": "damage", "title": "No needless damage", "points": 25, "of": 40, "why": "A shipper."},
    ],
    "claims": [{"question": "Was the key used", "said": "used", "borne": 1.0, "why": "CloudTrail shows it."}],
    "missed": [],
    "advice": ["Remove it."],
    "timeline": [
        {"at": "2026-11-26T04:00:00Z", "seconds": -14400, "side": "attacker", "words": "Came."},
        {"at": "2026-11-26T08:03:10Z", "seconds": 190, "side": "responder", "words": "UpdateAccessKey"},
    ],
}


def result(drill: str = "one", *, team: str | None = None, **fields: Any) -> Result:
    return results.of_document(DOCUMENT | fields, drill=drill, team=team)


def test_what_was_kept_is_read_again_the_best_first(tmp_path: Path) -> None:
    kept = [
        result("killed", state="unfinished", ended_by=None, score=100),
        result("worse", team="red", score=40),
        result("better", team="blue", score=90),
        result("another", scenario="access-key"),
    ]
    for each in kept:
        results.keep(tmp_path, each, to_html(each))
    found = results.read(tmp_path)
    assert [each.drill for each in found.found] == ["another", "better", "worse", "killed"]
    assert found.skipped == ()
    assert {each.drill: each for each in found.found} == {each.drill: each for each in kept}
    assert headline(found.found[-1]) == "unfinished"
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}


def test_what_is_no_result_of_this_version_is_told_and_left(tmp_path: Path) -> None:
    good = results.keep(tmp_path, result())
    contents = {
        "newer.json": json.dumps({"format": 2, "version": f"9.9.9{HOSTILE}", "anything": 1}),
        "list.json": "[]",
        "text.json": "no JSON",
        "deep.json": "[" * 100_000,
        "part.json": good.read_text()[:200],
        "less.json": json.dumps({"format": 1}),
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "huge.json").touch()
    with (tmp_path / "huge.json").open("r+b") as file:
        file.truncate(results.MOST + 1)
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "notes.txt").write_text("not looked at")
    found = results.read(tmp_path)
    assert [each.drill for each in found.found] == ["one"]
    assert len(found.skipped) == len(contents) + 2
    (newer,) = [each for each in found.skipped if each.startswith("newer.json")]
    assert "format 2, and this one reads format 1." in newer
    assert "\x1b" not in "".join(found.skipped)


@pytest.mark.parametrize("state", ["finished", "unfinished"])
def test_a_debrief_has_both_sides_and_shows_nothing_that_acts(state: str) -> None:
    timeline = [*DOCUMENT["timeline"], {"at": "x", "seconds": 1, "side": "owner", "words": HOSTILE}]
    one = result(team=HOSTILE, missed=[HOSTILE], timeline=timeline, state=state)
    page = to_html(one)
    text = "\n".join(to_text(one))
    for shown in (page, text):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert ("85 of 100" in shown) == (state == "finished")
    assert "<script>" not in page
    assert "default-src &#x27;none&#x27;" in page
    assert page.index("-4:00:00") < page.index("+3:10")
    assert max(map(len, text.splitlines())) <= 78


@pytest.mark.parametrize(("seconds", "told"), [(0, "+0:00"), (-61, "-1:01"), (3725, "+1:02:05")])
def test_a_moment_is_told_from_the_beginning(seconds: int, told: str) -> None:
    assert after(seconds) == told
