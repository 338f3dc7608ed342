"""A screen saved to be shown around: as it is, and without what may be a secret."""

from __future__ import annotations

import random
import stat
import string
from pathlib import Path

import pytest

from sandbox.wire.server import Sandbox
from services.cases.secret import Secret
from tests.tui.piloting import driven
from tui.app.screenshot import masked
from tui.dialogs.secret import SecretDialog
from tui.settings.options import Start

SECRET_LETTERS = string.ascii_letters + string.digits + "+/"


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_secret_is_left_wherever_its_lines_break(width: int) -> None:
    rng = random.Random(width)
    for length in (40, 52, 120, 152, 400):
        secret = "".join(rng.choices(SECRET_LETTERS, k=length))
        broken = [secret[at : at + width] for at in range(0, length, width)]
        lines = ["│ a note ", *(f"│ {line}" for line in broken), "│ another line"]
        told = masked(lines)
        assert [len(line) for line in told] == [len(line) for line in lines]
        assert not set("".join(told[1:-1])) - set("│ •")
        assert (told[0], told[-1]) == (lines[0], lines[-1])


def test_an_id_and_a_log_group_are_no_secret() -> None:
    lines = ["ACCAEXAMPLE1A2B3C4D5E  /aws/hlc-logs/my-application-of-a-very-long-name-indeed  active"]
    assert masked(lines) == lines


async def test_the_screen_in_sight_is_saved_for_its_owner_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    async with driven(tmp_path / "state", Start()) as driver:
        await driver.wait("no service-specific credentials")
        await driver.press("colon")
        await driver.type("screenshot")
        await driver.press("enter")
        await driver.wait("Saved ")
        folder = tmp_path / "state" / "screenshots"
        text, drawn = sorted(folder.iterdir(), key=lambda path: path.suffix, reverse=True)
        assert "no service-specific credentials" in text.read_text()
        assert "service-specific" in drawn.read_text()
        assert {stat.S_IMODE(path.stat().st_mode) for path in (text, drawn)} == {0o600}


@pytest.mark.parametrize("length", [40, 84, 136])
async def test_a_secret_in_sight_is_in_neither_file(sandbox: Sandbox, tmp_path: Path, length: int) -> None:
    secret = "".join(random.Random(length).choices(SECRET_LETTERS, k=length))
    async with driven(tmp_path / "state", Start()) as driver:
        await driver.wait("no service-specific credentials")
        await driver.app.push_screen(SecretDialog("ACCAEXAMPLE1A2B3C4D5E", "web", Secret(secret)))
        await driver.press("v")
        await driver.until(lambda: secret in driver.text.replace("\n", ""), "it is not shown")
        drawn = driver.app.save_screenshot_masked()
    for file in (drawn, drawn.with_suffix(".txt")):
        saved = file.read_text(encoding="utf-8").replace("&#160;", " ")
        assert "The secret of ACCAEXAMPLE1A2B3C4D5E" in saved
        assert saved.count("•") == length
        assert not [run for at in range(length - 7) if (run := secret[at : at + 8]) in saved]
