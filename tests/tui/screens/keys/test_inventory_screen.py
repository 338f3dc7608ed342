"""The inventory on screen, against the sandbox: loading, empty, partial, error, full, and what keys do."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from sandbox.scenario.cast import KeyInUse
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE
from tests.tui.piloting import Driver, driven
from tui.screens.keys.inventory import InventoryScreen
from tui.settings.context import Subject
from tui.settings.options import Start

Boto = Callable[..., Any]


@pytest.fixture
def leaked(sandbox: Sandbox) -> KeyInUse:
    """The account of the demo, with nobody acting in it."""
    found = SCENARIOS["leaked-key"](sandbox.world).leaked
    assert found is not None
    return found


@pytest.fixture
async def full(leaked: KeyInUse, tmp_path: Path) -> AsyncIterator[Driver]:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("16 keys · 11 active")
        yield driver


def screen(driver: Driver) -> InventoryScreen:
    assert isinstance(driver.app.screen, InventoryScreen)
    return driver.app.screen


def subject(driver: Driver) -> Subject:
    found = screen(driver).subject
    assert found is not None
    return found


def make_keys(boto: Boto, *users: str) -> list[str]:
    iam = boto("iam")
    found = []
    for user in users:
        iam.create_user(UserName=user)
        made = iam.create_service_specific_credential(UserName=user, ServiceName="logs.amazonaws.com")
        found.append(made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])
    return found


async def test_the_worst_stand_first_and_the_chosen_one_is_told(full: Driver, leaked: KeyInUse) -> None:
    screen(full).choose(leaked.key_id)
    await full.wait(
        "cloudwatch-logs-hlc-at-123456789012",
        "‼ never expires",
        "! older than 90 days",
        "its user also has 2 access keys (2 active) and no console password",
        "attached policies: CloudWatchLogsAPIKeyAccess",
    )
    levels = [line[2] for line in full.text.splitlines() if "ACCA" in line[:8]]
    # Of keys that do not work nothing worse is said than "·", and they stand last.
    assert levels == sorted(levels, key=lambda sign: "‼! ".find(sign.replace("·", " ")))
    assert "123456789012" in full.text.splitlines()[0]


async def test_moving_and_choosing(full: Driver) -> None:
    first = subject(full)
    await full.press("j")
    second = subject(full)
    await full.press("k")
    assert subject(full) == first != second
    await full.press("G")
    last = subject(full)
    await full.press("g", "end")
    assert subject(full) == last
    await full.press("pageup", "home")
    assert subject(full) == first


async def test_the_filter_narrows_and_esc_clears_it(full: Driver) -> None:
    await full.press("slash")
    assert screen(full).query_one("#filter", Input).has_focus
    await full.press("escape")
    assert not screen(full).has_class("-filtering")
    await full.press("slash")
    await full.type("[/foo]")
    await full.wait("No key matches “[/foo]”", "esc shows all")
    await full.press("escape", "slash")
    await full.type("age>x")
    await full.wait("age takes a number of days")
    await full.press("escape", "slash")
    await full.type("service:logs -status:active")
    await full.wait("3 of 16 keys shown")
    await full.press("enter")
    assert screen(full).table.has_focus
    await full.press("escape")
    await full.wait("16 keys · 11 active")


async def test_sorting_and_reversing(full: Driver) -> None:
    await full.press("s")
    await full.wait("by key id", "KEY ID▴")
    lowest = subject(full).key_id
    await full.press("S")
    await full.wait("KEY ID▾")
    await full.press("g")
    assert subject(full).key_id > lowest


async def test_a_click_on_a_column_sorts_by_it_and_once_more_turns_it_round(full: Driver) -> None:
    await full.pilot.click("#keys", offset=(30, 0))
    await full.wait("by user", "USER▴")
    await full.pilot.click("#keys", offset=(30, 0))
    await full.wait("by user, reversed", "USER▾")


async def test_the_keys_of_a_user_stand_together(full: Driver) -> None:
    await full.press("1")
    await full.wait("grouped by user", "vendor-a (2)")
    rows = [key.user for key in screen(full).table.rows]
    assert [user for at, user in enumerate(rows) if user not in rows[:at]] == list(dict.fromkeys(rows))
    assert all(rows.count(user) == len(_run(rows, user)) for user in rows)
    await full.press("1")
    await full.wait("No longer grouped.")


def _run(rows: list[str], user: str) -> list[str]:
    """The neighbours of that user, from the first on."""
    first = rows.index(user)
    end = next((at for at in range(first, len(rows)) if rows[at] != user), len(rows))
    return rows[first:end]


async def test_marks_are_kept_while_it_refreshes_and_esc_takes_them_away(full: Driver, boto: Boto) -> None:
    await full.press("space", "j", "space")
    await full.wait("● 2 marked", "D deactivates them")
    chosen, marked = subject(full), set(screen(full).list.marked)
    make_keys(boto, "newcomer")
    await full.press("ctrl+r")
    await full.wait("17 keys", "1 new since")
    assert screen(full).list.marked == marked
    assert subject(full) == chosen
    await full.press("escape")
    await full.wait_gone("marked")


async def test_what_changed_since_the_last_run_is_marked(
    sandbox: Sandbox, boto: Boto, tmp_path: Path
) -> None:
    first, second = make_keys(boto, "ann", "bob")
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("2 keys")
        await driver.wait_gone("asking")
        assert "since" not in driver.flat
    iam = boto("iam")
    iam.update_service_specific_credential(
        UserName="ann", ServiceSpecificCredentialId=first, Status="Inactive"
    )
    iam.delete_service_specific_credential(UserName="bob", ServiceSpecificCredentialId=second)
    (third,) = make_keys(boto, "cy")
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("2 keys", "1 new, 1 changed, 1 gone since")
        lines = {
            key_id: next(line for line in driver.text.splitlines() if key_id in line)
            for key_id in (first, third)
        }
        assert lines[first].startswith(" ~")
        assert lines[third].startswith(" +")


async def test_enter_shows_all_and_esc_goes_back(full: Driver, leaked: KeyInUse) -> None:
    screen(full).choose(leaked.key_id)
    await full.press("enter")
    await full.wait("alias cloudwatch-logs-hlc-at-123456789012", "service logs.amazonaws.com")
    assert "KEY ID" not in full.text
    await full.press("escape")
    await full.wait("KEY ID")
    assert subject(full).key_id == leaked.key_id


async def test_refreshing_keeps_the_cursor_on_its_key(full: Driver, boto: Boto) -> None:
    await full.press("j", "j", "j")
    before = subject(full)
    make_keys(boto, "newcomer")
    await full.press("ctrl+r")
    await full.wait("17 keys")
    assert subject(full) == before


async def test_what_was_deleted_meanwhile_goes(full: Driver, boto: Boto) -> None:
    chosen = subject(full)
    boto("iam").delete_service_specific_credential(
        UserName=chosen.user, ServiceSpecificCredentialId=chosen.key_id
    )
    await full.press("ctrl+r")
    await full.wait("15 keys")
    assert subject(full) != chosen


async def test_wide_screens_show_the_details_beside(leaked: KeyInUse, tmp_path: Path) -> None:
    async with driven(tmp_path, Start(), size=(160, 30)) as driver:
        await driver.wait("16 keys", "KEY ID", "──")
        header = next(line for line in driver.text.splitlines() if "KEY ID" in line)
        assert "EXPIRES" in header
        assert "AGE" in header
        assert header.rstrip().endswith("──")


@pytest.mark.parametrize("size", [(40, 10), (60, 20), (20, 5), (200, 60)])
async def test_any_size_shows_keys_in_full(leaked: KeyInUse, tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, Start(), size=size) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, InventoryScreen), "no inventory")
        await driver.until(lambda: screen(driver).table.rows, "no rows")
        if size[0] >= 40:
            await driver.wait(subject(driver).key_id, "123456789012")
        await driver.press("j", "enter", "escape", "question_mark", "escape")


async def test_an_empty_account_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("Account 123456789012 has no service-specific credentials.")
        await driver.wait("Access keys and sessions aren't listed here.", "Press i and paste it")
        await driver.press("enter")
        await driver.wait("open: no key is selected")
        await driver.press("r")
        await driver.wait("respond: no key is selected")


async def test_before_aws_answers_it_says_what_it_waits_for(
    sandbox: Sandbox, boto: Boto, tmp_path: Path
) -> None:
    make_keys(boto, "web")
    answer = threading.Event()

    def hold() -> None:
        answer.wait(PATIENCE)

    sandbox.faults.on("ListServiceSpecificCredentials", "before", hold)
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("asking IAM for keys…")
        answer.set()
        await driver.wait("1 key · 1 active")


async def test_rows_appear_page_by_page(
    sandbox: Sandbox, boto: Boto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.aws.iam.PAGE", 2)
    make_keys(boto, "ann", "bob", "cy", "dee", "eve")
    second, calls = threading.Event(), []

    def hold() -> None:
        calls.append(1)
        if len(calls) == 2:
            second.wait(PATIENCE)

    sandbox.faults.on("ListServiceSpecificCredentials", "before", hold)
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("2 keys", "asking IAM for keys… 2 so far")
        assert subject(driver).key_id in driver.text
        second.set()
        await driver.wait("5 keys")
        await driver.wait_gone("so far")


async def test_a_page_that_cannot_be_read_leaves_the_ones_before(
    sandbox: Sandbox, boto: Boto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.aws.iam.PAGE", 2)
    make_keys(boto, "ann", "bob", "cy")
    calls: list[int] = []

    def count() -> None:
        calls.append(1)
        if len(calls) == 1:
            sandbox.faults.add("deny:ListServiceSpecificCredentials:1")

    sandbox.faults.on("ListServiceSpecificCredentials", "after", count)
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("2 keys", "! 1 part unreadable")
        await driver.press("exclamation_mark")
        await driver.wait("reading keys after the first 2", "Not allowed: iam:ListServiceSpecificCredentials")


async def test_an_error_is_a_sentence_and_can_be_tried_again(
    sandbox: Sandbox, boto: Boto, tmp_path: Path
) -> None:
    make_keys(boto, "web")
    sandbox.faults.add("expired:*")
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("Renew them in the environment", "ctrl+r refreshes")
        await driver.wait("not signed in")
        sandbox.faults.clear()
        await driver.press("ctrl+r")
        await driver.wait("1 key · 1 active", "responder")


async def test_a_refresh_that_fails_keeps_what_was_read(sandbox: Sandbox, boto: Boto, tmp_path: Path) -> None:
    make_keys(boto, "web")
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("1 key")
        sandbox.faults.add("expired:*")
        await driver.press("ctrl+r")
        await driver.wait("refresh failed: older data", "web")


async def test_what_may_not_be_asked_of_a_user_is_named(sandbox: Sandbox, boto: Boto, tmp_path: Path) -> None:
    make_keys(boto, "web")
    sandbox.faults.add("deny:ListAccessKeys")
    async with driven(tmp_path, Start(), size=(120, 40)) as driver:
        await driver.wait("access keys of web: not known", "no console password")


async def test_no_credentials_is_said_with_what_to_do(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("no AWS credentials were found", "--profile")


async def test_read_only_is_always_in_sight(sandbox: Sandbox, tmp_path: Path) -> None:
    async with driven(tmp_path, Start(), read_only=True) as driver:
        await driver.wait("READ-ONLY")
        await driver.press("question_mark")
        await driver.wait("What you can do here: inventory", "READ-ONLY")


async def test_the_palette_finds_and_runs_a_command(full: Driver) -> None:
    await full.press("colon")
    await full.wait("a command, or a word of what it does")
    await full.type("sort")
    await full.press("enter")
    await full.wait("by key id")
    await full.press("ctrl+p", "down", "up")
    await full.type("xyzzy")
    await full.wait("Nothing matches: try another word.")
    await full.press("escape")
    await full.wait_gone("a command, or a word")
    assert screen(full).table.has_focus
    themes = set()
    for _ in range(4):
        themes.add(full.app.theme)
        await full.press("colon")
        await full.type("colours")
        await full.press("enter")
        await full.wait("Colours:")
    assert themes == {"dark", "midnight", "light", "terminal"}


async def test_help_names_the_keys_and_why_not(sandbox: Sandbox, tmp_path: Path) -> None:
    async with driven(tmp_path, Start(), size=(100, 50)) as driver:
        await driver.wait("has no service-specific")
        await driver.press("question_mark")
        await driver.wait("in lists", "Move to the next row.", "Unavailable: no key is selected.")
        await driver.press("G")
        await driver.wait("signs")
        await driver.press("escape")
        await driver.wait("has no service-specific")
