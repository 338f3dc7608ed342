"""Whatever has a key can be had by mouse: in each footer, in the help, and in a runbook from row to deed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.widget import Widget

from sandbox.scenario.cast import Scenario
from tests.tui.app.test_typed_ahead import WAYS
from tests.tui.piloting import Driver, driven
from tests.tui.test_every_command import take
from tui.commands import table as commands
from tui.frame.base import Commands
from tui.frame.footer import Footer
from tui.screens.help.screen import HelpPage, HelpScreen
from tui.settings.options import Start

PARTS = 4
TRIES = 3


class Held:
    """Commands are noted and not done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.given: list[str] = []

    def __enter__(self) -> list[str]:
        async def note(screen: Commands[Any], command_id: str) -> None:
            self.given.append(command_id)

        self.given.clear()
        self._patched = self._monkeypatch.context()
        self._patched.__enter__().setattr(Commands, "action_command", note)
        return self.given

    def __exit__(self, *told: object) -> None:
        self._patched.__exit__(None, None, None)


async def click(driver: Driver, widget: Widget, x: int, y: int = 0) -> None:
    there = widget.content_region
    await driver.pilot.click(offset=(there.x + x, there.y + y))


async def click_words(driver: Driver, words: str) -> None:
    """Where *words* stand on the screen."""
    await driver.wait(words)
    at = next(y for y, line in enumerate(driver.text.splitlines()) if words in line)
    await driver.pilot.click(offset=(driver.text.splitlines()[at].index(words) + 1, at))


@pytest.mark.parametrize("first", range(PARTS))
async def test_each_command_in_sight_is_clicked(
    scenario: Scenario,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    first: int,
    counted: Callable[[str], None],
) -> None:
    clicked = 0
    held = Held(monkeypatch)
    async with driven(tmp_path, Start(), size=(200, 40)) as driver:
        await driver.wait("16 keys")
        for name in list(WAYS)[first::PARTS]:
            await take(driver, *WAYS[name])
            footer = driver.app.screen.query_one(Footer)
            assert footer._places, name
            for wanted in [command_id for _, _, command_id in footer._places]:
                with held as given:
                    for _ in range(TRIES):
                        # A reading that ends meanwhile moves them.
                        places = {named: (begin + end) // 2 for begin, end, named in footer._places}
                        if wanted not in places:
                            break
                        await click(driver, footer, places[wanted])
                        if wanted in given:
                            clicked += 1
                            break
                    else:
                        pytest.fail(f"{name}: {wanted} does nothing: {given}")
            await take(driver, "^KEY ID", "=escape")
            await driver.wait("16 keys")
    counted(f"{clicked} commands of {len(WAYS)} screens' footers clicked, part {first}")


@pytest.mark.parametrize("screen", ["inventory", "runbook"])
async def test_each_command_in_the_help_is_clicked(scenario: Scenario, tmp_path: Path, screen: str) -> None:
    assert scenario.leaked
    given, seen = list[str](), set[str]()

    async def note(command_id: str) -> None:
        given.append(command_id)

    start = Start(screen, key_id=scenario.leaked.key_id, user=scenario.leaked.user)  # type: ignore[arg-type]
    async with driven(tmp_path, start, size=(120, 100)) as driver:
        await take(driver, "~16 keys" if screen == "inventory" else "~5 · deny Attach")
        left = {"help"}
        while left - seen:
            await take(driver, "help", "~What you can do here")
            help_ = driver.app.screen
            assert isinstance(help_, HelpScreen)
            help_._about = msgspec.structs.replace(help_._about, do=note)
            page = help_.query_one(HelpPage)
            lines = {named: at for at, named in enumerate(page._ids) if named}
            left = set(lines)
            wanted = min(left - seen)
            await click(driver, page, 20, lines[wanted])
            await driver.wait_gone("What you can do here")
            await driver.until(lambda: given, f"{wanted} is not done")
            assert given.pop() == wanted
            seen.add(wanted)
    assert {"quit", "palette", "copy", "take" if screen == "runbook" else "respond"} <= seen
    assert seen <= {command.id for command in commands.every()}


async def test_a_key_is_made_inactive_with_the_mouse_alone(
    scenario: Scenario, tmp_path: Path, boto: Callable[..., Any]
) -> None:
    assert scenario.leaked
    key = scenario.leaked
    async with driven(tmp_path, Start(), size=(120, 40)) as driver:
        await driver.wait("16 keys", key.key_id)
        await click_words(driver, key.key_id)
        await click_words(driver, "r respond")
        await driver.wait("5 · deny Attach")
        await click_words(driver, "5 · deny")
        await driver.wait("›5 · deny")
        await click_words(driver, "1 · deactivate")
        await driver.wait("›1 · deactivate")
        await click_words(driver, "enter do it")
        await click_words(driver, "[ Leave it ]")
        await driver.wait_gone("Leave it")
        await click_words(driver, "enter do it")
        await click_words(driver, "Make it Inactive ]")
        await driver.wait("1 ✓ deactivate")
        await click_words(driver, "3 · replace")
        await click_words(driver, "x choices")
        await click_words(driver, "‹ Secrets Manager ›")
        await driver.wait_gone("‹ Secrets Manager ›")
        await click_words(driver, "esc back")
    listed = boto("iam").list_service_specific_credentials(UserName=key.user)["ServiceSpecificCredentials"]
    assert {each["ServiceSpecificCredentialId"]: each["Status"] for each in listed}[key.key_id] == "Inactive"
