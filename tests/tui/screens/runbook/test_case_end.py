"""The report and the end of a case, from the runbook and from the list of cases."""

from __future__ import annotations

import asyncio
import stat
from functools import partial
from pathlib import Path

import pytest

from services.cases.book import CaseBook
from services.cases.errors import CaseHeld
from tests.tui.conftest import LeakedKey
from tests.tui.piloting import Driver, driven
from tests.tui.screens.cases.test_cases_screen import CASES, begin
from tests.tui.screens.runbook.test_runbook_screen import kinds, opened, state, the_case


def says_whole(driver: Driver, path: Path) -> bool:
    return str(path) in "".join(driver.text.split())


async def test_reports_are_written_into_the_case_and_none_over_another(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("R")
        await driver.wait("report: there is no case yet")
        assert CaseBook(tmp_path).cases() == ()
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")
        folder = the_case(tmp_path).folder
        for number in (1, 2):
            await driver.press("R")
            path = folder / f"report-{number}.html"
            await driver.until(path.exists, "there is no report")
            await driver.until(partial(says_whole, driver, path), "it was not said whole")
            await driver.wait_gone("Writing the report…", 5)
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert leaked_key.key_id in await asyncio.to_thread(path.read_text)
    assert the_case(tmp_path).flaws() == ()


async def test_what_is_still_open_is_said_before_a_case_is_closed(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("5", "enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("5 ✓ deny")
        await driver.press("C")
        await driver.wait("Still open: The deny policy on web is still attached", "Leave it open")
        await driver.press("enter")
        await driver.wait_gone("Leave it open")
        assert state(tmp_path).closed_at is None
        await driver.press("C")
        await driver.wait("Leave it open")
        await driver.press("y")
        await driver.wait("This case is closed")
        assert state(tmp_path).closed_at is not None
        with the_case(tmp_path):
            pass  # the lock was given back
        await driver.press("C")
        await driver.wait("close case: the case is closed")
    assert "stanch-hold-logs" in leaked_key.policies
    closed = the_case(tmp_path).journal.entries()[-1]
    assert closed.kind == "closed"
    assert any("deny policy on web" in words for words in closed.data["remaining"])


async def test_a_case_is_closed_from_the_list(leaked_key: LeakedKey, tmp_path: Path) -> None:
    case = begin(tmp_path, leaked_key.key_id)
    async with driven(tmp_path, CASES) as driver:
        await driver.wait("1 case · 1 open")
        with case:
            await driver.press("C")
            await driver.wait("may still be Active", "Leave it open")
            await driver.press("y")
            await driver.wait("is being worked on by")
        await driver.press("C")
        await driver.wait(
            "Leave it open", "This case belongs to account 123456789012", "(environment) in account"
        )
        await driver.press("y")
        await driver.wait("1 case · 0 open", f"Case {case.id} is closed.")
        await driver.press("C")
        await driver.wait("close case: it is closed already")
    assert kinds(tmp_path).count("closed") == 1


async def test_a_held_case_is_taken_over_knowingly(leaked_key: LeakedKey, tmp_path: Path) -> None:
    case = begin(tmp_path, leaked_key.key_id)
    with case:
        holder = case.holder()
        assert holder is not None
        async with opened(tmp_path, leaked_key) as driver:
            await driver.wait(f"Case {case.id} is being worked on by", "T takes it over")
            await driver.press("T")
            await driver.wait(
                f"Take over case {case.id}?",
                f"{holder.who} on {holder.host} has been working on it since",
                "process",
                "This case belongs to account 123456789012",
                "(environment)",
            )
            await driver.press("enter")
            await driver.wait_gone("Leave it to them")
            case.append("note", text="still mine")
            await driver.press("T")
            await driver.wait("Leave it to them")
            await driver.press("y")
            await driver.wait(f"Case {case.id} is yours now.")
            await driver.wait_gone("You can still plan")
            with pytest.raises(CaseHeld):
                case.append("note", text="not mine any more")
            await driver.press("enter")
            await driver.wait("Leave it")
            await driver.press("y")
            await driver.wait("1 ✓ deactivate")
            await driver.press("T")
            await driver.wait("take over: nobody else works on this case")
    assert leaked_key.keys == {leaked_key.key_id: "Inactive"}
    assert the_case(tmp_path).flaws() == ()
    assert any("taken over from" in str(entry.data.get("text")) for entry in case.journal.entries())


async def test_a_case_lost_to_a_colleague_is_noticed_and_nothing_is_sent(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("J")
        await driver.wait("A note for the case")
        await driver.type("x")
        await driver.press("enter")
        await driver.wait("Note added to the journal")
        colleague = the_case(tmp_path)
        colleague.take_over()
        try:
            await driver.press("enter")
            await driver.wait("Leave it")
            await driver.press("y")
            await driver.wait("was taken over by", "T takes it over")
            assert leaked_key.keys == {leaked_key.key_id: "Active"}
            colleague.append("note", text="mine")
        finally:
            colleague.__exit__(None, None, None)
    assert "intent" not in kinds(tmp_path)
    assert the_case(tmp_path).flaws() == ()
