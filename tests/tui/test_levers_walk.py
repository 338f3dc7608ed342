"""The levers beside the steps on a real pseudo-terminal of 80×24, off and on; boto3 confirms."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.cases.book import CaseBook
from services.cases.plan import LeverName, State
from tests.tui.conftest import LeakedKey
from tests.tui.terminal import Terminal
from tests.tui.test_walk import confirm, stanch

pytestmark = pytest.mark.pty


def agree(terminal: Terminal, question: str) -> None:
    terminal.wait(question, "[ Leave it ]")
    terminal.press("y")


def type_last_four(terminal: Terminal, key_id: str) -> None:
    """What cannot be undone is confirmed by typing."""
    terminal.type(key_id[-4:])
    terminal.wait(f"{key_id} to continue: {key_id[-4:]}")
    terminal.press("enter")


def test_access_keys_and_groups_off_and_on(
    leaked_key: LeakedKey, boto: Callable[..., Any], tmp_path: Path
) -> None:
    iam, logs = leaked_key.iam, boto("logs")
    access_key = iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    logs.create_log_group(logGroupName="/app")
    logs.put_bearer_token_authentication(logGroupIdentifier="/app", bearerTokenAuthenticationEnabled=True)

    def status() -> str:
        (found,) = iam.list_access_keys(UserName="web")["AccessKeyMetadata"]
        return str(found["Status"])

    def bearer() -> bool:
        (group,) = logs.describe_log_groups()["logGroups"]
        return bool(group["bearerTokenAuthenticationEnabled"])

    with stanch(tmp_path, "respond", leaked_key.key_id, "--user", "web") as terminal:
        terminal.wait("5 · deny        Attach the deny policy to web")
        terminal.press("w")
        terminal.wait("web has 1 other thing", access_key, "enter makes it inactive")
        confirm(terminal)
        terminal.wait("Inactive, made", "kept in the journal")
        assert status() == "Inactive"
        terminal.press("u")
        agree(terminal, f"Make access key {access_key} of web active?")
        terminal.wait("enter makes it inactive")
        assert status() == "Active"
        terminal.press("esc")
        terminal.wait(" w ↶ access keys undone: 1 of 1 access keys Active (confirmed by AWS")

        terminal.press("B")
        terminal.wait("1 log group · 1 with bearer tokens on")
        terminal.press(" ")
        terminal.wait("1 marked")
        confirm(terminal)
        terminal.wait("turned off", "0 with bearer tokens on")
        assert not bearer()
        terminal.press("esc")
        terminal.wait(" B ✓ log groups  1 of 1 groups refuse bearer tokens (confirmed by AWS")
        terminal.press("B")
        terminal.wait("turned off")
        terminal.press("u")
        agree(terminal, "Turn bearer tokens back on for the groups?")
        terminal.wait("1 with bearer tokens on")
        assert bearer()
        terminal.press("esc")
        terminal.wait(" B ↶ log groups  undone: 1 of 1 groups accept bearer tokens (confirmed by AWS")

        terminal.press("R")
        terminal.wait("Report written to")
        terminal.press("q")
        assert terminal.wait_end() == 0
    (case,) = CaseBook(tmp_path).cases()
    assert case.flaws() == ()
    assert (case.folder / "report-1.html").is_file()
    pulled = (LeverName.ACCESS_KEYS, LeverName.GROUPS)
    assert {case.state().step(lever).state for lever in pulled} == {State.UNDONE}


def test_a_managed_hold_and_lifted(leaked_key: LeakedKey, tmp_path: Path) -> None:
    iam = leaked_key.iam
    deny = {"Effect": "Deny", "Action": "logs:CallWithBearerToken", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": deny})
    arn = iam.create_policy(PolicyName="hold", PolicyDocument=document)["Policy"]["Arn"]

    def attached() -> list[str]:
        listed = iam.list_attached_user_policies(UserName="web")["AttachedPolicies"]
        return [policy["PolicyArn"] for policy in listed]

    with stanch(tmp_path, "respond", leaked_key.key_id, "--user", "web") as terminal:
        terminal.wait("5 · deny        Attach the deny policy to web")
        terminal.press("5", "x")
        terminal.wait("─ deny: options", "‹ bearer tokens ›")
        terminal.press("tab")
        terminal.type(arn)
        terminal.wait(arn)
        terminal.press("enter")
        terminal.wait_gone("deny: options")
        terminal.wait("AttachUserPolicy")
        confirm(terminal)
        terminal.wait("5 ✓ deny        deny policy hold attached (confirmed by AWS")
        assert attached() == [arn]
        terminal.press("u")
        agree(terminal, "Remove the deny policy from web?")
        terminal.wait("5 ↶ deny")
        assert attached() == []
        terminal.press("q")
        assert terminal.wait_end() == 0


def test_a_key_of_a_new_user_and_back_then_a_reset(leaked_key: LeakedKey, tmp_path: Path) -> None:
    iam = leaked_key.iam

    def users() -> list[str]:
        return [user["UserName"] for user in iam.list_users()["Users"] if user["UserName"].startswith("web")]

    with stanch(tmp_path, "respond", leaked_key.key_id, "--user", "web") as terminal:
        terminal.wait("5 · deny        Attach the deny policy to web")
        terminal.press("3", "x")
        terminal.wait("─ replace: options", "‹ a second key of web ›")
        terminal.press("right")
        terminal.wait("‹ a key of a new user")
        terminal.press("enter")
        terminal.wait_gone("replace: options")
        terminal.wait("CreateUser", "web-2")
        confirm(terminal)
        terminal.wait("3 ✓ replace     ACCA")
        assert users() == ["web", "web-2"]
        terminal.press("u")
        terminal.wait("[ Leave it ]", "Undo the replacement?")
        (made,) = iam.list_service_specific_credentials(UserName="web-2")["ServiceSpecificCredentials"]
        type_last_four(terminal, made["ServiceSpecificCredentialId"])
        terminal.wait("3 ↶ replace")
        assert users() == ["web"]

        terminal.press("1")
        confirm(terminal)
        terminal.wait("1 ✓ deactivate  Inactive (confirmed by AWS")
        terminal.press("3", "x")
        terminal.wait("─ replace: options", "‹ a key of a new user")
        terminal.press("right")
        terminal.wait("‹ reset this key in place")
        terminal.press("enter")
        terminal.wait_gone("replace: options")
        terminal.wait(f"Reset {leaked_key.key_id} in place.")
        terminal.press("enter")
        terminal.wait("[ Leave it ]", "to continue")
        type_last_four(terminal, leaked_key.key_id)
        terminal.wait(f"3 ✓ replace     {leaked_key.key_id}")
        assert leaked_key.keys == {leaked_key.key_id: "Active"}
        terminal.press("q")
        assert terminal.wait_end() == 0
    (case,) = CaseBook(tmp_path).cases()
    assert case.flaws() == ()
