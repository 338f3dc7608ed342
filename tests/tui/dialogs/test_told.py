"""What a dialog tells before it is typed into is there as a whole, however narrow the terminal is."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from sandbox.wire.server import Sandbox
from tests.tui.piloting import Driver, driven
from tests.tui.screens.cases.test_cases_screen import CASES
from tui.dialogs.mfacode import MfaCodeDialog
from tui.dialogs.sentence import SentenceDialog

QUESTION = "Enter MFA code for arn:aws:iam::123456789012:mfa/somebody-with-a-long-name"
TROUBLE = "AWS refused the MFA code. It was used (each works once): wait for the next one and try again."


@pytest.mark.parametrize("width", [40, 60, 80, 120])
async def test_no_word_of_it_is_cut(sandbox: Sandbox, tmp_path: Path, width: int) -> None:
    async with driven(tmp_path, CASES, size=(120, 24)) as driver:
        await driver.wait("No case yet")
        for dialog, title, told in (
            (MfaCodeDialog(QUESTION, TROUBLE), "Sign in again", (TROUBLE, f"{QUESTION}:")),
            (SentenceDialog("A reason", TROUBLE), "A reason", (TROUBLE,)),
        ):
            await driver.app.push_screen(dialog)
            await driver.wait(title)
            await driver.pilot.resize_terminal(width, 24)
            await driver.until(partial(whole, driver, *told), "it is cut")
            await driver.type("typed")
            await driver.until(lambda: "•••••" in driver.text or "typed" in driver.text, "it can't be typed")
            await driver.press("escape")
            await driver.pilot.resize_terminal(120, 24)


def whole(driver: Driver, *told: str) -> bool:
    """Whether all of it is there, a word that is longer than a line on several."""
    shown = driver.flat.replace(" ", "")
    return all(each.replace(" ", "") in shown for each in told)


@pytest.mark.parametrize(("kept", "label"), [(True, "enter save"), (False, "enter go on")])
async def test_enter_is_called_what_it_does(sandbox: Sandbox, tmp_path: Path, kept: bool, label: str) -> None:
    async with driven(tmp_path, CASES) as driver:
        await driver.wait("No case yet")
        await driver.app.push_screen(SentenceDialog("A reason", TROUBLE, kept=kept))
        await driver.wait(label)
