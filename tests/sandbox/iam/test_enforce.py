"""Signed calls under `enforce_policies`: what their caller's policies allow, and AWS's words where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.world import ACCOUNT, ApiCall
from sandbox.wire.server import Sandbox
from tests.principals import allow, deny, make_role, make_user, policy

LOGS = "logs.amazonaws.com"
ONLY_LOGS = {"StringEquals": {"iam:ServiceSpecificCredentialServiceName": [LOGS]}}
USERS = f"arn:aws:iam::{ACCOUNT}:user/*"


@pytest.fixture
def enforcing(sandbox: Sandbox) -> Sandbox:
    sandbox.world.settings.enforce_policies = True
    return sandbox


@pytest.fixture
def client_of(enforcing: Sandbox, boto: Callable[..., Any]) -> Callable[..., Any]:
    """`client_of("iam", statement, …)`: a client that signs as a user who has just those statements."""
    made: dict[str, tuple[str, str]] = {}

    def client(service: str, *statements: dict[str, Any], user: str = "eve", **more: Any) -> Any:
        if user not in made:
            made[user] = make_user(boto("iam"), user, *([policy(*statements)] if statements else []), **more)
        return boto(service, key=made[user])

    return client


def refusal(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    assert error["Code"] in {"AccessDenied", "AccessDeniedException"}
    return str(error["Message"])


def test_nothing_is_enforced_unless_asked_for(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    assert boto("iam", key=make_user(boto("iam"), "eve")).list_users()["Users"]


def test_the_responder_may_do_everything(enforcing: Sandbox, boto: Callable[..., Any]) -> None:
    boto("iam").create_user(UserName="x")
    boto("s3").create_bucket(Bucket="bucket")
    assert boto("iam").list_users()["Users"]


def test_a_deny_binds_the_responder_too(enforcing: Sandbox, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    document = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}'
    )
    iam.put_user_policy(UserName="responder", PolicyName="no", PolicyDocument=document)
    assert refusal(iam.list_users) == (
        f"User: arn:aws:iam::{ACCOUNT}:user/responder is not authorized to perform: iam:ListUsers "
        f"on resource: arn:aws:iam::{ACCOUNT}:user/ with an explicit deny in an identity-based policy"
    )


def test_who_one_is_may_always_be_asked(client_of: Callable[..., Any]) -> None:
    sts = client_of("sts", deny("*"))
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/eve"


def test_what_no_policy_allows_is_refused_in_awss_words(client_of: Callable[..., Any]) -> None:
    words = refusal(client_of("iam", user="eve", path="/team/").get_user, UserName="responder")
    assert words == (
        f"User: arn:aws:iam::{ACCOUNT}:user/team/eve is not authorized to perform: iam:GetUser on resource: "
        "user responder because no identity-based policy allows the iam:GetUser action"
    )


def test_the_boundary_is_named_where_it_is_what_stops(
    client_of: Callable[..., Any], boto: Callable[..., Any]
) -> None:
    iam = client_of("iam", allow("iam:*"))
    boto("iam").put_user_permissions_boundary(
        UserName="eve", PermissionsBoundary="arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
    )
    assert "because no permissions boundary allows the iam:ListUsers action" in refusal(iam.list_users)


def test_listing_all_keys_needs_a_grant_on_all_users(
    client_of: Callable[..., Any], boto: Callable[..., Any]
) -> None:
    action = "iam:ListServiceSpecificCredentials"
    boto("iam").create_user(UserName="web")
    one = client_of("iam", allow(action, resource=f"arn:aws:iam::{ACCOUNT}:user/web"))
    assert one.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"] == []
    assert action in refusal(one.list_service_specific_credentials, AllUsers=True)
    every = client_of("iam", allow(action, resource=USERS), user="ann")
    assert every.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"] == []


def test_keys_of_one_service_alone(client_of: Callable[..., Any], boto: Callable[..., Any]) -> None:
    admin = boto("iam")
    admin.create_user(UserName="web")
    key = {
        service: admin.create_service_specific_credential(UserName="web", ServiceName=service)[
            "ServiceSpecificCredential"
        ]["ServiceSpecificCredentialId"]
        for service in (LOGS, "bedrock.amazonaws.com")
    }
    iam = client_of("iam", allow("iam:*ServiceSpecificCredential", resource=USERS, Condition=ONLY_LOGS))
    update = iam.update_service_specific_credential
    update(UserName="web", ServiceSpecificCredentialId=key[LOGS], Status="Inactive")
    other = key["bedrock.amazonaws.com"]
    refusal(update, UserName="web", ServiceSpecificCredentialId=other, Status="Inactive")
    iam.create_service_specific_credential(UserName="web", ServiceName="Logs.amazonaws.com")
    refusal(iam.create_service_specific_credential, UserName="web", ServiceName="bedrock.amazonaws.com")
    statuses = {
        each["ServiceSpecificCredentialId"]: each["Status"]
        for each in admin.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
    }
    assert (statuses[key[LOGS]], statuses[other], len(statuses)) == ("Inactive", "Active", 3)


def test_one_managed_policy_alone(client_of: Callable[..., Any]) -> None:
    hold, other = (f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "AdministratorAccess"))
    only = {"ArnEquals": {"iam:PolicyARN": hold}}
    iam = client_of("iam", allow("iam:AttachUserPolicy", resource=USERS, Condition=only))
    iam.attach_user_policy(UserName="responder", PolicyArn=hold)
    refusal(iam.attach_user_policy, UserName="responder", PolicyArn=other)


def test_buckets_and_their_objects(client_of: Callable[..., Any], boto: Callable[..., Any]) -> None:
    for name in ("mine", "other"):
        boto("s3").create_bucket(Bucket=name)
        boto("s3").put_object(Bucket=name, Key="a/b", Body=b"x")
    s3 = client_of(
        "s3",
        allow("s3:ListBucket", resource="arn:aws:s3:::mine"),
        allow("s3:GetObject", resource="arn:aws:s3:::mine/*"),
    )
    assert s3.list_objects_v2(Bucket="mine")["KeyCount"] == 1
    with s3.get_object(Bucket="mine", Key="a/b")["Body"] as body:
        assert body.read() == b"x"
    assert "s3:ListBucket on resource: arn:aws:s3:::other" in refusal(s3.list_objects_v2, Bucket="other")
    assert "s3:GetObject on resource: arn:aws:s3:::other/a/b" in refusal(
        s3.get_object, Bucket="other", Key="a/b"
    )
    refusal(s3.put_object, Bucket="mine", Key="c", Body=b"")


def test_secrets_by_name(client_of: Callable[..., Any]) -> None:
    secrets = client_of(
        "secretsmanager",
        allow("secretsmanager:*", resource="arn:aws:secretsmanager:*:*:secret:stanch/*"),
    )
    made = secrets.create_secret(Name="stanch/web", SecretString="s")
    assert secrets.describe_secret(SecretId=made["ARN"])["Name"] == "stanch/web"
    refusal(secrets.create_secret, Name="prod/db", SecretString="s")


def test_log_groups_by_name(client_of: Callable[..., Any], boto: Callable[..., Any]) -> None:
    for name in ("/app/web", "/other"):
        boto("logs").create_log_group(logGroupName=name)
    logs = client_of(
        "logs",
        allow("logs:PutBearerTokenAuthentication", resource="arn:aws:logs:*:*:log-group:/app/*"),
    )
    logs.put_bearer_token_authentication(logGroupIdentifier="/app/web", bearerTokenAuthenticationEnabled=True)
    refusal(
        logs.put_bearer_token_authentication,
        logGroupIdentifier="/other",
        bearerTokenAuthenticationEnabled=True,
    )
    refusal(logs.describe_log_groups)


def test_a_role_session_has_its_roles_rights(enforcing: Sandbox, boto: Callable[..., Any]) -> None:
    arn = make_role(boto("iam"), "night", policy(allow("iam:ListUsers")), path="/oncall/")
    made = boto("sts").assume_role(RoleArn=arn, RoleSessionName="night")["Credentials"]
    iam = boto("iam", key=(made["AccessKeyId"], made["SecretAccessKey"]))
    assert iam.list_users()["Users"]
    assert f"User: arn:aws:sts::{ACCOUNT}:assumed-role/night/" in refusal(iam.list_account_aliases)


def test_a_refused_call_stands_in_the_records(enforcing: Sandbox, client_of: Callable[..., Any]) -> None:
    heard: list[ApiCall] = []
    iam = client_of("iam")
    enforcing.world.on_api_call.append(heard.append)
    refusal(iam.list_users)
    assert [(call.operation, call.actor.name, call.error_code) for call in heard] == [
        ("ListUsers", "eve", "AccessDenied")
    ]
