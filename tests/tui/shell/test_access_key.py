"""A leaked access key by the shell, from its id to a new one; boto3 says what is true."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.world import ApiCall
from sandbox.scenario.cast import StolenKey
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.storedsecrets import value_of
from tests.tui.shell.conftest import Done, Stanch
from tui.exits import Exit

Boto = Callable[..., Any]


@pytest.fixture
def stolen(sandbox: Sandbox, unpaced: None) -> StolenKey:
    found = SCENARIOS["leaked-access-key"](sandbox.world).stolen
    assert found is not None
    return found


@pytest.fixture
def respond(stanch: Stanch, stolen: StolenKey, tmp_path: Path) -> Callable[..., Done]:
    def run(*arguments: str) -> Done:
        state = ("--state-dir", str(tmp_path / "state"), "--region", "us-east-1")
        return stanch(*state, "respond", stolen.key.access_key_id, *arguments, "--json")

    return run


def statuses(boto: Boto, user: str) -> dict[str, str]:
    listed = boto("iam").list_access_keys(UserName=user)["AccessKeyMetadata"]
    return {key["AccessKeyId"]: key["Status"] for key in listed}


def test_triage_says_whether_it_is_an_administrators(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto, sandbox: Sandbox
) -> None:
    def triage() -> tuple[bool | None, str]:
        found = respond("--plan").json["triage"]
        return found["administrator"], found["words"]

    assert triage() == (False, "no administrator, as far as IAM's simulation sees")
    (held,) = [each for each in respond("--step", "sweep").json["held"] if each["kind"] == "rights"]
    assert held["words"].startswith("no administrator")
    grant = {"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [grant]})
    boto("iam").put_user_policy(UserName=stolen.user, PolicyName="more", PolicyDocument=document)
    said, words = triage()
    assert (said, words.partition(",")[0]) == (True, "can make itself an administrator by iam:PutUserPolicy")
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    boto("iam").attach_user_policy(UserName=stolen.user, PolicyArn=admin)
    assert triage() == (True, "administrator, as far as IAM's simulation sees")
    sandbox.faults.add("deny:SimulatePrincipalPolicy")
    said, words = triage()
    assert said is None
    assert words.startswith("unknown whether it is an administrator: ")


def test_from_the_id_to_a_new_key(
    stanch: Stanch, respond: Callable[..., Done], stolen: StolenKey, boto: Boto, sandbox: Sandbox
) -> None:
    old, user = stolen.key.access_key_id, stolen.user
    plan = respond("--plan").json
    assert (plan["key_id"], plan["user"]) == (old, user)
    first = plan["steps"][0]["calls"][0]
    assert (first["operation"], first["params"]) == (
        "UpdateAccessKey",
        {"UserName": user, "AccessKeyId": old, "Status": "Inactive"},
    )
    before: list[ApiCall] = []
    sandbox.world.on_api_call.append(before.append)
    done = respond("--step", "deactivate", "--yes")
    assert (done.code, done.json["state"], done.json["user"]) == (Exit.DONE, "confirmed", user)
    assert statuses(boto, user) == {old: "Inactive"}
    asked = [call.operation for call in before]
    assert asked.index("UpdateAccessKey") <= 5, asked

    made = respond("--step", "replace", "--yes")
    assert made.code == Exit.DONE, made.err
    (new,) = statuses(boto, user).keys() - {old}
    secret = json.loads(value_of(boto("secretsmanager"), user))
    assert secret["AccessKeyId"] == new
    assert secret["SecretAccessKey"] not in made.out + made.err

    refused = respond("--step", "delete", "--yes")
    assert refused.code == Exit.REFUSED
    assert "has not been seen working" in refused.err
    boto("sts", key=(new, secret["SecretAccessKey"])).get_caller_identity()
    assert respond("--step", "delete", "--yes").code == Exit.DONE
    assert statuses(boto, user) == {new: "Active"}

    denied = respond("--step", "deny", "--yes")
    assert denied.json["state"] == "confirmed"
    sandbox.world.settings.enforce_policies = True
    with pytest.raises(ClientError, match="explicit deny"):
        boto("logs", key=(new, secret["SecretAccessKey"])).describe_log_groups()
    assert respond("--undo", "deny", "--yes").code == Exit.DONE
    boto("logs", key=(new, secret["SecretAccessKey"])).describe_log_groups()


def test_its_own_use_and_what_its_sessions_did_are_told_apart(
    respond: Callable[..., Done], stanch: Stanch, stolen: StolenKey, tmp_path: Path
) -> None:
    done = respond("--step", "review", "--yes")
    state = ("--state-dir", str(tmp_path / "state"))
    kept = next((tmp_path / "state").glob("cases/*/evidence/review-1.json"))
    review = json.loads(kept.read_text())
    assert done.json["verified"]
    assert review["attribution"] == "access key id"
    assert {each["access_key_id"] for each in review["sessions"]} == {
        session.access_key_id for session in stolen.sessions
    }
    titles = " ".join(finding["title"] for finding in review["findings"])
    assert "svc-metrics" in titles
    assert stanch(*state, "case", "list").code == Exit.DONE


@pytest.mark.parametrize(
    ("key_id", "words"),
    [
        # Of account 609629065308, by the id itself.
        ("AKIAY34FZKBOKMUTVV7A", "belongs to account 609629065308; you are signed in to 123456789012"),
        ("AKIAIOSFODNN7EXAMPLE", "No access key AKIAIOSFODNN7EXAMPLE in account 123456789012"),
    ],
)
def test_a_key_that_is_not_of_here(stanch: Stanch, sandbox: Sandbox, key_id: str, words: str) -> None:
    done = stanch("respond", key_id, "--plan")
    assert words in done.err
    assert done.code != Exit.DONE
    assert done.err.count("\n") == 1


def test_the_inventory_has_access_keys_where_they_are_asked_for(
    stanch: Stanch, stolen: StolenKey, boto: Boto
) -> None:
    listed = stanch("keys", "--service", "access-key", "--json").json
    assert listed["complete"]
    users = [user["UserName"] for user in boto("iam").list_users()["Users"]]
    every = {key: user for user in users for key in statuses(boto, user)}
    assert {key["id"]: key["user"] for key in listed["keys"]} == every
    one = next(key for key in listed["keys"] if key["id"] == stolen.key.access_key_id)
    assert (one["service"], one["status"], one["expires"]) == ("access-key", "Active", None)
    assert one["risks"] == ["old"]
    alone = stanch("keys", "--service", "access-key", "--user", stolen.user, "--json").json
    assert [key["id"] for key in alone["keys"]] == [stolen.key.access_key_id]
