"""The same keys on every screen: search, copy, forth and back, help, and a word where a key does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.scenario.cast import Scenario
from tests.tui.piloting import driven
from tui.app.table import load_commands
from tui.frame.searchline import found
from tui.settings.options import Start

load_commands()

ROWS = ["GetRole alpha", "PutKey beta", "GetRole gamma"]


@pytest.mark.parametrize(
    ("words", "place", "by", "at"),
    [
        ("getrole", 0, 1, 2),
        ("getrole", 2, 1, 0),
        ("GETROLE gamma", 0, -1, 2),
        ("put", 1, 1, 1),
        ("x", 0, 1, None),
    ],
)
def test_a_search_goes_on_round_the_end(words: str, place: int, by: int, at: int | None) -> None:
    assert found(ROWS, words, place, by) == at
    assert found((), words, 0, by) is None


async def test_help_marks_and_rows_by_the_mouse(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start("inventory"), size=(120, 40)) as driver:
        await driver.wait("16 keys")
        await driver.pilot.click("#keys", offset=(1, 3))
        await driver.wait("1 marked")
        await driver.pilot.click("#keys", offset=(1, 3))
        await driver.wait_gone("1 marked")
        await driver.press("question_mark")
        await driver.wait("sort. Sort by the next column")
        line = next(at for at, text in enumerate(driver.text.splitlines()) if " sort. Sort by" in text)
        await driver.pilot.click(offset=(30, line))
        await driver.wait("Sorted by key id.")
        await driver.pilot.click("#keys", offset=(30, 2), times=2)
        await driver.wait("no case is open")


async def test_the_same_keys_on_every_screen(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scenario.leaked
    copied: list[str] = []
    async with driven(tmp_path, Start("inventory"), size=(120, 40)) as driver:
        monkeypatch.setattr(driver.app, "copy_to_clipboard", copied.append)
        await driver.wait("16 keys")
        await driver.press("n")
        await driver.wait("next found: / filters here")
        await driver.press("p")
        await driver.wait("p does nothing here (it is: plan on the runbook screen). ? shows what you can do.")
        await driver.press("right_square_bracket")
        await driver.wait("forth: there is no screen to go forward to")
        await driver.press("slash")
        await driver.type("user:hlc")
        await driver.wait("1 of 16")
        await driver.press("enter", "y", "r")
        assert copied.pop() == scenario.leaked.key_id
        await driver.wait("5 · deny")
        await driver.press("y")
        await driver.wait("sent to the terminal's clipboard")
        assert "update-service-specific-credential" in copied.pop()
        await driver.press("e")
        await driver.wait("TIME▾", "CallWithBearerToken")
        await driver.press("enter")
        await driver.wait('"eventName"')
        await driver.press("slash", *"eventid", "enter")
        await driver.wait("'eventid': line")
        place = driver.flat.partition("'eventid': line")[2][:12]
        await driver.press("n")
        await driver.wait(f"'eventid': line{place}")
        await driver.press("y")
        assert '"eventID"' in copied.pop()
        await driver.press("slash", *"aws", "enter")
        await driver.wait("'aws': line")
        lines = [int(driver.flat.partition("'aws': line ")[2].split()[0])]
        for key in ("n", "n", "N"):
            await driver.press(key)
            await driver.until(
                lambda: f"'aws': line {lines[-1]} of" not in driver.flat and "'aws': line" in driver.flat,
                f"{key} stays",
            )
            lines.append(int(driver.flat.partition("'aws': line ")[2].split()[0]))
        assert lines[3] == lines[1] != lines[2]
        await driver.press("slash", *"zzz", "enter", "N")
        await driver.wait("'zzz' is nowhere here.")
        await driver.press("slash", "escape")
        await driver.wait('"eventName"')
        await driver.press("left_square_bracket", "left_square_bracket")
        await driver.wait("5 · deny")
        await driver.press("right_square_bracket")
        await driver.wait("TIME▾")
        await driver.press("escape")
        await driver.wait("5 · deny")
        await driver.press("J", "f1")
        await driver.wait("What you can do here: sentence")
        await driver.press("escape")
        await driver.wait("A note for the case")


async def test_what_was_done_by_name_last_comes_first(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start("inventory"), size=(120, 40)) as driver:
        await driver.wait("16 keys")
        first = list[str]()
        for typed in ("reverse", "errors", ""):
            await driver.press("colon")
            await driver.wait("a command, or a word of what it does")
            lines = driver.text.splitlines()
            field = next(
                at for at, line in enumerate(lines) if "a command, or a word of what it does" in line
            )
            first.append(lines[field + 1])
            if typed:
                await driver.type(typed)
                await driver.press("enter")
                await driver.wait_gone("a command, or a word of what it does")
                if typed == "errors":
                    await driver.wait("in this run")
                    await driver.press("escape")
                    await driver.wait("16 keys")
        assert "reverse" not in first[0]
        assert "reverse" in first[1]
        assert "errors" in first[2]


async def test_the_events_head_leaves_its_rows_room(scenario: Scenario, tmp_path: Path) -> None:
    assert scenario.leaked
    start = Start("events", key_id=scenario.leaked.key_id, user=scenario.leaked.user)
    async with driven(tmp_path, start, size=(80, 24)) as driver:
        await driver.wait("TIME▾", "CallWithBearerToken")
        rows = [line for line in driver.text.splitlines() if "CallWithBearer" in line]
        assert len(rows) >= 8
        # Below the status line what was read, what would have been recorded, and what was found.
        (first, *_) = (at for at, line in enumerate(driver.text.splitlines()) if "‼" in line)
        assert first == 4
