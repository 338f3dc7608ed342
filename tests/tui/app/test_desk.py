"""A case is never kept from its own responder, and what fails beside a step ends nothing."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from services.cases.book import CaseBook
from services.cases.secret import ToScreen
from services.incident.situation import Options
from tests.tui.conftest import Gate, LeakedKey
from tests.tui.piloting import Driver, driven
from tests.tui.screens.runbook.test_runbook_screen import opened
from tui.routes import ToRunbook
from tui.screens.keys.bulk import Deactivation
from tui.settings.context import Subject
from tui.settings.options import Start


async def begun(driver: Driver) -> None:
    """A case of the key, to be gone on with."""
    await driver.press("enter")
    await driver.wait("Leave it")
    await driver.press("y")
    await driver.wait("1 ✓ deactivate")


async def left_while_it_opens(driver: Driver, key: LeakedKey, gate: Gate) -> threading.Event:
    """The runbook of *key*, which waits for AWS until the event is set."""
    await driver.wait("1 key")
    held = gate("ListServiceSpecificCredentials")
    driver.app.open(ToRunbook(key.key_id, key.user))
    await driver.until(lambda: bool(driver.app.desk._openings), "it is not being opened")
    await driver.press("escape")
    await driver.wait("KEY ID")
    return held


async def test_a_runbook_left_while_its_case_is_gone_on_with_leaves_the_case_to_all(
    leaked_key: LeakedKey, tmp_path: Path, gate: Gate
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await begun(driver)
    async with driven(tmp_path, Start()) as driver:
        held = await left_while_it_opens(driver, leaked_key, gate)
        held.set()
        await driver.until(lambda: not driver.app.desk._openings, "it is being opened for ever")
        (case,) = CaseBook(tmp_path).cases()
        with case:
            pass  # nobody has it
        driver.app.open(ToRunbook(leaked_key.key_id, leaked_key.user))
        await driver.wait("Attach the deny policy to web")
        assert "is being worked on" not in driver.flat


async def test_one_that_is_left_is_not_taken_from_the_next(
    leaked_key: LeakedKey, tmp_path: Path, gate: Gate
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await begun(driver)
    async with driven(tmp_path, Start()) as driver:
        held = await left_while_it_opens(driver, leaked_key, gate)
        driver.app.open(ToRunbook(leaked_key.key_id, leaked_key.user))
        await driver.until(lambda: len(driver.app.desk._openings) == 2, "it is not opened again")
        held.set()
        await driver.wait("Attach the deny policy to web")
        (handling,) = driver.app.desk._handlings
        assert handling.case
        assert handling.case.held
        assert "is being worked on" not in driver.flat


async def test_a_secret_that_was_seen_is_not_asked_about_again_though_the_journal_fails(
    leaked_key: LeakedKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        handling = driver.app.desk._handlings[0]
        handling.options = Options(secret_to=ToScreen())
        await handling.plan()
        await driver.press("3", "enter")
        await driver.wait("Leave it", "Make the new key")
        await driver.press("y")
        await driver.wait("shown only once")
        shutil.rmtree(tmp_path / "cases")
        await driver.press("v", "enter")
        await driver.wait("(! shows it again)")
        assert driver.app.is_running
        assert driver.app._exception is None
        assert driver.app.desk.in_hand() is None


async def test_a_deactivation_that_is_under_way_is_left_out_of_many(
    leaked_key: LeakedKey, tmp_path: Path, gate: Gate
) -> None:
    subject = Subject(leaked_key.key_id, leaked_key.user, "logs.amazonaws.com")
    async with opened(tmp_path, leaked_key) as driver:
        before = Deactivation(driver.app, [subject])
        await before.plan()
        assert len(before.ready) == 1
        held = gate("UpdateServiceSpecificCredential")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.until(lambda: bool(driver.app.desk.under_way()), "it is not under way")
        during = Deactivation(driver.app, [subject])
        await during.plan()
        assert during.ready == ()
        assert "under way already" in during.left_out[0].why
        # It was begun while the question stood.
        assert "1 failed" in await before.carry_out()
        held.set()
        await driver.wait("1 ✓ deactivate")
    assert leaked_key.keys[leaked_key.key_id] == "Inactive"
