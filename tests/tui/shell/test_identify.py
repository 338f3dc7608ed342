"""`stanch identify` of anything that a responder is handed, against the sandbox."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from tests.services.keys import leaks
from tests.tui.shell.conftest import Account, Stanch
from tui.exits import Exit

Boto = Callable[..., Any]


@pytest.fixture
def access_key(boto: Boto) -> tuple[str, str]:
    """The id and the secret of an access key of `web`."""
    iam = boto("iam")
    iam.create_user(UserName="web")
    made = iam.create_access_key(UserName="web")["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def test_an_access_key_from_its_id_to_its_runbook(
    stanch: Stanch, access_key: tuple[str, str], boto: Boto
) -> None:
    key_id, secret = access_key
    done = stanch("identify", "--json", input=f"aws_access_key_id={key_id}\naws_secret_access_key={secret}\n")
    told = done.json
    assert (done.code, told["kind"], told["answer"], told["works"]) == (
        Exit.DONE,
        "access_key",
        "found",
        "unknown",
    )
    assert (told["user"], told["key_id"], told["status"], told["account"]) == (
        "web",
        key_id,
        "Active",
        "123456789012",
    )
    assert told["has_secret"] is True
    assert secret not in done.out + done.err
    said = stanch("identify", input=key_id).out
    assert f"key {key_id} of web, Active" in said
    assert "Deactivating it does not end sessions" in said
    assert f" respond {key_id} --user web" in said
    boto("iam").update_access_key(UserName="web", AccessKeyId=key_id, Status="Inactive")
    told = stanch("identify", "--json", input=key_id).json
    assert (told["answer"], told["status"], told["works"]) == ("found", "Inactive", "no")
    boto("iam").delete_access_key(UserName="web", AccessKeyId=key_id)
    done = stanch("identify", "--json", input=key_id)
    assert (done.code, done.json["answer"], done.json["works"]) == (Exit.DONE, "deleted", "no")


def test_another_accounts_and_a_deleted_key_are_different_answers(
    stanch: Stanch, leaked: Account, boto: Boto
) -> None:
    rng = random.Random(1)
    for foreign in (leaks.token(rng, prefix="ACWL").text, leaks.key_id(rng)):
        done = stanch("identify", "--json", input=foreign)
        assert (done.code, done.json["answer"], done.json["account"]) == (
            Exit.INCOMPLETE,
            "other_account",
            leaks.ACCOUNT,
        )
        assert "Use a profile of account" in " ".join(done.json["said"])
    boto("iam").delete_service_specific_credential(UserName="web", ServiceSpecificCredentialId=leaked.key_id)
    for gone in (leaked.token, leaked.key_id):
        done = stanch("identify", "--json", input=gone)
        assert (done.code, done.json["answer"], done.json["works"]) == (Exit.DONE, "deleted", "no")


def test_a_token_that_a_reset_has_killed_is_not_said_to_work(
    stanch: Stanch, leaked: Account, boto: Boto
) -> None:
    boto("iam").reset_service_specific_credential(UserName="web", ServiceSpecificCredentialId=leaked.key_id)
    done = stanch("identify", "--json", input=leaked.token)
    assert (done.json["status"], done.json["works"]) == ("Active", "unknown")
    assert "a reset, or a new key that got the same alias" in stanch("identify", input=leaked.token).out


def test_two_keys_with_one_alias_are_told_apart_by_their_service(
    stanch: Stanch, leaked: Account, boto: Boto
) -> None:
    made = boto("iam").create_service_specific_credential(UserName="web", ServiceName="bedrock.amazonaws.com")
    other = made["ServiceSpecificCredential"]
    assert other["ServiceCredentialAlias"] == "web-at-123456789012"
    for token, key_id in (
        (leaked.token, leaked.key_id),
        (other["ServiceCredentialSecret"], other["ServiceSpecificCredentialId"]),
    ):
        assert stanch("identify", "--json", input=token).json["key_id"] == key_id


def test_a_password_is_found_by_its_user_name(stanch: Stanch, boto: Boto) -> None:
    boto("iam").create_user(UserName="web")
    made = boto("iam").create_service_specific_credential(
        UserName="web", ServiceName="codecommit.amazonaws.com"
    )
    password = made["ServiceSpecificCredential"]
    url = f"https://{password['ServiceUserName']}:{password['ServicePassword']}@git-codecommit.eu-west-1.amazonaws.com/v1"
    done = stanch("identify", "--json", input=url)
    assert done.json["key_id"] == password["ServiceSpecificCredentialId"]
    assert password["ServicePassword"] not in done.out


def test_a_session_is_of_this_account_and_whose_is_not_known(stanch: Stanch, boto: Boto) -> None:
    session = boto("sts").get_session_token()["Credentials"]
    done = stanch("identify", "--json", input=json.dumps(session, default=str))
    assert (done.code, done.json["kind"], done.json["answer"]) == (
        Exit.DONE,
        "temporary_credentials",
        "unknown",
    )
    assert done.json["account"] == "123456789012"
    assert session["SecretAccessKey"] not in done.out
    assert session["SessionToken"][:40] not in done.out


def test_a_whole_mail(stanch: Stanch, leaked: Account, access_key_of: str) -> None:
    rng = random.Random(2)
    foreign = leaks.token(rng)
    mail = f"Hello,\n\n> {leaked.token[:50]}\n> {leaked.token[50:]}\n\nand {access_key_of}, {foreign.text}\n"
    done = stanch("identify", "--json", input=mail)
    assert done.code == Exit.INCOMPLETE
    assert [each["answer"] for each in done.json["found"]] == ["found", "found", "other_account"]
    assert done.json["key_id"] == leaked.key_id
    for secret in (leaked.token[50:], *foreign.secrets):
        assert secret not in done.out + done.err + stanch("identify", input=mail).out


@pytest.fixture
def access_key_of(leaked: Account, boto: Boto) -> str:
    return str(boto("iam").create_access_key(UserName=leaked.user)["AccessKey"]["AccessKeyId"])


def test_a_decoy_ends_there(stanch: Stanch, tmp_path_factory: pytest.TempPathFactory) -> None:
    decoy = leaks.key_id(random.Random(3), account="534261010715")
    done = stanch("identify", "--json", input=decoy)
    assert (done.code, done.json["answer"]) == (Exit.DONE, "decoy")
    assert done.json["decoy"]["source"]
    config = tmp_path_factory.mktemp("c") / "config.toml"
    config.write_text(f'decoy_accounts = ["{leaks.ACCOUNT}"]\n')
    ours = leaks.key_id(random.Random(4))
    done = stanch("--config", str(config), "identify", "--offline", "--json", input=ours)
    assert (done.code, done.json["answer"]) == (Exit.DONE, "decoy")


def test_what_may_not_be_asked_is_said(stanch: Stanch, sandbox: Sandbox, access_key: tuple[str, str]) -> None:
    sandbox.faults.add("deny:GetAccessKeyInfo")
    done = stanch("identify", "--json", input=access_key[0])
    assert (done.code, done.json["answer"]) == (Exit.DONE, "found")
    assert "sts:GetAccessKeyInfo" in " ".join(done.json["said"])
    sandbox.faults.add("deny:ListAccessKeys")
    done = stanch("identify", "--json", input=access_key[0])
    assert (done.code, done.json["answer"], done.json["user"]) == (Exit.INCOMPLETE, "unreadable", "web")


def test_an_expired_short_term_key_and_an_example(stanch: Stanch) -> None:
    done = stanch("identify", "--offline", "--json", input=leaks.short_term(random.Random(5)).text)
    assert (done.json["kind"], done.json["expires"]) == ("short_term_api_key", "2026-11-26T00:00:00Z")
    assert done.json["access_key_id"].startswith("ASIA")
    done = stanch("identify", "--json", input="AKIAIOSFODNN7EXAMPLE")
    assert (done.code, done.json["answer"], done.json["works"]) == (Exit.DONE, "example", "no")


def test_respond_takes_a_header_and_says_what_is_no_token(stanch: Stanch, leaked: Account) -> None:
    plan = stanch("respond", "-", "--plan", "--json", input=f"Authorization: Bearer {leaked.token}\r\n")
    assert plan.json["key_id"] == leaked.key_id
    done = stanch("respond", "-", "--plan", input="ASIAY34FZKBOKMUTVV7A")
    assert done.code == Exit.USAGE
    assert "stanch identify" in done.err
