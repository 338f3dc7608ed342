"""The five service-specific credential operations, as boto3 sees them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox

LOGS = "logs.amazonaws.com"
MISSING = "ACCA" + "A" * 17


@pytest.fixture
def iam(boto: Callable[..., Any]) -> Any:
    client = boto("iam")
    for name in ("alice", "bob"):
        client.create_user(UserName=name)
    return client


def create(iam: Any, user: str = "alice", service: str = LOGS, **more: Any) -> Any:
    made = iam.create_service_specific_credential(UserName=user, ServiceName=service, **more)
    return made["ServiceSpecificCredential"]


def listed(iam: Any, **query: Any) -> list[Any]:
    return list(iam.list_service_specific_credentials(**query)["ServiceSpecificCredentials"])


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


@pytest.mark.parametrize(
    ("service", "prefix"),
    [
        (LOGS, "ACWL"),
        ("bedrock.amazonaws.com", "ABSK"),
        ("cloudwatch.amazonaws.com", "APIAACWM"),
        ("aws-external-anthropic.amazonaws.com", "AEAA"),
    ],
)
def test_a_token_decodes_to_its_alias(iam: Any, service: str, prefix: str) -> None:
    made = create(iam, service=service)
    assert re.fullmatch(r"ACCA[A-Z2-7]{17}", made["ServiceSpecificCredentialId"])
    assert made["ServiceCredentialAlias"] == "alice-at-123456789012"
    assert made["Status"] == "Active"
    assert not {"ExpirationDate", "ServiceUserName", "ServicePassword"} & made.keys()
    token = made["ServiceCredentialSecret"]
    alias, secret = base64.b64decode(token.removeprefix(prefix)).decode().split(":", 1)
    assert token.startswith(prefix)
    assert (alias, len(secret)) == (made["ServiceCredentialAlias"], 60)


@pytest.mark.parametrize("service", ["codecommit.amazonaws.com", "cassandra.amazonaws.com"])
def test_password_services_answer_with_user_name_and_password(iam: Any, service: str) -> None:
    made = create(iam, service=service)
    assert made["ServiceUserName"] == "alice-at-123456789012"
    assert made["ServicePassword"]
    assert not {"ServiceCredentialAlias", "ServiceCredentialSecret"} & made.keys()


def test_the_secret_is_never_listed(iam: Any) -> None:
    create(iam)
    (seen,) = listed(iam, UserName="alice")
    assert not {"ServiceCredentialSecret", "ServicePassword"} & seen.keys()


def test_the_second_key_is_numbered_and_the_third_refused(iam: Any) -> None:
    first = create(iam)
    assert create(iam)["ServiceCredentialAlias"] == "alice+1-at-123456789012"
    key_id = first["ServiceSpecificCredentialId"]
    iam.update_service_specific_credential(
        UserName="alice", ServiceSpecificCredentialId=key_id, Status="Inactive"
    )
    assert refusal(iam.create_service_specific_credential, UserName="alice", ServiceName=LOGS) == (
        "LimitExceeded",
        409,
        "Cannot exceed quota for ContextSpecificCredentialsPerUserPerContext: 2",
    )
    create(iam, service="bedrock.amazonaws.com")
    create(iam, user="bob")
    iam.delete_service_specific_credential(UserName="alice", ServiceSpecificCredentialId=key_id)
    assert create(iam)["ServiceCredentialAlias"] == "alice-at-123456789012"


def test_an_age_gives_an_expiry_that_the_clock_reaches(sandbox: Sandbox, iam: Any) -> None:
    made = create(iam, CredentialAgeDays=30)
    assert made["ExpirationDate"] - made["CreateDate"] == timedelta(days=30)
    sandbox.world.clock.advance(timedelta(days=30))
    assert listed(iam, UserName="alice")[0]["Status"] == "Expired"
    code, _, message = refusal(
        iam.reset_service_specific_credential,
        UserName="alice",
        ServiceSpecificCredentialId=made["ServiceSpecificCredentialId"],
    )
    assert code == "InvalidInput"
    assert "expired" in message


@pytest.mark.parametrize("age", [0, 36601])
def test_ages_out_of_bounds_are_refused(iam: Any, boto: Callable[..., Any], age: int) -> None:
    unchecked = boto("iam", parameter_validation=False)
    code, status, _ = refusal(
        unchecked.create_service_specific_credential,
        UserName="alice",
        ServiceName=LOGS,
        CredentialAgeDays=age,
    )
    assert (code, status) == ("ValidationError", 400)
    assert listed(iam, UserName="alice") == []


def test_service_names_have_no_case(iam: Any) -> None:
    create(iam, service="LOGS.amazonaws.com")
    assert [
        key["ServiceName"] for key in listed(iam, UserName="alice", ServiceName="Logs.AmazonAWS.com")
    ] == [LOGS]


def test_an_unknown_service_is_refused(iam: Any) -> None:
    message = "No such service ec2.amazonaws.com is supported for Service Specific Credentials"
    for call in (iam.create_service_specific_credential, iam.list_service_specific_credentials):
        assert refusal(call, UserName="alice", ServiceName="ec2.amazonaws.com") == (
            "NoSuchEntity",
            404,
            message,
        )


def test_reset_changes_the_secret_alone(iam: Any) -> None:
    made = create(iam, CredentialAgeDays=5)
    key = {"UserName": "alice", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    iam.update_service_specific_credential(**key, Status="Inactive")
    before = listed(iam, UserName="alice")
    again = iam.reset_service_specific_credential(**key)["ServiceSpecificCredential"]
    assert again["ServiceCredentialSecret"] != made["ServiceCredentialSecret"]
    assert again["Status"] == "Inactive"
    assert listed(iam, UserName="alice") == before


def test_a_status_can_be_set_but_not_expired(iam: Any) -> None:
    key = {
        "UserName": "alice",
        "ServiceSpecificCredentialId": create(iam)["ServiceSpecificCredentialId"],
    }
    for status in ("Inactive", "Inactive", "Active"):
        iam.update_service_specific_credential(**key, Status=status)
        assert listed(iam, UserName="alice")[0]["Status"] == status
    assert refusal(iam.update_service_specific_credential, **key, Status="Expired") == (
        "InvalidInput",
        400,
        "Operation does not support status Expired",
    )
    code, status_code, _ = refusal(iam.update_service_specific_credential, **key, Status="Paused")
    assert (code, status_code) == ("ValidationError", 400)
    assert listed(iam, UserName="alice")[0]["Status"] == "Active"


@pytest.mark.parametrize("operation", ["update", "reset", "delete"])
def test_whose_key_it_is_matters(iam: Any, operation: str) -> None:
    call = getattr(iam, f"{operation}_service_specific_credential")
    more = {"Status": "Inactive"} if operation == "update" else {}
    key_id = create(iam)["ServiceSpecificCredentialId"]

    def asked(**named: Any) -> tuple[str, int, str]:
        return refusal(call, **named, **more)

    not_his = "does not have a service specific credential with id"
    assert asked(UserName="bob", ServiceSpecificCredentialId=key_id) == (
        "ValidationError",
        400,
        f"User bob {not_his} {key_id}",
    )
    assert asked(ServiceSpecificCredentialId=key_id) == (
        "ValidationError",
        400,
        f"User responder {not_his} {key_id}",
    )
    assert asked(UserName="alice", ServiceSpecificCredentialId=MISSING) == (
        "NoSuchEntity",
        404,
        f"No such credential {MISSING} exists",
    )
    assert asked(UserName="nobody", ServiceSpecificCredentialId=key_id) == (
        "NoSuchEntity",
        404,
        "The user with name nobody cannot be found.",
    )
    malformed = asked(UserName="alice", ServiceSpecificCredentialId="ACCA-" + "!" * 16)
    assert malformed[:2] == ("ValidationError", 400)
    assert [key["Status"] for key in listed(iam, UserName="alice")] == ["Active"]


def test_without_a_user_name_the_callers_own_keys_are_meant(iam: Any, boto: Callable[..., Any]) -> None:
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    as_bob = boto("iam", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    create(iam, user="alice")
    own = create(iam, user="bob")["ServiceSpecificCredentialId"]
    assert [each["ServiceSpecificCredentialId"] for each in listed(as_bob)] == [own]
    as_bob.delete_service_specific_credential(ServiceSpecificCredentialId=own)
    assert listed(as_bob) == []
    assert listed(iam) == []


def test_all_users_are_listed_in_pages(sandbox: Sandbox, iam: Any) -> None:
    store, now = sandbox.world.part(CredentialStore), sandbox.world.clock.now()
    made = [store.seed(f"user{n}", LOGS, created=now).id for n in range(250)]
    made.append(store.seed("user0", "bedrock.amazonaws.com", created=now).id)
    first = iam.list_service_specific_credentials(AllUsers=True)
    assert len(first["ServiceSpecificCredentials"]) == 100
    assert first["IsTruncated"]
    seen: list[str] = []
    marker: dict[str, str] = {}
    while True:
        page = iam.list_service_specific_credentials(AllUsers=True, MaxItems=60, **marker)
        seen += [key["ServiceSpecificCredentialId"] for key in page["ServiceSpecificCredentials"]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert "Marker" not in page
    assert sorted(seen) == sorted(made)
    assert seen != made
    only = listed(iam, AllUsers=True, ServiceName="bedrock.amazonaws.com")
    assert [key["UserName"] for key in only] == ["user0"]


def test_all_users_and_a_user_name_exclude_each_other(iam: Any) -> None:
    assert refusal(iam.list_service_specific_credentials, AllUsers=True, UserName="alice") == (
        "InvalidInput",
        400,
        "Cannot list credentials for all users if a username is given",
    )


def test_a_user_with_a_key_cannot_be_deleted(iam: Any) -> None:
    key = create(iam)["ServiceSpecificCredentialId"]
    iam.update_service_specific_credential(
        UserName="alice", ServiceSpecificCredentialId=key, Status="Inactive"
    )
    assert refusal(iam.delete_user, UserName="alice")[:2] == ("DeleteConflict", 409)
    iam.delete_service_specific_credential(UserName="alice", ServiceSpecificCredentialId=key)
    iam.delete_user(UserName="alice")


def test_an_alias_survives_a_rename_and_is_not_given_twice(iam: Any) -> None:
    key = create(iam)["ServiceSpecificCredentialId"]
    iam.update_user(UserName="alice", NewUserName="alicia")
    (moved,) = listed(iam, UserName="alicia")
    assert (moved["ServiceSpecificCredentialId"], moved["UserName"]) == (key, "alicia")
    assert moved["ServiceCredentialAlias"] == "alice-at-123456789012"
    iam.create_user(UserName="alice")
    assert create(iam)["ServiceCredentialAlias"] == "alice+1-at-123456789012"


def test_a_seeded_key_has_its_history(sandbox: Sandbox, iam: Any) -> None:
    now = sandbox.world.clock.now()
    made = sandbox.world.part(CredentialStore).seed(
        "alice",
        LOGS,
        id="ACCA" + "B" * 17,
        created=now - timedelta(days=400),
        expires=now - timedelta(days=35),
        enabled=False,
        secret="s" * 60,
    )
    (seen,) = listed(iam, UserName="alice")
    assert seen["Status"] == "Expired"
    assert seen["ExpirationDate"] - seen["CreateDate"] == timedelta(days=365)
    assert base64.b64decode(made.token[4:]) == b"alice-at-123456789012:" + b"s" * 60
    assert "s" * 60 not in repr(made)
