"""What is asked over any screen: an MFA code, a drill's alert, the end of a case, and taking one over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
import time_machine

from sandbox.scenario.cast import KeyInUse
from sandbox.wire.server import Sandbox
from services.base.clock import rfc3339
from services.cases.case import Case
from services.cases.holder import Holder
from tests.tui.pictures.album import NOW, Opened, keep, keep_dressed
from tests.tui.screens.cases.test_cases_screen import begin
from tui.dialogs.mfacode import MfaCodeDialog
from tui.settings.options import DrillClock

DEVICE = "Enter MFA code for arn:aws:iam::123456789012:mfa/ada"
REFUSED = (
    "profile production: AWS refused the MFA code. It is wrong or was already used (each code works once): "
    "wait for the next one and try again."
)


async def test_an_mfa_code(opened: Opened, frozen: Sandbox) -> None:
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.app.push_screen(MfaCodeDialog(DEVICE))
        await keep(driver, "mfa-80x24")
        await keep_dressed(driver, "mfa", "120x40", "16-colours")
        await driver.press("enter")
        await driver.wait("Type the code")
        await keep(driver, "mfa-nothing-typed")
        await driver.press("escape")
        await driver.app.push_screen(MfaCodeDialog(DEVICE, REFUSED))
        await driver.type("246810")
        await keep(driver, "mfa-refused")


@dataclass
class Exercise:
    """A drill as it is when it has just begun."""

    ends: datetime | None = NOW + timedelta(minutes=29, seconds=58)
    alert: str | None = (
        "A token was found in a public place. Its service's log group is being flooded. The service of "
        "cloudwatch-logs-hlc reads its key from the secret hlc/logs-key."
    )
    found: str | None = "ACWL" + "x" * 120
    over: Event = field(default_factory=Event)


@pytest.mark.parametrize(
    ("name", "options"),
    [("80x24", {}), ("120x40", {"size": (120, 40)}), ("16-colours", {"theme": "terminal"})],
)
async def test_the_alert_of_a_drill(
    opened: Opened, leaked: KeyInUse, name: str, options: dict[str, Any]
) -> None:
    async with opened(drill=DrillClock("logs-key", Exercise()), **options) as driver:
        await driver.wait("nothing here is real", "16 keys", "its user also has")
        await keep(driver, f"alert-{name}")


async def test_the_end_of_a_case(opened: Opened, leaked: KeyInUse) -> None:
    async with opened("runbook", leaked) as driver:
        await driver.wait("5 · deny Attach")
        await driver.press("5", "enter", "y")
        await driver.wait("5 ✓ deny", "· deny: Deny policy stanch-hold-logs attached")
        await driver.press("C")
        await driver.wait("Leave it open")
        await keep(driver, "close-case-80x24")
        await keep_dressed(driver, "close-case", "120x40", "16-colours")
        await driver.press("y")
        await driver.wait("This case is closed")
        await keep(driver, "runbook-closed")


async def test_a_case_that_somebody_else_has(opened: Opened, leaked: KeyInUse, tmp_path: Path) -> None:
    with time_machine.travel(NOW - timedelta(minutes=17), tick=False):
        case = begin(tmp_path / "state", leaked.key_id, leaked.user)
    with case:
        held_by(case, Holder("grace", "bastion-2", 4242, rfc3339(NOW - timedelta(minutes=17))))
        async with opened("runbook", leaked) as driver:
            await driver.wait("5 · deny Attach", "T takes it over")
            await keep(driver, "runbook-held-by-another")
            await driver.press("T")
            await driver.wait("Leave it to them")
            await keep(driver, "take-over-80x24")
            await keep_dressed(driver, "take-over", "120x40", "16-colours")


def held_by(case: Case, holder: Holder) -> None:
    """As if that one had it: the lock is on the file, whatever stands in it."""
    (case.folder / "lock").write_bytes(msgspec.json.encode(holder))
