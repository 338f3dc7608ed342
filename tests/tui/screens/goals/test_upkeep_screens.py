"""Keys set up, issued and rotated on the screen, and their use recorded: done, checked, taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.sts import Caller
from services.base import clock
from services.cases.book import CaseBook
from services.cases.secret import ToSecretsManager
from services.goals.book import open_or_begin
from services.goals.issuing.issue import IssueGoal
from tests.storedsecrets import value_of
from tests.tui.conftest import Gate, LeakedKey
from tests.tui.piloting import Driver, driven
from tui.settings.options import Start


@asynccontextmanager
async def opened(state_dir: Path, key: str, *words: str, **options: Any) -> AsyncIterator[Driver]:
    async with driven(state_dir, Start("cases"), **options) as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press(key)
        await driver.wait(*words)
        yield driver


async def confirm(driver: Driver, key: str = "enter") -> None:
    # What came of the last is said before it is read what there is now.
    await driver.wait_gone("not read yet")
    await driver.press(key)
    await driver.wait("Leave it")
    await driver.press("y")
    await driver.wait_gone("Leave it")


@pytest.fixture
def iam(sandbox: Sandbox, boto: Callable[..., Any]) -> Any:
    return boto("iam")


async def test_set_up_from_nothing_and_taken_back(iam: Any, boto: Callable[..., Any], tmp_path: Path) -> None:
    secret = tmp_path / "web.key"
    async with opened(tmp_path / "state", "U", "CreateUser") as driver:
        await driver.type("web user")
        await driver.wait("isn't a valid user name")
        await driver.press("ctrl+u")
        await driver.type("web")
        await driver.press("tab")
        await driver.type("/app/web")
        await driver.press("tab", "tab", "tab", "right", "tab", "right")
        await driver.wait("‹ in 365 days ›", "‹ a new file (0600) ›", "Name a file that does not exist yet.")
        await driver.press("tab")
        await driver.type(str(secret))
        await driver.wait("Let web send to /app/web with an API key")
        await confirm(driver)
        await driver.wait("To try it:", "Set up: web may send", "$(cat")
        (key,) = iam.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
        assert key["Status"] == "Active"
        assert (key["ExpirationDate"] - key["CreateDate"]).days == 365
        assert secret.stat().st_mode & 0o777 == 0o600
        token = secret.read_text().strip()
        assert token not in driver.text
        (group,) = boto("logs").describe_log_groups(logGroupNamePrefix="/app/web")["logGroups"]
        assert group["bearerTokenAuthenticationEnabled"] is True
        await driver.press("ctrl+y")
        await driver.wait("clipboard")
        await driver.press("ctrl+r")
        await driver.wait("web has all it needs")
        await confirm(driver, "ctrl+t")
        await driver.wait("What was set up for web is undone")
        assert "web" not in {user["UserName"] for user in iam.list_users()["Users"]}
        assert boto("logs").describe_log_groups()["logGroups"] == []
    (case,) = CaseBook(tmp_path / "state").cases()
    assert case.flaws() == ()
    assert token.encode() not in b"".join(p.read_bytes() for p in case.folder.rglob("*") if p.is_file())


async def test_issued_to_a_user_its_secret_on_the_screen_and_deleted(iam: Any, tmp_path: Path) -> None:
    iam.create_user(UserName="web")
    async with opened(tmp_path, "I", "Name the user that the key is for.") as driver:
        await driver.press("enter")
        await driver.wait("do it: not read yet")
        await driver.type("nobody")
        await driver.wait("There is no user nobody")
        await driver.press("enter")
        await driver.wait("check the name and the account")
        await driver.press("ctrl+u")
        await driver.type("web")
        await driver.wait("web may not logs:CallWithBearerToken")
        await driver.press("tab", "tab", "tab", "left")
        await driver.wait("‹ this screen ›")
        await driver.wait("Make a logs key for web, 90 days")
        await confirm(driver)
        await driver.wait("••••")
        await driver.press("v")
        await driver.wait("ACWL")
        await driver.press("enter")
        await driver.wait("Issued: web has a new logs key")
        assert len(iam.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]) == 1
        await confirm(driver, "ctrl+t")
        await driver.wait("The new logs key of web is deleted")
        assert iam.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"] == []
        await driver.press("escape")
        await driver.wait("a logs key")
        await driver.press("enter")
        await driver.wait("issue a key ── what it would do")


async def test_what_came_of_a_run_that_was_cut_off_is_asked_before_anything_is_done(
    iam: Any, tmp_path: Path
) -> None:
    iam.create_user(UserName="web")
    params = {"UserName": "web", "ServiceName": "logs.amazonaws.com", "CredentialAgeDays": 90}
    goal = IssueGoal("web", "logs.amazonaws.com", 90, ToSecretsManager())
    caller = Caller("123456789012", "arn:aws:iam::123456789012:user/responder")
    with open_or_begin(CaseBook(tmp_path), goal, caller, clock.now()) as case:
        call = {"service": "iam", "operation": "CreateServiceSpecificCredential", "params": params}
        case.append("intent", step="issue", undo=False, call=call, facts={"stood": {}, "before": []})
    answer = iam.create_service_specific_credential(**params)
    made = answer["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    async with driven(tmp_path, Start("cases")) as driver:
        await driver.wait("a logs key")
        await driver.press("enter")
        await driver.wait("A run was interrupted at CreateServiceSpecificCredential")
        await driver.press("tab", "shift+tab", "enter")
        # Its intent says no time, so neither AWS's times nor a record can tell whose the key is.
        await driver.wait(f"Did this case make {made}?")
        await driver.press("escape")
        await driver.wait(f"Is {made} someone else's?")
        await driver.press("escape")
        await driver.wait(f"{made} (made ", "Say first whether it is this case's or not")
        assert "--ours" not in driver.text
        await driver.press("enter")
        await driver.wait(f"Did this case make {made}?")
        await driver.press("y")
        await driver.wait("it will be reset for a new one")
        await confirm(driver)
        await driver.wait("Issued: web has a new logs key")
    assert len(iam.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]) == 1


async def test_use_is_recorded_and_no_longer(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path
) -> None:
    async with opened(tmp_path, "H", "Record the use of logs keys by a new trail") as driver:
        await driver.press("tab")
        await driver.type("x")
        await driver.wait("isn't a valid")
        await driver.press("ctrl+u", "shift+tab", "right")
        await driver.wait("‹ Logs and Bedrock keys ›", "Record the use of logs and bedrock keys")
        await driver.press("left")
        await driver.wait("Record the use of logs keys by a new trail")
        await confirm(driver)
        await driver.wait("Use of logs keys is recorded by trail stanch-key-use", "Nothing to do")
        trails = boto("cloudtrail")
        assert trails.get_trail_status(Name="stanch-key-use")["IsLogging"] is True
        await confirm(driver, "ctrl+t")
        await driver.until(lambda: not trails.describe_trails()["trailList"], "the trail is still exists")
        await driver.wait_gone("Nothing to do")
        await driver.wait("Record the use of logs keys by a new trail")


async def test_a_key_is_rotated_back_again_and_to_its_end(
    leaked_key: LeakedKey, boto: Callable[..., Any], tmp_path: Path
) -> None:
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("1 key", leaked_key.key_id)
        await driver.press("O")
        await driver.wait("No second key was created yet", "enter makes the second key")
        await driver.press("b")
        await driver.wait("reactivate old: the old key is not Inactive")
        await driver.press("x")
        await driver.wait("secret to", "‹ in 90 days ›")
        assert "a second key of" not in driver.text
        await driver.press("right", "enter")
        await driver.wait_gone("secret to")
        await confirm(driver)
        await driver.wait("both work", "✓ second key")
        new = next(key for key in leaked_key.keys if key != leaked_key.key_id)
        token = value_of(boto("secretsmanager"), "web")
        assert token.startswith("ACWL")
        await confirm(driver)
        await driver.wait("is Inactive since", "✓ imported", "✓ old one off")
        assert leaked_key.keys == {leaked_key.key_id: "Inactive", new: "Active"}
        await driver.press("enter")
        await driver.wait("continue: not certain yet")
        await confirm(driver, "b")
        await driver.wait("both work")
        assert leaked_key.keys[leaked_key.key_id] == "Active"
        await confirm(driver)
        await driver.wait("is Inactive since")
        await driver.press("o")
        await driver.wait("Why delete it")
        await driver.type("nothing sends it")
        await driver.press("enter")
        await driver.wait("last four")
        await driver.type(leaked_key.key_id[-4:])
        await driver.press("enter")
        await driver.wait("was rotated in case", "replaced it")
        assert leaked_key.keys == {new: "Active"}
    (case,) = CaseBook(tmp_path).cases()
    assert case.state().closed_at
    assert case.flaws() == ()


async def test_a_rotation_is_taken_back_whole_and_read_only_takes_nothing(
    leaked_key: LeakedKey, gate: Gate, tmp_path: Path
) -> None:
    async with driven(tmp_path, Start("inventory"), read_only=True) as driver:
        await driver.wait("1 key")
        await driver.press("O")
        await driver.wait("No second key was created yet")
        await driver.press("enter")
        await driver.wait("continue: started with --read-only")
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("1 key")
        await driver.press("O")
        await driver.wait("No second key was created yet")
        held = gate("CreateServiceSpecificCredential")
        await confirm(driver)
        await driver.press("enter")
        await driver.wait("is under way")
        held.set()
        await driver.wait("both work")
        await confirm(driver)
        await driver.wait("is Inactive since")
        await driver.press("u")
        await driver.wait("undo: the old key is made Active again first (b)")
        await confirm(driver, "b")
        await driver.wait("both work")
        await confirm(driver, "u")
        await driver.wait("No second key was created yet")
        assert leaked_key.keys == {leaked_key.key_id: "Active"}
