"""The app as it is set up to go to other accounts, and the ways there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from sandbox.account.world import ACCOUNT
from sandbox.scenario import two_accounts
from tests.tui.piloting import Driver, driven
from tui.settings.accounts import Accounts
from tui.settings.config import Config
from tui.settings.options import Start
from tui.shell.common import Setup
from tui.shell.connecting import as_set_up
from tui.shell.going import go_by


@asynccontextmanager
async def opened(tmp_path: Path, role: str | None = two_accounts.ROLE) -> AsyncIterator[Driver]:
    setup = Setup(None, ("us-east-1",), False, tmp_path, config=Config(accounts=Accounts(role)))
    async with driven(tmp_path, Start(), connect=as_set_up(setup), go=partial(go_by, setup)) as driver:
        await driver.wait(ACCOUNT)
        yield driver


async def palette(driver: Driver, word: str, *answers: str) -> None:
    await driver.press("colon")
    await driver.wait("a command, or a word")
    await driver.type(word)
    await driver.press("enter")
    for title, answer in zip(answers[::2], answers[1::2], strict=True):
        await driver.wait(title)
        await driver.type(answer)
        await driver.press("enter")


def status_line(driver: Driver) -> str:
    # Between one place and the next there is nothing to be seen.
    return driver.text.partition("\n")[0]
