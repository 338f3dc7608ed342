"""The graph by its keys: the cursor reads time and value, the scale changes; and the one word of a strip."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.traffic.traffic import FALLING, FLOWING, GONE, NEVER_SEEN, NO_DATA_YET, UNSURE
from tests.tui.piloting import Driver, driven
from tests.tui.screens.traffic.test_traffic_screen import QUICK, Account, account, group
from tui.flows.view import strip_words
from tui.settings.options import Start

__all__ = ["account"]

READ = re.compile(r"/aws/app ── (\d\d:\d\d:\d\d) 200 B/s")


async def at(driver: Driver) -> str:
    """The time that the cursor reads."""
    await driver.until(lambda: READ.search(driver.text), "the cursor reads nothing")
    found = READ.search(driver.text)
    assert found
    return found[1]


async def test_the_cursor_is_moved_by_keys_and_reads_time_and_value(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    async with driven(tmp_path, Start("traffic"), size=(120, 24), **QUICK) as driver:
        await driver.wait("▶ flowing", "█")
        await driver.press("space")
        await driver.wait("paused at")
        await driver.press("h")
        newest = await at(driver)
        await driver.wait("min 200 mean 200 max 200", "┊")
        await driver.press("h", "h", "h")
        await driver.until(lambda: newest not in driver.text.partition("200 B/s")[0], "it stays")
        earlier = await at(driver)
        assert earlier < newest
        await driver.press("l")
        await driver.until(lambda: earlier not in driver.text.partition("200 B/s")[0], "it stays")
        assert earlier < await at(driver) < newest


async def test_the_scale_is_made_logarithmic_and_back(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 90_000)
    account.group("/aws/low", 50)
    async with driven(tmp_path, Start("traffic"), size=(120, 40), **QUICK) as driver:
        await driver.wait("2 groups", "/aws/low")
        await driver.press("Y")
        await driver.wait("The scale is logarithmic.", "100 kB ┤", "1 B ┼")
        await driver.press("Y")
        await driver.wait("The scale begins at zero.", "0/s ┼")


@pytest.mark.parametrize(
    ("values", "state", "told", "word"),
    [
        ([5.0] * 30, FLOWING, "▶ flowing", "▶ flowing"),
        ([9e6] * 12 + [1e6] * 3, FALLING, "▼ falling", "▼ falling"),
        ([5.0] * 20 + [None] * 20, GONE, "■ stopped at 13:42:00", "■ stopped"),
        (
            [5.0] * 20 + [None] * 4,
            UNSURE,
            "? unknown · no points since 13:58:00: late or stopped",
            "? unknown",
        ),
        ([None] * 60, NEVER_SEEN, "? unknown · no bytes in the last 1 h", "? unknown"),
        ([], NO_DATA_YET, "? unknown · nothing read yet", "? unknown"),
    ],
)
def test_a_strip_says_flowing_falling_stopped_or_unknown(
    values: list[float | None], state: str, told: str, word: str
) -> None:
    flow = group("a", *values)
    assert flow.state == state
    whole, alone = strip_words(flow, 60)
    assert whole.startswith(told)
    assert alone == word
