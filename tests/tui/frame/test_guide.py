"""A newcomer is led through the five steps on the real screens, and can leave off at any time."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.scenario.cast import Scenario
from services.cases.plan import Deed, State, StepName
from services.cases.state import CaseState, StepState
from tests.tui.piloting import driven
from tests.tui.test_every_command import back_to
from tui.app.clipboard import osc52
from tui.frame import guide
from tui.screens.runbook.screen import RunbookScreen
from tui.settings.options import Start


@pytest.mark.parametrize("taken", range(6))
def test_the_first_step_not_taken_is_next(taken: int) -> None:
    steps: dict[Deed, StepState] = {step: StepState(State.CONFIRMED) for step in list(StepName)[:taken]}
    words = guide.on_runbook(CaseState(steps=steps))
    assert words.startswith(f"{taken + 1} of 5." if taken < 5 else "All five steps are taken")


def test_a_key_that_was_deleted_first_is_not_to_be_stopped() -> None:
    gone = CaseState(steps={StepName.DELETE: StepState(State.CONFIRMED)})
    assert guide.on_runbook(gone).startswith("2 of 5. See what was done")
    # Wherever the cursor is, the guide says what leads to its step.
    for taken, number in enumerate("12345"):
        steps: dict[Deed, StepState] = {step: StepState(State.CONFIRMED) for step in list(StepName)[:taken]}
        assert f"{number}, then enter" in guide.on_runbook(CaseState(steps=steps))


async def test_the_demo_leads_and_w_ends_it(scenario: Scenario, tmp_path: Path) -> None:
    assert scenario.leaked
    start = Start("runbook", key_id=scenario.leaked.key_id, user=scenario.leaked.user)
    async with driven(tmp_path, start, demo=True) as driver:
        await driver.wait("→ 1 of 5. Stop it:", "(W hides this)", "1 · deactivate", "5 · deny Attach")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("→ 2 of 5. See what was done")
        assert isinstance(driver.app.screen, RunbookScreen)
        driver.app.screen.say("A sentence over the guide.")
        await driver.wait("A sentence over the guide.", "→ 2 of 5. See what was done", "(W hides this)")
        await driver.press("e")
        # While it is read, escape would stop that and no more.
        await driver.wait("→ What its user did", "TIME▾")
        await driver.press("W")
        await driver.wait_gone("→ What")
        await back_to(driver, "1 ✓ deactivate")
        assert "→" not in driver.text
        await driver.press("W")
        await driver.wait("→ ")


async def test_on_a_first_run_it_is_offered_once(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path / "new", Start()) as driver:
        await driver.wait("First time here? Press W")
        await driver.press("W")
        await driver.wait("→ Every API key")
    (tmp_path / "new").mkdir(exist_ok=True)
    async with driven(tmp_path / "new", Start()) as driver:
        await driver.wait("16 keys", "its user also has")
        assert "First time" not in driver.text


def test_the_clipboard_is_reached_through_tmux_and_screen() -> None:
    bare = "\x1b]52;c;c2VjcmV0\x07"
    assert osc52("secret", {}) == bare
    assert osc52("secret", {"TMUX": "/tmp/tmux-0/default,1,0"}) == bare + "\x1bPtmux;\x1b" + bare + "\x1b\\"
    assert osc52("secret", {"STY": "1.pts"}) == f"\x1bP{bare}\x1b\\"
    long = osc52("x" * 600, {"STY": "1.pts"})
    parts = long.split("\x1b\\")[:-1]
    assert all(part.startswith("\x1bP") and len(part) <= 242 for part in parts)
    assert "".join(part[2:] for part in parts) == osc52("x" * 600, {})
