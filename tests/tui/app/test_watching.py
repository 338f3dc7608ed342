"""A call that takes long, and a clock that is off, are said on whatever screen is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.wire.server import Sandbox
from services.base import clock
from tests.tui.conftest import LeakedKey
from tests.tui.piloting import driven
from tui.app import watching
from tui.settings.options import Start


async def test_a_call_that_takes_long_is_named_and_hushed(
    leaked_key: LeakedKey, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LONG_SECONDS", 0.5)
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("web")
        sandbox.faults.add("latency:ListServiceSpecificCredentials:60")
        await driver.press("ctrl+r")
        await driver.wait("Waiting for iam ListServiceSpecificCredentials")
        sandbox.faults.clear()
        await driver.wait_gone("Waiting for iam")


async def test_a_clock_that_is_off_is_said(
    leaked_key: LeakedKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) - timedelta(minutes=4))
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("behind AWS's: correct it; times in journals and reports are off by that much")
