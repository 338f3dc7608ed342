"""What else the user holds, and its access keys off and on; boto3 says what became of the account."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from services.cases.plan import LeverName, State
from tests.tui.conftest import LeakedKey
from tests.tui.screens.cases.test_cases_screen import begin
from tests.tui.screens.runbook.test_runbook_screen import kinds, opened, state
from tui.screens.runbook.screen import RunbookScreen

V3 = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"


def access_keys(iam: Any) -> dict[str, str]:
    found = iam.list_access_keys(UserName="web")["AccessKeyMetadata"]
    return {each["AccessKeyId"]: each["Status"] for each in found}


def make_access_key(iam: Any) -> str:
    return str(iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"])


async def test_each_access_key_goes_off_and_on_alone(leaked_key: LeakedKey, tmp_path: Path) -> None:
    first, second = sorted(make_access_key(leaked_key.iam) for _ in range(2))
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("w")
        await driver.wait("web has 2 other things", first, second, "enter makes it inactive")
        screen: Any = driver.app.screen
        for key_id in (first, second):
            assert screen.table.choose(f"access key {key_id}")
            await driver.press("enter")
            await driver.wait(f"Make access key {key_id} of web inactive?", "Whatever signs with these keys")
            assert access_keys(leaked_key.iam)[key_id] == "Active"
            await driver.press("y")
            await driver.wait("access keys Inactive (confirmed by AWS")
            assert access_keys(leaked_key.iam)[key_id] == "Inactive"

        await driver.press("u")
        await driver.wait(f"Make access key {second} of web active?")
        await driver.press("y")
        await driver.wait("1 of 1 access keys Active (confirmed by AWS")
        assert access_keys(leaked_key.iam) == {first: "Inactive", second: "Active"}
        await driver.press("u")
        await driver.wait(f"This case has no {second} left to reactivate.")
    lever = state(tmp_path).step(LeverName.ACCESS_KEYS)
    assert lever.state is State.CONFIRMED, "the other is off still"
    assert f"{first} still Inactive" in lever.words
    assert "sweep" in kinds(tmp_path)


async def test_when_an_access_key_was_made_and_what_is_said_of_it_is_in_sight(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    """At 80 columns the date tells the intruder's key from the owner's."""
    key_id = make_access_key(leaked_key.iam)
    case = begin(tmp_path, leaked_key.key_id)
    with case:
        named = {"kind": "access key", "id": key_id, "user": "web", "name": f"access key {key_id}"}
        case.append("compromised", credentials=[named | {"why": "made from 203.0.113.66", "sure": False}])
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("w")
        await driver.wait("web has 1 other thing", "may be compromised as well: made from 203.0.113.66")
        (row,) = (line for line in driver.text.splitlines() if line.startswith(" access key"))
        assert re.search(r"Active \d\d:\d\d", row), row


async def test_leaving_it_does_nothing_and_begins_no_case(leaked_key: LeakedKey, tmp_path: Path) -> None:
    key_id = make_access_key(leaked_key.iam)
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("w")
        await driver.wait("web has 1 other thing")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("enter")
        await driver.wait_gone("Leave it")
    assert access_keys(leaked_key.iam) == {key_id: "Active"}
    assert CaseBook(tmp_path).cases() == ()


async def test_a_change_told_while_it_is_left_is_not_drawn(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("w")
        await driver.wait("web has nothing else")
        screen: Any = driver.app.screen
        leaving = driver.app.pop_screen()
        # As the poll of the screen below does, which goes on as soon as that is seen again.
        screen._changed()
        await leaving
        screen._changed()
        assert driver.app.is_running


async def test_quarantine_unread_parts_and_what_has_no_lever(
    sandbox: Sandbox, leaked_key: LeakedKey, tmp_path: Path
) -> None:
    leaked_key.iam.attach_user_policy(UserName="web", PolicyArn=V3)
    leaked_key.iam.create_login_profile(UserName="web", Password="Correct-horse-9")
    sandbox.faults.add("deny:ListGroupsForUser")
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("w")
        await driver.wait("web has 2 other things", "Not read, so not known:", "group")
        screen: Any = driver.app.screen
        screen.table.choose("managed policy AWSCompromisedKeyQuarantineV3")
        await driver.wait("it denies logs:PutLogEvents, and not logs:CallWithBearerToken")
        await driver.press("enter")
        await driver.wait("not from here: in IAM: detach it if it is not needed")


async def test_another_api_key_opens_its_runbook(leaked_key: LeakedKey, tmp_path: Path) -> None:
    made = leaked_key.iam.create_service_specific_credential(UserName="web", ServiceName="logs.amazonaws.com")
    other = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("w")
        await driver.wait("API key", other, "enter opens its runbook")
        await driver.press("enter")
        await driver.wait(f"{other} · web", "Attach the deny policy to web")
        assert isinstance(driver.app.screen, RunbookScreen)


async def test_with_read_only_the_lever_says_so(leaked_key: LeakedKey, tmp_path: Path) -> None:
    key_id = make_access_key(leaked_key.iam)
    async with opened(tmp_path, leaked_key, read_only=True) as driver:
        await driver.press("w")
        await driver.wait("web has 1 other thing")
        await driver.press("enter")
        await driver.wait("started with --read-only")
    assert access_keys(leaked_key.iam) == {key_id: "Active"}
