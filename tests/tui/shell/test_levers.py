"""Every lever beside the five steps by the shell: planned, done, verified and taken back; boto3 confirms."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.storedsecrets import name_of, value_of
from tests.tui.shell.conftest import Account, Done, Stanch
from tui.exits import Exit

Respond = Callable[..., Done]


@pytest.fixture
def respond(stanch: Stanch, leaked: Account, tmp_path: Path) -> Respond:
    def run(*arguments: str) -> Done:
        place = ("--state-dir", str(tmp_path), "--region", "us-east-1")
        return stanch(*place, "respond", leaked.key_id, "--user", leaked.user, *arguments)

    return run


@pytest.fixture
def keys(leaked: Account, boto: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    """Status by id of a user's keys."""

    def ask(user: str = leaked.user) -> dict[str, str]:
        listed = boto("iam").list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
        return {key["ServiceSpecificCredentialId"]: key["Status"] for key in listed}

    return ask


def done(run: Done, state: str) -> Any:
    assert (run.code, run.json["state"], run.json["verified"]) == (Exit.DONE, state, True), run
    assert all(call["request_id"] for call in run.json["calls"])
    return run.json


def planned(respond: Respond, step: str, *more: str) -> dict[str, Any]:
    (found,) = [each for each in respond("--plan", "--json", *more).json["steps"] if each["name"] == step]
    return dict(found)


def test_reset_in_place_wakes_the_key(
    respond: Respond, leaked: Account, keys: Callable[..., dict[str, str]], boto: Callable[..., Any]
) -> None:
    done(respond("--step", "deactivate", "--yes", "--json"), "confirmed")
    calls = done(respond("--step", "reset", "--yes", "--json"), "confirmed")["calls"]
    assert [call["operation"] for call in calls] == [
        "ResetServiceSpecificCredential",
        "UpdateServiceSpecificCredential",
        "CreateSecret",
    ]
    assert keys() == {leaked.key_id: "Active"}
    secret = value_of(boto("secretsmanager"), "web")
    assert secret.startswith("ACWL")
    assert secret != leaked.token
    refused = respond("--undo", "replace", "--yes", "--json")
    assert refused.code == Exit.REFUSED
    assert "cannot be undone" in refused.err


def test_a_key_of_a_new_user_and_back(
    respond: Respond, leaked: Account, keys: Callable[..., dict[str, str]], boto: Callable[..., Any]
) -> None:
    iam = boto("iam")
    iam.attach_user_policy(UserName="web", PolicyArn="arn:aws:iam::aws:policy/CloudWatchLogsAPIKeyAccess")
    more = ("--new-user", "web-2")
    calls = planned(respond, "replace", *more)["calls"]
    assert [call["operation"] for call in calls] == [
        "CreateUser",
        "AttachUserPolicy",
        "CreateServiceSpecificCredential",
        "CreateSecret",
    ]
    done(respond("--step", "replace", "--yes", "--json", *more), "confirmed")
    assert list(keys("web-2").values()) == ["Active"]
    assert keys() == {leaked.key_id: "Active"}
    done(respond("--undo", "replace", "--yes", "--json"), "undone")
    assert "web-2" not in [user["UserName"] for user in iam.list_users()["Users"]]
    assert keys() == {leaked.key_id: "Active"}


def test_a_managed_hold_and_lifted(respond: Respond, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    deny = {"Effect": "Deny", "Action": "logs:CallWithBearerToken", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": deny})
    arn = iam.create_policy(PolicyName="hold", PolicyDocument=document)["Policy"]["Arn"]

    def attached() -> list[str]:
        listed = iam.list_attached_user_policies(UserName="web")["AttachedPolicies"]
        return [policy["PolicyArn"] for policy in listed]

    more = ("--hold-policy", arn)
    assert planned(respond, "deny", *more)["calls"][0]["operation"] == "AttachUserPolicy"
    done(respond("--step", "deny", "--yes", "--json", *more), "confirmed")
    assert attached() == [arn]
    done(respond("--undo", "deny", "--yes", "--json"), "undone")
    assert attached() == []


def test_access_keys_off_and_on(respond: Respond, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    iam.create_access_key(UserName="web")

    def status() -> list[str]:
        return [key["Status"] for key in iam.list_access_keys(UserName="web")["AccessKeyMetadata"]]

    done(respond("--step", "access-keys", "--yes", "--json"), "confirmed")
    assert status() == ["Inactive"]
    done(respond("--undo", "access-keys", "--yes", "--json"), "undone")
    assert status() == ["Active"]


def test_log_groups_off_and_on(respond: Respond, boto: Callable[..., Any]) -> None:
    logs = boto("logs")
    logs.create_log_group(logGroupName="/app")
    logs.put_bearer_token_authentication(logGroupIdentifier="/app", bearerTokenAuthenticationEnabled=True)

    def bearer() -> bool:
        (group,) = logs.describe_log_groups()["logGroups"]
        return bool(group["bearerTokenAuthenticationEnabled"])

    done(respond("--step", "groups", "--log-group", "/app", "--yes", "--json"), "confirmed")
    assert not bearer()
    done(respond("--undo", "groups", "--yes", "--json"), "undone")
    assert bearer()


def test_a_new_secret_is_encrypted_and_tagged_as_asked(respond: Respond, boto: Callable[..., Any]) -> None:
    key = boto("kms").create_key()["KeyMetadata"]["Arn"]
    more = ("--kms-key", key, "--secret-tag", "team=obs")
    done(respond("--step", "replace", "--yes", "--json", *more), "confirmed")
    described = boto("secretsmanager").describe_secret(SecretId=name_of(boto("secretsmanager"), "web"))
    assert (described["KmsKeyId"], described["Tags"]) == (key, [{"Key": "team", "Value": "obs"}])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--secret-tag", "team"), "use KEY=VALUE"),
        (("--secret-tag", "aws:x=y"), "names that begin with aws: are reserved"),
        (("--secret-to", "screen", "--kms-key", "k"), "goes to Secrets Manager"),
    ],
)
def test_what_makes_no_sense_for_a_secret_is_said(
    respond: Respond, keys: Callable[..., dict[str, str]], arguments: tuple[str, ...], said: str
) -> None:
    run = respond("--step", "replace", "--yes", *arguments)
    assert run.code == Exit.USAGE
    assert said in run.err
    assert len(keys()) == 1
