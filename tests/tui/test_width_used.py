"""At 120 columns a screen's rows use them: what is told is not pressed into the left half."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.scenario.cast import Scenario
from tests.tui.app.test_typed_ahead import WAYS
from tests.tui.piloting import Driver, driven
from tests.tui.test_every_command import take
from tui.settings.options import Start

SHORT = {"errors", "scan", "note", "identify", "record"}
"""What has little to tell here: no error, one field; a record's lines are as long as they are."""
LEAST = 95
PARTS = 2


def widest(driver: Driver) -> int:
    """The last column that one of the body's lines reaches, rules and edges not counted."""
    body = driver.text.splitlines()[1:-1]
    return max(len(line.rstrip(" │╮╯┐┘")) for line in body if "──" not in line)


@pytest.mark.parametrize("first", range(PARTS))
async def test_rows_use_the_width_there_is(scenario: Scenario, tmp_path: Path, first: int) -> None:
    found: dict[str, int] = {}
    async with driven(tmp_path, Start(), size=(120, 40)) as driver:
        await driver.wait("16 keys", "as of")
        for name in list(WAYS)[first::PARTS]:
            await take(driver, *WAYS[name])
            if name == "issue":
                await driver.wait("CreateServiceSpecificCredential")
            await driver.pilot.pause()
            found[name] = widest(driver)
            await take(driver, "^KEY ID", "=escape")
            await driver.wait("16 keys")
    assert {name: width for name, width in found.items() if width < LEAST and name not in SHORT} == {}
