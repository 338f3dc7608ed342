"""A key names its account, and the program goes there by the role that is configured: one AssumeRole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import ACCOUNT, ApiCall
from sandbox.scenario import two_accounts
from sandbox.scenario.cast import KeyInUse, StolenKey
from sandbox.scenario.registry import SCENARIOS
from sandbox.scenario.two_accounts import THERE
from sandbox.wire.server import Sandbox
from tests.principals import make_user, session_key
from tests.tui.shell.conftest import Done, Stanch
from tui.exits import Exit

Boto = Callable[..., Any]
ARN = f"arn:aws:iam::{THERE}:role/{two_accounts.ROLE}"


@pytest.fixture
def stolen(sandbox: Sandbox) -> tuple[KeyInUse, StolenKey]:
    sandbox.world.settings.lookup_per_second = None
    scenario = SCENARIOS["two-accounts"](sandbox.world)
    assert scenario.leaked is not None
    assert scenario.stolen is not None
    return scenario.leaked, scenario.stolen


@pytest.fixture
def calls(sandbox: Sandbox) -> list[ApiCall]:
    """Every call from here on."""
    heard: list[ApiCall] = []
    sandbox.world.on_api_call.append(heard.append)
    return heard


Configured = Callable[..., Done]


@pytest.fixture
def configured(stanch: Stanch, tmp_path: Path) -> Configured:
    """The command with that table of the configuration, the role alone where none is given."""

    def run(*arguments: str, accounts: str = f'role = "{two_accounts.ROLE}"', input: str = "") -> Done:  # noqa: A002
        file = tmp_path / "config.toml"
        file.write_text(f"[accounts]\n{accounts}\n")
        return stanch("--config", str(file), "--state-dir", str(tmp_path / "state"), *arguments, input=input)

    return run


def assumed(calls: list[ApiCall]) -> list[ApiCall]:
    return [call for call in calls if call.operation == "AssumeRole"]


def there(boto: Boto, service: str = "iam") -> Any:
    """boto3, in the other account."""
    made = boto("sts").assume_role(RoleArn=ARN, RoleSessionName="look")["Credentials"]
    return boto(service, key=session_key(made))


def status(iam: Any, key_id: str) -> str:
    found = iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    return str(next(each["Status"] for each in found if each["ServiceSpecificCredentialId"] == key_id))


def test_a_token_of_the_other_account_is_stopped_there_and_back(
    configured: Configured,
    stolen: tuple[KeyInUse, StolenKey],
    calls: list[ApiCall],
    boto: Boto,
    tmp_path: Path,
) -> None:
    leaked, _ = stolen
    step = ("--step", "deactivate", "--yes", "--json")
    done = configured("respond", "-", *step, input=leaked.token)
    assert (done.code, done.json["verified"]) == (Exit.DONE, True)
    (hop,) = assumed(calls)
    assert hop.params["roleArn"] == ARN
    assert hop.params["sourceIdentity"] == "responder"
    (update,) = [call for call in calls if call.operation.startswith("Update")]
    assert update.account == THERE
    assert status(there(boto), leaked.key_id) == "Inactive"
    case = done.json["case"]
    journal = tmp_path / "state" / "cases" / case / "journal.jsonl"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert (lines[0]["data"]["account"], lines[0]["data"]["role_arn"]) == (THERE, ARN)
    assert [line["data"]["account"] for line in lines if line["kind"] == "intent"] == [THERE]
    report = configured("case", "report", case, "--format", "json", "--offline").json
    assert THERE in json.dumps(report)
    calls.clear()
    back = configured("respond", leaked.key_id, "--undo", "deactivate", "--yes", "--json")
    assert back.code == Exit.DONE
    assert back.json["case"] == case
    assert len(assumed(calls)) == 1
    assert status(there(boto), leaked.key_id) == "Active"


def test_an_access_key_is_planned_reviewed_and_stopped_there(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey], boto: Boto
) -> None:
    _, key = stolen
    key_id = key.key.access_key_id
    plan = configured("respond", key_id, "--plan")
    assert plan.code == Exit.DONE
    assert f"in account {THERE}, role {ARN}" in plan.out
    assert f"grep -qx {THERE} && aws iam update-access-key" in plan.out
    review = configured("review", key_id, "--since", "1d", "--source", "history", "--json")
    assert (review.json["subject"]["user"], review.json["subject"]["account"]) == (key.user, THERE)
    assert "AssumeRole" in {event["name"] for event in review.json["events"]}
    assert configured("respond", key_id, "--step", "deactivate", "--yes").code == Exit.DONE
    (found,) = there(boto).list_access_keys(UserName=key.user)["AccessKeyMetadata"]
    assert found["Status"] == "Inactive"
    ended = configured("respond", key_id, "--step", "sessions", "--yes", "--json")
    assert ended.json["state"], ended
    with pytest.raises(Exception, match="explicit deny"):
        boto("logs", key=_of(key.sessions[0])).describe_log_groups()


def _of(session: Any) -> tuple[str, str, str]:
    return session.access_key_id, session.secret, session.token


def test_a_mail_with_keys_of_both_accounts_is_looked_up_in_both(
    configured: Configured,
    stolen: tuple[KeyInUse, StolenKey],
    calls: list[ApiCall],
    boto: Boto,
    tmp_path: Path,
) -> None:
    leaked, key = stolen
    ours, _ = make_user(boto("iam"), "web")
    calls.clear()
    mail = f"We found {key.key.access_key_id} and {ours}, and a token: {leaked.token}\n"
    done = configured("identify", "--json", input=mail)
    assert done.code == Exit.DONE
    found = {each["account"]: each for each in done.json["found"]}
    assert {each["answer"] for each in done.json["found"]} == {"found"}
    assert found.keys() == {ACCOUNT, THERE}
    assert len(assumed(calls)) == 1
    calls.clear()
    taken = configured("intake", "-", "--json", input=mail)
    assert taken.code == Exit.DONE
    assert len(assumed(calls)) == 1
    accounts = {}
    for each in taken.json["found"]:
        shown = configured("case", "show", each["case"], "--json").json
        accounts[shown["key_id"]] = shown["account"]
    assert accounts == {leaked.key_id: THERE, key.key.access_key_id: THERE, ours: ACCOUNT}
    told = configured("identify", input=leaked.token).out
    assert f"--account {THERE} --role-arn {ARN} " in told.splitlines()[-1]
    assert f" respond {leaked.key_id} " in told.splitlines()[-1]


def test_what_is_configured_for_one_account_goes_before_what_is_for_all(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey], calls: list[ApiCall]
) -> None:
    accounts = (
        'role = "nobody-made-it"\n'
        f'[accounts.exceptions.{THERE}]\nrole = "arn:aws:iam::{{account}}:role/{two_accounts.PARTNER_ROLE}"\n'
        f'external_id = "{two_accounts.EXTERNAL_ID}"\nsource_identity = false'
    )
    done = configured("--account", THERE, "keys", "--json", accounts=accounts)
    assert (done.code, done.json["account"]) == (Exit.DONE, THERE)
    (hop,) = assumed(calls)
    assert hop.params["externalId"] == two_accounts.EXTERNAL_ID
    assert "sourceIdentity" not in hop.params
    # Named by itself, the role gets what is configured for its account.
    arn = f"arn:aws:iam::{THERE}:role/{two_accounts.PARTNER_ROLE}"
    assert configured("--role-arn", arn, "keys", "--json", accounts=accounts).code == Exit.DONE
    # The caller's own account needs no role at all.
    calls.clear()
    assert configured("--account", ACCOUNT, "keys", "--json", accounts=accounts).json["account"] == ACCOUNT
    assert not assumed(calls)


def test_an_organizations_own_role(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey], boto: Boto
) -> None:
    organization = boto("organizations").describe_organization()["Organization"]["Id"]
    accounts = f'role = "nobody-made-it"\n[accounts.exceptions.{organization}]\nrole = "{two_accounts.ROLE}"'
    assert configured("--account", THERE, "keys", accounts=accounts).code == Exit.DONE


ROLES = {
    "nobody-made-it": "The role must exist in",
    two_accounts.PARTNER_ROLE: "external_id in [accounts]",
    two_accounts.MFA_ROLE: "one that asks for MFA needs a profile of its own",
    two_accounts.UNNAMED_ROLE: "set source_identity = false",
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "line",
    [("respond", "KEY", "--step", "deactivate", "--yes"), ("--account", THERE, "keys"), ("review", "KEY")],
)
def test_a_role_that_lets_nobody_in_is_one_sentence(
    configured: Configured,
    stolen: tuple[KeyInUse, StolenKey],
    role: str,
    line: tuple[str, ...],
    tmp_path: Path,
) -> None:
    arguments = [stolen[1].key.access_key_id if each == "KEY" else each for each in line]
    done = configured(*arguments, accounts=f'role = "{role}"')
    assert done.code == Exit.AWS
    assert done.err.count("\n") == 1
    assert ROLES[role] in done.err
    assert f"role/{role}" in done.err
    assert not (tmp_path / "state" / "cases").exists()


def test_a_suspended_account_and_one_without_the_role(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey]
) -> None:
    for account in (two_accounts.SUSPENDED, two_accounts.REFUSING):
        done = configured("--account", account, "keys")
        assert done.code == Exit.AWS
        assert account in done.err
        assert "no role of a suspended account can be assumed" in done.err


def test_without_a_role_it_says_what_to_configure(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey], calls: list[ApiCall]
) -> None:
    leaked, key = stolen
    exact = f"--role-arn arn:aws:iam::{THERE}:role/ROLE, or [accounts] in the configuration"
    for argument in (leaked.key_id, key.key.access_key_id):
        done = configured("respond", argument, "--step", "deactivate", "--yes", accounts="")
        assert done.code in (Exit.USAGE, Exit.REFUSED), done
    assert exact in done.err
    done = configured("identify", accounts="", input=leaked.token)
    assert done.code == Exit.INCOMPLETE
    assert exact in done.out
    done = configured("--account", THERE, "keys", accounts="")
    assert done.code == Exit.REFUSED
    assert exact in done.err
    assert not assumed(calls)
    done = configured("--role-arn", ARN, "identify", accounts="", input=leaked.token)
    assert (done.code, f"key {leaked.key_id} of {leaked.user}, Active" in done.out) == (Exit.DONE, True)


def test_a_role_of_another_partition_is_not_asked_for(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey], calls: list[ApiCall]
) -> None:
    done = configured("--account", THERE, "keys", accounts='role = "arn:aws-cn:iam::{account}:role/x"')
    assert done.code == Exit.AWS
    assert "arn:aws-cn:iam::" in done.err
    assert not assumed(calls)


def test_an_account_that_was_named_is_not_left_for_that_of_the_key(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey], calls: list[ApiCall]
) -> None:
    done = configured(
        "--account", ACCOUNT, "respond", stolen[1].key.access_key_id, "--step", "deactivate", "--yes"
    )
    assert done.code == Exit.USAGE
    assert f"belongs to account {THERE}; you are signed in to {ACCOUNT}" in done.err
    assert not assumed(calls)


def test_the_keys_of_the_organization_are_one_list(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey], boto: Boto
) -> None:
    leaked, key = stolen
    boto("iam").create_user(UserName="web")
    boto("iam").create_service_specific_credential(UserName="web", ServiceName="logs.amazonaws.com")
    done = configured("keys", "--organization", "--json")
    assert done.code == Exit.INCOMPLETE
    assert (done.json["account"], done.json["complete"]) == (ACCOUNT, False)
    assert {each["account"] for each in done.json["keys"]} == {ACCOUNT, THERE}
    assert {"id", "user", "service", "risks"} <= done.json["keys"][0].keys()
    rows = {each["account"]: each for each in done.json["accounts"]}
    assert {account: each["keys"] for account, each in rows.items()} == {
        ACCOUNT: 1,
        THERE: 1,
        two_accounts.REFUSING: None,
        two_accounts.SUSPENDED: None,
    }
    assert rows[two_accounts.SUSPENDED]["error"] == "It is suspended: no role of it can be assumed."
    failed = {
        f"account {two_accounts.REFUSING} (payments)",
        f"account {two_accounts.SUSPENDED} (old-playground)",
    }
    assert {each["what"] for each in done.json["unreadable"]} == failed
    told = configured("keys", "--organization", two_accounts.ROLE, accounts="")
    assert told.code == Exit.INCOMPLETE
    assert f"{leaked.key_id}  {THERE}" in told.out
    assert "2 keys in 2 of 4 accounts" in told.err
    access = configured("keys", "--organization", "--service", "access-key", "--csv")
    assert key.key.access_key_id in access.out
    assert access.out.splitlines()[0].endswith(",account")
    assert configured("keys", "--organization", accounts="").code == Exit.USAGE
    assert configured("keys", "--organization", "--user", "web").code == Exit.USAGE


def test_the_organization_is_audited_by_the_same_sweep(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey]
) -> None:
    done = configured("--region", "us-east-1", "audit", "--organization", "--json")
    assert done.code == Exit.INCOMPLETE
    rows = {each["account"]: each for each in done.json["accounts"]}
    assert {account for account, each in rows.items() if each["error"]} == {
        two_accounts.REFUSING,
        two_accounts.SUSPENDED,
    }
    assert any(each["kind"] == "never-expires" for each in rows[THERE]["findings"])
    assert "(old-playground) was not audited. It is suspended" in done.err


def test_doctor_tries_the_configured_roles(
    configured: Configured, stolen: tuple[KeyInUse, StolenKey], calls: list[ApiCall], sandbox: Sandbox
) -> None:
    elsewhere = "555555555555"
    accounts = f'role = "{two_accounts.ROLE}"\n[accounts.exceptions.{elsewhere}]\nrole = "partner"'
    done = configured("--region", "us-east-1", "doctor", accounts=accounts)
    told = " ".join(done.out.split())
    assert "✓ roles tried 2 of 4 let you in" in told
    assert f"✗ {two_accounts.REFUSING} payments: Not allowed: sts:AssumeRole" in told
    assert f"✗ {two_accounts.SUSPENDED} old-playground: It is suspended" in told
    assert {str(call.params["roleArn"]).split(":")[4] for call in assumed(calls)} == {
        THERE,
        two_accounts.REFUSING,
        elsewhere,
    }
    found = configured("--region", "us-east-1", "doctor", "--json", accounts=accounts).json["other_accounts"]
    assert {each["account"]: each["error"] is None for each in found} == {
        THERE: True,
        two_accounts.REFUSING: False,
        two_accounts.SUSPENDED: False,
        elsewhere: True,
    }
    calls.clear()
    configured("--region", "us-east-1", "doctor", accounts="")
    configured("--region", "us-east-1", "--role-arn", ARN, "doctor")
    assert [call.params["roleArn"] for call in assumed(calls)] == [ARN]
    sandbox.faults.add("deny:ListAccounts")
    done = configured("--region", "us-east-1", "doctor", accounts=accounts)
    assert done.code == Exit.INCOMPLETE
    assert "which other accounts there are could not be read. Not allowed: organizations:List" in done.err
    assert "roles tried    1 of 1 let you in" in done.out


@pytest.mark.parametrize(
    ("accounts", "why"),
    [
        ('role = "a role"', "role"),
        ('role = "arn:aws:iam::{account}:user/x"', "role"),
        ('external_id = "ä"', "external_id"),
        ('roles = "x"', "roles"),
        ('[accounts.exceptions.12]\nrole = "x"', "exceptions"),
    ],
)
def test_a_mistake_in_the_table_is_one_sentence(configured: Configured, accounts: str, why: str) -> None:
    done = configured("config", accounts=accounts)
    assert done.code == Exit.USAGE
    assert why in done.err
