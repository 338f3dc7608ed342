"""At 60, 80, 120 and 200 columns no ID is cut on what few ever open: an organization, a hook, a drill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from sandbox.scenario.cast import Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.principals import make_user
from tests.tui.abroad import opened, palette
from tests.tui.piloting import driven
from tests.tui.test_nothing_cut import Looked
from tui.commands import hooks, table
from tui.dialogs.mfacode import MfaCodeDialog
from tui.settings.hooks import HookConfig
from tui.settings.options import DrillClock, Start

LONG = "team-payments-and-settlement.log-shipper@eu-central-1"
DEVICE = f"arn:aws:iam::123456789012:mfa/{LONG}"


async def test_no_id_is_cut_of_an_organization(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path
) -> None:
    SCENARIOS["two-accounts"](sandbox.world)
    make_user(boto("iam"), LONG)
    boto("iam").create_service_specific_credential(UserName=LONG, ServiceName="logs.amazonaws.com")
    async with opened(tmp_path) as driver:
        looked = Looked(driver)
        await palette(driver, "organization")
        await driver.wait("2 keys in 2 of 4 accounts · 2 not read", "as of")
        await looked.at("organization")
        assert not looked.found, "\n".join(looked.found)


async def test_no_id_is_cut_of_a_command_of_ones_own(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scenario.leaked
    monkeypatch.setattr(table, "ADDED", [])
    monkeypatch.setattr(table, "BY_ID", dict(table.BY_ID))
    assert hooks.add([HookConfig("tell", f"echo {{user}} {{key_id}} {DEVICE}")]) == ()
    async with driven(tmp_path, Start()) as driver:
        looked = Looked(driver)
        await driver.wait("16 keys", "its user also has")
        await palette(driver, "tell")
        await driver.wait("Run tell?")
        await looked.at("hook asking")
        await driver.press("y")
        await driver.wait("tell ── done")
        await looked.at("hook")
        assert not looked.found, "\n".join(looked.found)


async def test_no_id_is_cut_of_a_question_for_a_code(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start()) as driver:
        looked = Looked(driver)
        await driver.wait("16 keys")
        for trouble in (None, f"profile production: AWS refused the code of {DEVICE}."):
            await driver.app.push_screen(MfaCodeDialog(f"Enter MFA code for {DEVICE}", trouble))
            await looked.at(f"code {trouble or 'asked first'}")
            await driver.press("escape")
        assert not looked.found, "\n".join(looked.found)


@dataclass
class Exercise:
    ends: datetime | None
    alert: str | None
    found: str | None
    over: Event


async def test_no_id_is_cut_of_a_drill(scenario: Scenario, tmp_path: Path) -> None:
    assert scenario.leaked
    leaked = scenario.leaked
    ends = datetime.now(UTC) + timedelta(minutes=29)
    told = f"The key {leaked.key_id} of {DEVICE} was found in a public place, in account 123456789012."
    exercise = Exercise(ends, told, leaked.token, Event())
    async with driven(tmp_path, Start(), drill=DrillClock("logs-key", exercise)) as driver:
        looked = Looked(driver)
        await driver.wait("nothing here is real", "16 keys")
        await looked.at("alert")
        assert not looked.found, "\n".join(looked.found)
