"""A drill on the screen: played with the keyboard alone, and never to be taken for the real thing."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from services.drill import results
from tests.tui.terminal import Terminal
from tui.frame.statusline import status
from tui.look.lines import plain
from tui.settings.context import Context
from tui.settings.options import DrillClock

STANCH = str(Path(sys.executable).with_name("stanch"))
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


@dataclass
class Exercise:
    """One that has not begun, where it has no end yet."""

    ends: datetime | None = NOW + timedelta(minutes=29, seconds=58)
    alert: str | None = None
    found: str | None = None
    over: Event = field(default_factory=Event)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_drill_is_told_first_whatever_the_width(width: int) -> None:
    told = Context(account="123456789012", alias="prod", caller="responder", regions=("us-east-1",))
    line = status(replace(told, drill=DrillClock("logs-key", Exercise())), width, NOW)
    assert plain(line).startswith(" DRILL logs-key 00:29:58 ")
    assert line[0][1] == "banner"
    begins = status(replace(told, drill=DrillClock("logs-key", Exercise(ends=None))), width, NOW)
    assert plain(begins).startswith(" DRILL logs-key begins ")


@pytest.mark.pty
@pytest.mark.long
def test_a_drill_that_is_played_with_the_keyboard(tmp_path: Path) -> None:
    state = ["--state-dir", str(tmp_path / "state")]
    drill = [STANCH, *state, "drill", "logs-key", "--seed", "5", "--results", str(tmp_path / "results")]
    with Terminal(drill, {"AWS_PROFILE": "production"}, columns=80, lines=24) as terminal:
        terminal.wait("A drill: nothing here is real", "DRILL logs-key", "ACWL")
        terminal.press("esc")
        terminal.wait_gone("nothing here is real")
        terminal.press(":")
        terminal.type("alert")
        terminal.press("enter")
        terminal.wait("A drill: nothing here is real", "ACWL")
        assert b"\x1b[48;2;78;42;99m" in terminal.raw or b"48;5;" in terminal.raw, "in colours of its own"
        terminal.press("i")
        terminal.wait("key       ACCA", "r respond")
        terminal.press("r")
        terminal.wait("1 · deactivate", "enter do it")
        terminal.press("enter")
        terminal.wait("Leave it")
        terminal.press("y")
        terminal.wait("Inactive (confirmed by AWS")
        terminal.press("q")
        assert terminal.wait_end() == 0
        text = terminal.raw.decode()
    assert re.search(r"Time to contain +25 of 25", text)
    (kept,) = results.read(tmp_path / "results").found
    points = {each.part: (each.points, each.of) for each in kept.parts}
    assert points["detect"] == (10, 10)
    assert points["contain"] == (25, 25)
    assert points["persistence"] == (0, 20)
    assert kept.claims, "the report of the case was judged"
    assert "UpdateServiceSpecificCredential" in str(kept.timeline)
    assert not (tmp_path / "state" / "cases").exists(), "cases of a drill are kept apart"
