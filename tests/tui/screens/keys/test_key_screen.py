"""One key on the whole screen, against the sandbox: every section, and where each row leads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from sandbox.scenario.cast import Scenario
from sandbox.wire.server import Sandbox
from tests.tui.conftest import LeakedKey
from tests.tui.piloting import Driver, driven
from tests.tui.screens.keys.test_inventory_screen import screen as inventory
from tui.screens.cases.screen import CasesScreen
from tui.screens.events.screen import EventsScreen
from tui.screens.keys.key import KeyScreen
from tui.screens.keys.policydocument import PolicyDocumentScreen
from tui.screens.loggroups.screen import LogGroupsScreen
from tui.screens.runbook.screen import RunbookScreen
from tui.settings.options import Start

Boto = Callable[..., Any]


def screen(driver: Driver) -> KeyScreen:
    assert isinstance(driver.app.screen, KeyScreen)
    return driver.app.screen


async def follow(driver: Driver, section: str, words: str = "") -> None:
    """Put the cursor on the row of *section* that holds *words*, and press enter."""
    rows = screen(driver).table.rows
    row = next(
        row for row in rows if row.section == section and words in f"{row.name} {row.words}" and row.way
    )
    screen(driver).table.choose(row.key)
    await driver.press("enter")


@pytest.fixture
async def full(scenario: Scenario, tmp_path: Path) -> AsyncIterator[Driver]:
    """The leaked key of the demo, all of it read."""
    assert scenario.leaked
    async with driven(tmp_path, Start(), size=(120, 45)) as driver:
        await driver.wait("16 keys")
        inventory(driver).choose(scenario.leaked.key_id)
        await driver.press("enter")
        await driver.wait("CloudWatchLogsAPIKeyAccess", "may write, in us-east-1", "CreateAccessKey from")
        yield driver


async def test_every_section_is_told(full: Driver, scenario: Scenario) -> None:
    assert scenario.leaked
    await full.wait(
        f"{scenario.leaked.key_id} active",
        "alias cloudwatch-logs-hlc-at-123456789012",
        "service logs.amazonaws.com",
        "‼ never expires",
        "no case is open",
        "access key, active",
        "logs:CallWithBearerToken allowed, as far as IAM's simulation sees",
        "CloudWatchLogsAPIKeyAccess allows bearer tokens",
        "/aws/hlc-logs/my-application may write",
    )
    await full.press("escape")
    await full.wait("16 keys")


async def test_each_row_leads_to_its_screen(full: Driver) -> None:
    ways: tuple[tuple[str, str, type[Screen[Any]]], ...] = (
        ("key", "", RunbookScreen),
        ("holds", "access key", RunbookScreen),
        ("policies", "CloudWatchLogsAPIKeyAccess", PolicyDocumentScreen),
        ("reach", "my-application", LogGroupsScreen),
    )
    for section, words, opened in ways:
        await follow(full, section, words)
        assert isinstance(await shown(full, KeyScreen), opened)
        await full.press("escape")
        await full.until(lambda: isinstance(full.app.screen, KeyScreen), "not back")
    await follow(full, "events", "CreateAccessKey")
    assert isinstance(await shown(full, KeyScreen), EventsScreen)


async def shown(driver: Driver, before: type[Screen[Any]]) -> Screen[Any]:
    """The screen that came over *before*."""
    await driver.until(lambda: not isinstance(driver.app.screen, before), "no other screen")
    return driver.app.screen


async def test_a_log_group_in_reach_is_chosen_among_all(full: Driver) -> None:
    await follow(full, "reach", "vendor-a")
    await full.wait("5 log groups")
    groups = full.app.screen
    assert isinstance(groups, LogGroupsScreen)
    await full.until(
        lambda: groups.table.chosen and groups.table.chosen.group.name == "/aws/hlc-logs/vendor-a",
        "not chosen",
    )


async def test_a_policy_is_shown_whole(full: Driver) -> None:
    await follow(full, "policies", "CloudWatchLogsAPIKeyAccess")
    await full.wait("allows bearer tokens", '"logs:CallWithBearerToken"', '"Effect": "Allow"')


async def test_what_was_done_meanwhile_is_seen_on_coming_back(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with driven(tmp_path, Start(), size=(100, 40)) as driver:
        await driver.wait("1 key · 1 active")
        await driver.press("enter")
        await driver.wait("no case is open")
        await driver.press("r")
        await driver.wait("1 · deactivate")
        await driver.press("enter")
        await driver.wait("Inactive?")
        await driver.press("y")
        await driver.wait("Inactive (confirmed by AWS")
        await driver.press("escape")
        await driver.wait(f"{leaked_key.key_id} inactive", "open since", "deactivate confirmed")
        await follow(driver, "case", "open since")
        await driver.until(lambda: isinstance(driver.app.screen, RunbookScreen), "no runbook")


async def test_another_key_of_its_user_leads_to_that_key(leaked_key: LeakedKey, tmp_path: Path) -> None:
    made = leaked_key.iam.create_service_specific_credential(UserName="web", ServiceName="logs.amazonaws.com")
    second = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    async with driven(tmp_path, Start(), size=(100, 40)) as driver:
        await driver.wait("2 keys")
        inventory(driver).choose(leaked_key.key_id)
        await driver.press("enter")
        await driver.wait(f"{second} a second logs key, active")
        await follow(driver, "holds", second)
        await driver.until(lambda: screen(driver).subject.key_id == second, "the same key")


async def test_what_cannot_be_read_is_named_in_its_section(
    sandbox: Sandbox, leaked_key: LeakedKey, tmp_path: Path
) -> None:
    for operation in ("ListAccessKeys", "SimulatePrincipalPolicy", "LookupEvents", "DescribeLogGroups"):
        sandbox.faults.add(f"deny:{operation}")
    async with driven(tmp_path, Start(), size=(120, 40)) as driver:
        await driver.wait("1 key")
        await driver.press("enter")
        await driver.wait(
            "? access keys of web not known.",
            "logs:CallWithBearerToken not known: it cannot be checked",
            "? not known. Not allowed: logs:DescribeLogGroups",
            "? the event history of us-east-1 not known.",
        )
        sandbox.faults.clear()
        await driver.press("ctrl+r")
        await driver.wait("no access key", "logs:CallWithBearerToken denied: no policy allows it")


async def test_a_key_that_is_gone_says_so(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("1 key")
        leaked_key.iam.delete_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=leaked_key.key_id
        )
        await driver.press("enter")
        await driver.wait(f"{leaked_key.key_id} gone")
        for _ in range(30):
            row = screen(driver).table.chosen
            assert row is not None
            assert row.way or not row.fits(80), f"the cursor passes over what opens nothing: {row}"
            await driver.press("j")


async def test_an_access_key_of_its_user_leads_to_the_runbook_of_that_access_key(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    access_keys = [
        leaked_key.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"] for _ in range(2)
    ]
    async with driven(tmp_path, Start(), size=(100, 40)) as driver:
        await driver.wait("1 key")
        await driver.press("enter")
        await driver.wait(*access_keys, "its runbook")
        await follow(driver, "holds", access_keys[1])
        await driver.wait(f"{access_keys[1]} · web", "1 · deactivate")
        assert driver.text.splitlines()[1].split()[0] == access_keys[1]


async def test_the_inventory_is_on_the_key_that_was_handled_from_elsewhere(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path
) -> None:
    iam, tokens = boto("iam"), {}
    for user in ("ann", "bob", "cy"):
        iam.create_user(UserName=user)
        made = iam.create_service_specific_credential(UserName=user, ServiceName="logs.amazonaws.com")
        credential = made["ServiceSpecificCredential"]
        tokens[credential["ServiceSpecificCredentialId"]] = credential["ServiceCredentialSecret"]
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("3 keys")
        shown = inventory(driver)
        assert shown.subject is not None
        other = next(key_id for key_id in tokens if key_id != shown.subject.key_id)
        await driver.press("i")
        await driver.wait("identify")
        await driver.type(tokens[other])
        await driver.wait(other)
        await driver.press("r")
        await driver.wait(f"{other} · ", "1 · deactivate")
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is shown, "the runbook stays")
        assert shown.subject.key_id == other


async def test_closed_cases_lead_to_the_list(leaked_key: LeakedKey, tmp_path: Path) -> None:
    from services.aws.iam import Credential
    from services.base.clock import now
    from services.cases.book import CaseBook

    key = Credential(leaked_key.key_id, "web", "logs.amazonaws.com", "Active", now())
    case = CaseBook(tmp_path).create(key, account="123456789012", caller_arn="arn", now=now())
    with case:
        case.append("closed", remaining=[])
    async with driven(tmp_path, Start(), size=(100, 40)) as driver:
        await driver.wait("1 key")
        await driver.press("enter")
        await driver.wait("1 closed case of this key")
        await follow(driver, "case", "closed case")
        await driver.until(lambda: isinstance(driver.app.screen, CasesScreen), "no cases")


async def test_what_is_cut_in_its_row_can_be_read_beneath(leaked_key: LeakedKey, tmp_path: Path) -> None:
    leaked_key.iam.create_group(GroupName="operators")
    leaked_key.iam.add_user_to_group(GroupName="operators", UserName="web")
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("1 key")
        await driver.press("enter")
        await driver.wait("group operators its policies apply too, but are not…")
        for _ in range(20):
            await driver.press("j")
            if (row := screen(driver).table.chosen) and row.section == "policies":
                break
        await driver.wait("its policies apply too, but are not read here")
        await driver.press("enter")
        await driver.wait("go there: this row opens nothing")
