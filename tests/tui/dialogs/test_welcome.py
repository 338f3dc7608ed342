"""The demo's token is taken as it is shown, by the mouse of any terminal, and can be shown again."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.scenario.cast import Scenario
from tests.tui.piloting import Driver, driven
from tui.dialogs.welcome import AlertDialog, WelcomeDialog
from tui.look.lines import plain, width_of
from tui.settings.options import Start


def lines_of(driver: Driver, token: str) -> str:
    """The lines of the screen that the token is on, from edge to edge."""
    lines = driver.text.splitlines()
    on = [at for at, line in enumerate(lines) if token[:20] in line or token[-20:] in line]
    return "\n".join(lines[on[0] : on[-1] + 1])


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_it_is_pasted_as_it_is_shown(scenario: Scenario, tmp_path: Path, size: tuple[int, int]) -> None:
    assert scenario.leaked
    token = scenario.leaked.token
    options = {"demo": True, "leaked": lambda: token}
    async with driven(tmp_path, Start("inventory"), size=size, **options) as driver:
        await driver.wait("This token was found", ":alert")
        shown = lines_of(driver, token)
        await driver.press("escape")
        await driver.wait("16 keys")
        await driver.press("i")
        await driver.wait("Paste")
        await driver.type(shown)
        await driver.wait(f"{scenario.leaked.key_id}, active")
        assert "truncated" not in driver.text


async def test_it_is_shown_again_and_copied(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scenario.leaked
    token, copied = scenario.leaked.token, list[str]()
    async with driven(tmp_path, Start("inventory"), demo=True, leaked=lambda: token) as driver:
        monkeypatch.setattr(driver.app, "copy_to_clipboard", copied.append)
        await driver.wait("This token was found", ":alert shows this again")
        await driver.press("escape")
        await driver.wait_gone("This token was found")
        await driver.press("colon")
        await driver.type("alert")
        await driver.press("enter")
        await driver.wait("This token was found")
        await driver.press("y")
        assert copied == [token]
        await driver.wait("sent to the terminal's clipboard")
        notices = driver.app.screen.query("Notice")
        assert notices
        assert not any(token[:8] in str(each.render()) for each in notices)
        await driver.press("i")
        await driver.wait(f"{scenario.leaked.key_id}, active")


async def test_where_nothing_leaked_it_says_so(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("16 keys")
        await driver.press("colon")
        await driver.type("alert")
        await driver.press("enter")
        await driver.wait("neither a drill nor the demo")


@pytest.mark.parametrize("width", [20, 40, 60, 78, 80, 200])
def test_nothing_that_is_told_is_cut(width: int) -> None:
    token, alert = "ACWL" + "x" * 130, "A scanner found a key in a public place. " * 9
    for dialog in (WelcomeDialog(token), AlertDialog(alert, token)):
        lines = dialog.told(width)
        assert all(width_of(line) <= width for line in lines)
        assert token in "".join(plain(line).strip() for line in lines)
