"""A word of the command line with its argument is a row to choose, and is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.wire.server import Sandbox
from tests.tui.piloting import driven
from tui.app.app import StanchApp
from tui.commands.words import done, spelled
from tui.settings.options import Options, Start


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("theme l", ["theme light"]),
        ("THEME High", ["theme high-contrast"]),
        ("theme", ["theme dark", "theme midnight", "theme light", "theme high-contrast", "theme terminal"]),
        ("theme pink", []),
        ("themes", []),
        ("", []),
    ],
)
def test_each_argument_that_fits_is_a_row(typed: str, labels: list[str], tmp_path: Path) -> None:
    app = StanchApp(Options(state_dir=tmp_path))
    assert [command.label for command in spelled(typed, app)] == labels
    assert done("theme", app) is None
    assert done("no such", app) is None


async def test_a_theme_and_the_way_out_are_typed(sandbox: Sandbox, tmp_path: Path) -> None:
    async with driven(tmp_path, Start("cases")) as driver:
        await driver.wait("No case yet")
        await driver.press("colon", *"theme li", "enter")
        await driver.wait("Colours: light.")
        assert driver.app.theme == "light"
        await driver.press("colon", *"q", "enter")
        await driver.until(lambda: driver.app.ending, "it did not end")
