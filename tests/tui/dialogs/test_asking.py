"""What is asked before a case is taken over, whatever stands in its lock."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.cases.holder import Holder
from tests.tui.piloting import driven
from tests.tui.screens.cases.test_cases_screen import CASES, begin
from tui.dialogs.asking import taking_over

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "told"), [("2026-11-23T13:45:09Z", "since 13:45:09"), ("yesterday", "since yesterday")]
)
async def test_since_when_somebody_has_it(tmp_path: Path, since: str, told: str) -> None:
    case = begin(tmp_path, "ACCAAAAAAAAAAAAAAAAAA")
    async with driven(tmp_path, CASES) as driver:
        await driver.wait("1 case")
        holder = Holder("grace", "bastion", 4242, since)
        await driver.app.push_screen(taking_over(case, holder, NOW, driver.app.context))
        await driver.wait(f"grace on bastion has been working on it {told} (process 4242)")
