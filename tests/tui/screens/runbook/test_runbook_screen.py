"""The runbook's screen, against the sandbox over HTTP; boto3 says what became of the account."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario.cast import Scenario
from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.plan import State, StepName
from services.cases.state import CaseState
from tests.tui.conftest import Gate, LeakedKey
from tests.tui.piloting import Driver, driven
from tui.dialogs import steps
from tui.flows.graph import FlowGraph
from tui.screens.runbook.screen import RunbookScreen
from tui.settings.options import Start


@asynccontextmanager
async def opened(state_dir: Path, key: LeakedKey, **more: Any) -> AsyncIterator[Driver]:
    """The runbook of *key*, every step planned."""
    start = Start("runbook", key_id=key.key_id, user=key.user)
    async with driven(state_dir, start, **more) as driver:
        await driver.wait("Attach the deny policy to web")
        yield driver


def the_case(state_dir: Path) -> Case:
    (case,) = CaseBook(state_dir).cases()
    return case


def kinds(state_dir: Path) -> list[str]:
    return [entry.kind for entry in the_case(state_dir).journal.entries()]


def state(state_dir: Path) -> CaseState:
    return the_case(state_dir).state()


def everything_kept(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def said(driver: Driver) -> str:
    """What the step list says."""
    return "\n".join(driver.text.splitlines()[2:7])


async def test_deactivate_and_undo(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        assert "›1 · deactivate" in driver.text
        await driver.press("enter")
        await driver.wait("Leave it", f"{leaked_key.key_id} of web", "account 123456789012", "(environment)")
        assert leaked_key.keys == {leaked_key.key_id: "Active"}
        await driver.press("y")
        await driver.wait("1 ✓ deactivate", "Inactive (confirmed by AWS")
        assert leaked_key.keys == {leaked_key.key_id: "Inactive"}
        await driver.wait(f"case {the_case(tmp_path).id} open", "enter next step")

        await driver.press("enter")
        await driver.wait("›2 · review", "enter do it")
        assert "1 ✓ deactivate" in driver.text, "it was not done again"
        await driver.press("1", "u")
        await driver.wait("Anyone with the leaked key can use it again.")
        await driver.press("tab", "enter")
        await driver.wait("1 ↶ deactivate", "undone: Active (confirmed by AWS")
        assert leaked_key.keys == {leaked_key.key_id: "Active"}
    assert kinds(tmp_path) == ["opened", "intent", "outcome", "verified", "intent", "outcome", "verified"]


async def test_where_nothing_is_to_be_done_no_case_is_opened(leaked_key: LeakedKey, tmp_path: Path) -> None:
    leaked_key.iam.update_service_specific_credential(
        UserName="web", ServiceSpecificCredentialId=leaked_key.key_id, Status="Inactive"
    )
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("enter")
        await driver.wait("The key is already Inactive.")
        assert "Inactive (confirmed by AWS" not in driver.text, "the step was not taken"
    assert CaseBook(tmp_path).cases() == ()


async def test_the_safe_button_is_chosen_and_two_enters_do_nothing(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("enter", "enter")
        await driver.wait_gone("Leave it")
        assert leaked_key.keys == {leaked_key.key_id: "Active"}
    assert CaseBook(tmp_path).cases() == ()


async def test_a_step_asked_for_twice_is_done_once_and_says_what_it_waits_for(
    leaked_key: LeakedKey, tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "LONG_SECONDS", 0.0)
    async with opened(tmp_path, leaked_key) as driver:
        held = gate("UpdateServiceSpecificCredential")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y", "y", "enter", "enter", "y")
        await driver.wait("1 ▸ deactivate")
        assert "Leave it" not in driver.text
        waits = r"1 ▸ deactivate +waiting for iam UpdateServiceSpecificCredential for \d+ s\n"
        await driver.until(lambda: re.search(waits, driver.text), "it doesn't say what it waits for")
        held.set()
        await driver.wait("1 ✓ deactivate")
    assert kinds(tmp_path).count("intent") == 1


async def test_the_first_step_waits_for_no_other(leaked_key: LeakedKey, tmp_path: Path, gate: Gate) -> None:
    held = [gate(name) for name in ("ListUserPolicies", "DescribeSecret", "DescribeLogGroups")]
    start = Start("runbook", key_id=leaked_key.key_id, user=leaked_key.user)
    async with driven(tmp_path, start) as driver:
        await driver.wait("5 · deny", f"Make {leaked_key.key_id} Inactive")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.until(lambda: "Inactive" in leaked_key.keys.values(), "it was not deactivated")
        assert "Attach the deny policy to web" not in driver.text
        for event in held:
            event.set()
        await driver.wait("1 ✓ deactivate", "Attach the deny policy to web")


@pytest.mark.parametrize("elsewhere", ["L", "colon"])
async def test_a_question_that_comes_late_is_not_asked_where_it_is_not_expected(
    leaked_key: LeakedKey, tmp_path: Path, gate: Gate, elsewhere: str
) -> None:
    """What is typed there would answer it."""
    held = gate("GetCallerIdentity")
    start = Start("runbook", key_id=leaked_key.key_id, user=leaked_key.user)
    async with driven(tmp_path, start) as driver:
        await driver.wait("reading the key")
        await driver.press("enter")
        await driver.wait("asked as soon as the key is read")
        await driver.press(elsewhere)
        screen = driver.app.screen
        held.set()
        await driver.wait("Nothing was done: you left before")
        assert driver.app.screen is screen
        await driver.press("escape")
        await driver.wait(f"Make {leaked_key.key_id} Inactive")
        await driver.press("enter")
        await driver.wait("Leave it")
    assert set(leaked_key.keys.values()) == {"Active"}


async def test_enter_before_the_key_is_read_is_remembered(
    leaked_key: LeakedKey, tmp_path: Path, gate: Gate
) -> None:
    held = gate("GetCallerIdentity")
    start = Start("runbook", key_id=leaked_key.key_id, user=leaked_key.user)
    async with driven(tmp_path, start) as driver:
        await driver.wait("reading the key")
        await driver.press("enter")
        await driver.wait("asked as soon as the key is read")
        held.set()
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")


async def test_a_step_is_carried_on_when_its_screen_closes(
    leaked_key: LeakedKey, tmp_path: Path, gate: Gate
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        held = gate("UpdateServiceSpecificCredential")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ▸ deactivate")
        await driver.press("escape")
        await driver.wait(f"deactivate of {leaked_key.key_id} continues")
        assert not isinstance(driver.app.screen, RunbookScreen)
        held.set()
        await driver.wait(f"{leaked_key.key_id}: deactivate: Inactive (confirmed by AWS")
        assert the_case(tmp_path).journal.flaws() == ()
        with the_case(tmp_path):
            pass  # the lock was given back
    assert leaked_key.keys == {leaked_key.key_id: "Inactive"}
    assert state(tmp_path).step(StepName.DEACTIVATE).state is State.CONFIRMED


async def test_the_end_of_the_program_waits_for_what_was_sent(
    leaked_key: LeakedKey, tmp_path: Path, gate: Gate
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        held = gate("UpdateServiceSpecificCredential")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ▸ deactivate")
        asyncio.get_running_loop().call_later(0.3, held.set)
        await driver.press("q")
    assert state(tmp_path).step(StepName.DEACTIVATE).state is State.CONFIRMED
    assert not state(tmp_path).unsettled


async def test_a_secret_is_masked_until_asked_and_kept_nowhere(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("3", "x")
        await driver.wait("secret to ‹ Secrets Manager ›")
        await driver.press("down", "down", "right", "right", "enter")
        await driver.press("enter")
        await driver.wait("The secret goes to this screen")
        await driver.press("y")
        await driver.wait("The secret of ACCA", "••••••••")
        assert "ACWL" not in driver.text
        await driver.press("escape")
        await driver.wait("You have neither shown nor copied it")
        await driver.press("v")
        await driver.wait("ACWL")
        start = driver.text.index("ACWL")
        secret = "".join(driver.text[start:].splitlines()[:2]).strip()
        await driver.press("v")
        await driver.wait_gone("ACWL")
        await driver.press("enter")
        await driver.wait("3 ✓ replace", "its secret is in screen")
    (new,) = set(leaked_key.keys) - {leaked_key.key_id}
    assert (made := state(tmp_path).replacement) is not None
    assert (made.key_id, made.delivered) == (new, "screen")
    assert len(secret) > 80
    assert secret.encode() not in everything_kept(tmp_path)
    assert secret[20:60].encode() not in everything_kept(tmp_path)
    assert driver.app.clipboard == ""


async def test_a_secret_that_was_not_seen_counts_as_lost(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("3", "x", "down", "down", "left", "enter", "enter")
        await driver.wait("The secret goes to this screen")
        await driver.press("y")
        await driver.wait("••••••••")
        await driver.press("escape", "escape")
        await driver.wait("3 ▸ replace", "its secret is not delivered")
    assert (made := state(tmp_path).replacement) is not None
    assert made.delivered is None


async def test_choices_are_planned_before_they_are_done(leaked_key: LeakedKey, tmp_path: Path) -> None:
    path = tmp_path / "new-key.txt"
    async with opened(tmp_path / "state", leaked_key) as driver:
        await driver.press("3", "x")
        await driver.wait("‹ a second key of web › left/right changes it", "expires ‹ in 90 days ›")
        await driver.press("down", "left", "down", "right", "down")
        await driver.type(str(path))
        await driver.press("enter")
        await driver.wait("--credential-age-days 30")
        await driver.press("enter")
        await driver.wait("new-key.txt; x changes that")
        await driver.press("y")
        await driver.wait("3 ✓ replace")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("ACWL")
    listed = leaked_key.iam.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
    new = next(key for key in listed if key["ServiceSpecificCredentialId"] != leaked_key.key_id)
    assert round((new["ExpirationDate"] - new["CreateDate"]).total_seconds() / 86400) == 30
    assert path.read_bytes().strip() not in everything_kept(tmp_path / "state")


async def test_a_path_that_exists_blocks_the_replacement(leaked_key: LeakedKey, tmp_path: Path) -> None:
    path = tmp_path / "there.txt"
    path.write_text("mine")
    async with opened(tmp_path / "state", leaked_key) as driver:
        await driver.press("3", "x", "down", "down", "right", "down")
        await driver.type(str(path))
        await driver.press("enter")
        await driver.wait("3 ! replace blocked: The secret has nowhere to go")
        await driver.press("enter")
        await driver.wait("so that nothing is overwritten")
    assert path.read_text() == "mine"
    assert list(leaked_key.keys) == [leaked_key.key_id]


async def test_delete_waits_and_its_override_is_typed_and_journaled(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("4", "enter")
        await driver.wait("! There is no replacement yet")
        await driver.press("o")
        await driver.wait("Give a reason")
        await driver.press("enter")
        await driver.wait("Nothing was typed")
        await driver.type("the service is deleted")
        await driver.press("enter")
        await driver.wait("Type the last four characters of", "reason: the service is deleted")
        await driver.press("enter", "enter")
        await driver.type("ZZZZ")
        await driver.press("enter")
        await driver.wait("Those aren't the last four characters")
        assert list(leaked_key.keys) == [leaked_key.key_id]
        await driver.press(*["backspace"] * 4)
        await driver.type(leaked_key.key_id[-4:].lower())
        await driver.press("enter")
        await driver.wait("4 ✓ delete", "gone (confirmed by AWS")
    assert leaked_key.keys == {}
    entries = the_case(tmp_path).journal.entries()
    assert [entry.data["reason"] for entry in entries if entry.kind == "override"] == [
        "the service is deleted"
    ]
    assert [entry.data["key_id"] for entry in entries if entry.kind == "metadata"] == [leaked_key.key_id]


async def test_the_hold_blocks_a_replacement_and_is_lifted(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("5", "enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("5 ✓ deny", "3 ! replace blocked: The deny policy")
        assert leaked_key.policies == ["stanch-hold-logs"]
        await driver.press("3")
        await driver.wait("5 and then u to remove the deny policy")
        await driver.press("5", "u")
        await driver.wait("Remove the deny policy from web?")
        await driver.press("y")
        await driver.wait("5 ↶ deny", "deny policy removed (confirmed by AWS", "3 · replace")
    assert leaked_key.policies == []


async def test_read_only_plans_everything_and_changes_nothing(
    sandbox: Sandbox, leaked_key: LeakedKey, tmp_path: Path
) -> None:
    from services.aws.session import AwsSession

    connect = lambda: AwsSession(regions=("us-east-1",), read_only=True)  # noqa: E731
    async with opened(tmp_path, leaked_key, read_only=True, connect=connect) as driver:
        assert "READ-ONLY" in driver.text
        for step in "1345":
            await driver.press(step, "enter")
            await driver.wait("do it: started with --read-only")
            await driver.press("u")
        await driver.press("p")
        await driver.wait("aws iam update-service-specific-credential")
    assert leaked_key.keys == {leaked_key.key_id: "Active"}
    assert leaked_key.policies == []
    assert CaseBook(tmp_path).cases() == ()


async def test_a_case_held_by_another_is_said_and_planning_goes_on(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("J")
        await driver.wait("A note for the case")
        await driver.type("paged at 3")
        await driver.press("enter")
        await driver.wait("Note added to the journal")
    with the_case(tmp_path) as held:
        async with opened(tmp_path, leaked_key) as driver:
            await driver.wait(f"Case {held.id} is being worked on by", "You can still plan")
            await driver.press("enter")
            await driver.wait("Leave it")
            await driver.press("y")
            await driver.wait("deactivate: Case")
            assert leaked_key.keys == {leaked_key.key_id: "Active"}
    assert kinds(tmp_path) == ["opened", "note"]


async def test_a_case_goes_on_and_what_had_no_outcome_is_settled(
    sandbox: Sandbox, leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("J")
        await driver.wait("A note for the case")
        await driver.type("x")
        await driver.press("enter")
        await driver.wait("Note added to the journal")
    with the_case(tmp_path) as case:
        call = {
            "service": "iam",
            "operation": "UpdateServiceSpecificCredential",
            "params": {
                "UserName": "web",
                "ServiceSpecificCredentialId": leaked_key.key_id,
                "Status": "Inactive",
            },
        }
        case.append("intent", step="deactivate", undo=False, call=call, facts={})
    leaked_key.iam.update_service_specific_credential(
        UserName="web", ServiceSpecificCredentialId=leaked_key.key_id, Status="Inactive"
    )
    async with opened(tmp_path, leaked_key) as driver:
        await driver.wait(
            f"Case {case.id} resumed", "had no recorded outcome: the key is Inactive (confirmed by AWS"
        )
        await driver.wait("1 ✓ deactivate")
    assert not state(tmp_path).unsettled


async def test_the_user_whose_key_leaked_may_not_respond(
    sandbox: Sandbox, leaked_key: LeakedKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaked_key.iam.put_user_policy(
        UserName="web",
        PolicyName="all",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        ),
    )
    made = leaked_key.iam.create_access_key(UserName="web")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", made["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", made["SecretAccessKey"])
    start = Start("runbook", key_id=leaked_key.key_id, user="web")
    async with driven(tmp_path, start) as driver:
        await driver.wait("1 ! deactivate blocked: You are signed in as web")
        await driver.press("enter")
        await driver.wait("Use other credentials.")
    assert leaked_key.keys == {leaked_key.key_id: "Active"}


async def test_what_somebody_else_changed_is_noticed(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")
        leaked_key.iam.update_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=leaked_key.key_id, Status="Active"
        )
        await driver.press("ctrl+r")
        await driver.wait("1 ! deactivate changed since, not by this case")


async def test_an_error_is_a_sentence_at_its_step(
    sandbox: Sandbox, leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        sandbox.faults.add("deny:PutUserPolicy")
        await driver.press("5", "enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("5 ✗ deny", "failed: Not allowed: iam:PutUserPolicy")
        # The journal's words may be drawn first.
        await driver.until(lambda: driver.app.errors, "nothing was noted")
        assert [trouble.doing for trouble, _ in driver.app.errors] == [f"deny of {leaked_key.key_id}"]
        sandbox.faults.clear()
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("5 ✓ deny")


async def test_a_key_that_does_not_exist_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    start = Start("runbook", key_id="ACCAXXXXXXXXXXXXXXXXX", user=None)
    async with driven(tmp_path, start) as driver:
        await driver.wait("There is no key ACCAXXXXXXXXXXXXXXXXX in account")
        for key, refused in (("enter", "do it"), ("u", "undo")):
            await driver.press(key)
            await driver.wait(f"{refused}: There is no key ACCAXXXXXXXXXXXXXXXXX in account 123456789012.")
        await driver.press("J")
        await driver.wait("note: the key is not read yet")


async def test_what_changes_between_the_question_and_the_answer_is_not_done(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("3", "enter")
        await driver.wait("Leave it", "CreateServiceSpecificCredential")
        leaked_key.iam.create_service_specific_credential(
            UserName="web", ServiceName="logs.amazonaws.com", CredentialAgeDays=1
        )
        await driver.press("y")
        await driver.wait("3 ! replace blocked: web has two logs keys")
        await driver.press("3")
        await driver.wait("x to choose another method")
    assert len(leaked_key.keys) == 2
    assert "intent" not in kinds(tmp_path)


async def test_a_replacement_is_taken_back_by_its_own_id(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("3", "enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("3 ✓ replace")
        (new,) = set(leaked_key.keys) - {leaked_key.key_id}
        await driver.press("u")
        await driver.wait(f"Type the last four characters of {new}")
        await driver.type(leaked_key.key_id[-4:])
        await driver.press("enter")
        await driver.wait("Those aren't the last four characters")
        await driver.press(*["backspace"] * 4)
        await driver.type(new[-4:])
        await driver.press("enter")
        await driver.wait("3 ↶ replace", "the new key is deleted (confirmed by AWS")
    assert list(leaked_key.keys) == [leaked_key.key_id]


async def test_the_hold_may_stop_signed_writes_too(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("5", "x", "right", "enter")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("pagedown")
        await driver.wait("logs:PutLogEvents")
        await driver.press("y")
        await driver.wait("5 ✓ deny")
    document = leaked_key.iam.get_user_policy(UserName="web", PolicyName="stanch-hold-logs")["PolicyDocument"]
    assert document["Statement"][0]["Action"] == ["logs:CallWithBearerToken", "logs:PutLogEvents"]


async def test_a_number_of_days_is_checked(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("3", "x", "down", *["right"] * 3)
        await driver.wait("in another number of days")
        await driver.press("down")
        for wrong in ("0", "x", "99999"):
            await driver.type(wrong)
            await driver.press("enter")
            await driver.wait("Days are a whole number from 1 to 36,600.")
            await driver.press(*["backspace"] * len(wrong))
        await driver.type("7")
        await driver.press("enter")
        await driver.wait("--credential-age-days 7")


async def test_incoming_bytes_stand_under_the_steps_with_the_runbooks_marks(
    scenario: Scenario, tmp_path: Path
) -> None:
    assert scenario.leaked
    start = Start("runbook", key_id=scenario.leaked.key_id, user=scenario.leaked.user)
    async with driven(tmp_path, start, size=(150, 40)) as driver:
        await driver.wait("IncomingBytes /aws/hlc-logs/my-application", "1 of 3 groups (tab)")
        await driver.press("tab")
        await driver.wait("2 of 3 groups (tab)")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        # Of this height it has a legend.
        await driver.wait("1 deactivate ", "┃")


async def test_a_key_that_does_not_write_to_log_groups_has_no_graph(
    scenario: Scenario, tmp_path: Path, sandbox: Sandbox, boto: Callable[..., Any]
) -> None:
    asked: list[str] = []
    sandbox.faults.on("GetMetricData", "before", lambda: asked.append("IncomingBytes"))
    keys = boto("iam").list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    key = next(each for each in keys if each["ServiceName"] == "bedrock.amazonaws.com")
    start = Start("runbook", key_id=key["ServiceSpecificCredentialId"], user=key["UserName"])
    async with driven(tmp_path, start, size=(150, 40), poll_seconds=0.05) as driver:
        await driver.wait("5 · deny Attach the deny policy")
        screen = driver.app.screen
        assert isinstance(screen, RunbookScreen)
        await driver.until(lambda: screen.of_logs is False, "it does not know what the key is for")
        await driver.pilot.pause()
        assert "IncomingBytes" not in driver.text
        assert not screen.query_one(FlowGraph).display or not screen.query_one(FlowGraph).size
    assert asked == []


@pytest.mark.parametrize("size", [(60, 20), (40, 10), (200, 60)])
async def test_every_size_keeps_the_steps_and_the_whole_id(
    leaked_key: LeakedKey, tmp_path: Path, size: tuple[int, int]
) -> None:
    start = Start("runbook", key_id=leaked_key.key_id, user=leaked_key.user)
    async with driven(tmp_path, start, size=size) as driver:
        await driver.wait("5 · deny", leaked_key.key_id)
        await driver.wait("Make ")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 10)])
async def test_however_long_a_plan_is_its_confirmation_can_be_typed(
    leaked_key: LeakedKey, boto: Callable[..., Any], tmp_path: Path, size: tuple[int, int]
) -> None:
    boto("secretsmanager").create_secret(Name="stanch/web", SecretString="an old one")
    leaked_key.iam.update_service_specific_credential(
        UserName="web", ServiceSpecificCredentialId=leaked_key.key_id, Status="Inactive"
    )
    start = Start("runbook", key_id=leaked_key.key_id, user=leaked_key.user)
    async with driven(tmp_path, start, size=size) as driver:
        await driver.wait("3 · replace")
        await driver.press("3", "x")
        await driver.wait("‹ a second key")
        await driver.press("right", "right", "enter")
        await driver.wait_gone("replace: choices")
        # Where there is no room for its ID, none is there by half.
        await driver.wait("›3 · replace Reset …" if size[0] == 40 else "›3 · replace Reset ACCA")
        await driver.press("enter")
        await driver.wait("Leave it", "last four characters", *(["more lines: pgdn"] if size[1] < 24 else []))


def put_records(folder: Path, key_id: str) -> Path:
    """Use of the key, months ago."""
    used = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "arn": "arn:aws:iam::123456789012:user/web",
            "accountId": "123456789012",
            "userName": "web",
            "credentialId": key_id,
        },
        "eventTime": "2026-02-03T04:05:06Z",
        "eventSource": "logs.amazonaws.com",
        "eventName": "PutLogEvents",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "curl/8",
        "additionalEventData": {"callWithBearerToken": True},
        "eventID": "7d0f5c5e-0000-4000-8000-000000000001",
        "eventCategory": "Data",
        "managementEvent": False,
        "recipientAccountId": "123456789012",
    }
    folder.mkdir()
    (folder / "records.json").write_text(json.dumps({"Records": [used]}))
    return folder


async def test_the_review_reads_files_that_are_at_hand_whatever_their_age(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    folder = put_records(tmp_path / "copied", leaked_key.key_id)
    async with opened(tmp_path / "state", leaked_key) as driver:
        await driver.press("2", "x", "down", "left")
        await driver.wait("‹ a folder or file of CloudTrail records ›")
        assert "look at" not in driver.text, "of files all is read"
        await driver.press("enter")
        await driver.wait("Type the path of a folder or a file.")
        await driver.press("down")
        await driver.type(str(tmp_path / "nowhere"))
        await driver.press("enter")
        await driver.wait("no file called")
        await driver.press(*["backspace"] * len("nowhere"))
        await driver.type(folder.name)
        await driver.press("enter")
        await driver.wait_gone("‹ a folder or file of CloudTrail records ›")
        await driver.press("enter")
        await driver.wait("2 ✓ review")
    (kept,) = state(tmp_path / "state").reviews
    assert (kept["verdict"], kept["events"]) == ("used", 1)


async def test_the_review_reads_by_athena_once_it_is_told_where(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("2", "x", "down", "left", "left")
        await driver.wait("‹ the trail's bucket, by Athena ›", "workgroup", "results in")
        await driver.press("enter")
        await driver.wait("Athena needs a workgroup, or an s3:// place for its results.")
        await driver.press("down", "down")
        await driver.type("results")
        await driver.press("enter")
        await driver.wait("has to begin with s3://")
        await driver.press(*["backspace"] * len("results"))
        await driver.type("s3://results/")
        await driver.press("down", "right", "enter")
        await driver.wait_gone("‹ the trail's bucket, by Athena ›")
        await driver.press("x")
        await driver.wait("‹ the trail's bucket, by Athena ›", "s3://results/", "‹ create it if missing ›")
