"""`stanch keys` and `stanch identify` against the sandbox, checked with boto3."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from tests.tui.shell.conftest import Account, Stanch
from tui.exits import Exit

FIELDS = {"id", "user", "service", "alias", "status", "created", "expires", "age_days", "risks"}


def test_keys_as_json_are_what_boto3_lists(stanch: Stanch, leaked: Account, boto: Callable[..., Any]) -> None:
    done = stanch("keys", "--json")
    listed = boto("iam").list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    assert done.code == Exit.DONE
    assert done.json["account"] == "123456789012"
    assert done.json["complete"] is True
    assert done.json["unreadable"] == []
    assert [key["id"] for key in done.json["keys"]] == [
        found["ServiceSpecificCredentialId"] for found in listed
    ]
    assert done.json["keys"][0].keys() >= FIELDS
    assert done.json["keys"][0]["risks"] == ["never-expires"]


def test_risks_of_the_user_are_named(stanch: Stanch, leaked: Account, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    iam.create_access_key(UserName="web")
    iam.create_login_profile(UserName="web", Password="correct-Horse-9")
    iam.create_service_specific_credential(
        UserName="web", ServiceName="logs.amazonaws.com", CredentialAgeDays=3
    )
    keys = {key["id"]: key for key in stanch("keys", "--json").json["keys"]}
    assert set(keys.pop(leaked.key_id)["risks"]) == {
        "never-expires",
        "two-active",
        "user-has-access-keys",
        "user-has-login",
    }
    assert "expires-soon" in next(iter(keys.values()))["risks"]


def test_csv_and_table_hold_the_same_ids(stanch: Stanch, leaked: Account) -> None:
    rows = list(csv.DictReader(io.StringIO(stanch("keys", "--csv").out)))
    assert [row["id"] for row in rows] == [leaked.key_id]
    assert leaked.key_id in stanch("keys").out


def test_an_empty_account_says_so(stanch: Stanch, sandbox: Sandbox) -> None:
    done = stanch("keys")
    assert (done.code, done.out) == (Exit.DONE, "")
    assert "No matching key" in done.err


def test_filters(stanch: Stanch, leaked: Account) -> None:
    assert len(stanch("keys", "--service", "logs", "--json").json["keys"]) == 1
    assert stanch("keys", "--service", "bedrock", "--json").json["keys"] == []
    assert len(stanch("keys", "--user", "web", "--json").json["keys"]) == 1


def test_what_is_denied_is_named_and_the_rest_stays(
    stanch: Stanch, leaked: Account, sandbox: Sandbox
) -> None:
    sandbox.faults.add("deny:ListAccessKeys")
    done = stanch("keys", "--json")
    assert done.code == Exit.INCOMPLETE
    assert done.json["complete"] is False
    assert "iam:ListAccessKeys" in done.json["unreadable"][0]["error"]
    assert len(done.json["keys"]) == 1


def test_where_all_users_is_denied_each_is_asked(stanch: Stanch, leaked: Account, sandbox: Sandbox) -> None:
    sandbox.faults.add("deny:ListServiceSpecificCredentials:1")
    done = stanch("keys", "--json")
    assert [key["id"] for key in done.json["keys"]] == [leaked.key_id]
    assert "each user was read in turn" in done.err


def test_where_nothing_may_be_listed_nothing_is_claimed(
    stanch: Stanch, leaked: Account, sandbox: Sandbox
) -> None:
    sandbox.faults.add("deny:ListServiceSpecificCredentials")
    sandbox.faults.add("deny:ListUsers")
    done = stanch("keys", "--json")
    assert done.code == Exit.INCOMPLETE
    assert (done.json["complete"], done.json["keys"]) == (False, [])
    assert len(done.json["unreadable"]) == 2


def test_a_spreadsheet_gets_no_formula(stanch: Stanch, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    iam.create_user(UserName="=cmd")
    iam.create_service_specific_credential(UserName="=cmd", ServiceName="logs.amazonaws.com")
    assert "'=cmd" in stanch("keys", "--csv").out


def test_identify_names_the_key(stanch: Stanch, sandbox: Sandbox, leaked: Account) -> None:
    done = stanch("identify", "--json", input=leaked.token + "\n")
    assert done.code == Exit.DONE
    wanted = {
        "kind": "api_key",
        "answer": "found",
        "works": "unknown",
        "prefix": "ACWL",
        "service": "logs.amazonaws.com",
        "alias": "web-at-123456789012",
        "user": "web",
        "account": "123456789012",
        "looks_cut": False,
        "key_id": leaked.key_id,
        "status": "Active",
        "matched": True,
        "endpoint": sandbox.endpoint_url,
    }
    assert done.json.items() >= wanted.items()
    assert [each["key_id"] for each in done.json["found"]] == [leaked.key_id]
    assert leaked.key_id in stanch("identify", input=leaked.token).out


def test_identify_follows_a_renamed_user(stanch: Stanch, leaked: Account, boto: Callable[..., Any]) -> None:
    boto("iam").update_user(UserName="web", NewUserName="web-old")
    done = stanch("identify", "--json", input=leaked.token)
    assert (done.json["user"], done.json["key_id"]) == ("web-old", leaked.key_id)


def test_identify_offline_asks_nobody(
    stanch: Stanch, leaked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    done = stanch("identify", "--offline", "--json", input=leaked.token)
    assert (done.code, done.json["key_id"], done.json["matched"]) == (Exit.DONE, None, False)


def test_identify_of_a_deleted_key(stanch: Stanch, leaked: Account, boto: Callable[..., Any]) -> None:
    boto("iam").delete_service_specific_credential(UserName="web", ServiceSpecificCredentialId=leaked.key_id)
    done = stanch("identify", input=leaked.token)
    assert done.code == Exit.DONE
    assert "it was deleted" in done.out


@pytest.mark.parametrize("text", [b"", b"ACWL", b"\xff\xfe\x00", b"ACWL" + b"A" * 10_000_000, b"a\nb"])
def test_bad_tokens_are_a_mistake_in_one_line(stanch: Stanch, text: bytes) -> None:
    done = stanch("identify", input=text)
    assert (done.code, done.out) == (Exit.USAGE, "")
    assert done.err.startswith("stanch: ")
    assert done.err.count("\n") == 1
