"""What the world is told of signed calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.account.world import ApiCall
from sandbox.wire.server import Sandbox

LOGS = "logs.amazonaws.com"


@pytest.fixture
def heard(sandbox: Sandbox) -> list[ApiCall]:
    calls: list[ApiCall] = []
    sandbox.world.on_api_call.append(calls.append)
    return calls


def test_a_write_with_its_parameters_and_its_actor(
    sandbox: Sandbox, boto: Callable[..., Any], heard: list[ApiCall]
) -> None:
    made = boto("iam", region="eu-west-1", user_agent_extra="probe/1").create_user(
        UserName="alice", Tags=[{"Key": "team", "Value": "web"}]
    )
    (call,) = heard
    assert (call.service, call.operation, call.region) == ("iam", "CreateUser", "us-east-1")
    assert call.params == {"userName": "alice", "tags": [{"key": "team", "value": "web"}]}
    assert (call.actor.kind, call.actor.name) == ("IAMUser", "responder")
    assert call.actor.access_key_id == sandbox.access_key_id
    assert call.source_ip == "127.0.0.1"
    assert "probe/1" in call.user_agent
    assert call.request_id == made["ResponseMetadata"]["RequestId"]
    assert not call.read_only
    assert call.error_code is None
    assert call.response is not None
    assert json.loads(json.dumps(call.response))["user"]["userName"] == "alice"


def test_a_read_has_no_response(boto: Callable[..., Any], heard: list[ApiCall]) -> None:
    boto("iam").list_users(MaxItems=7)
    (call,) = heard
    assert (call.read_only, call.params, call.response) == (True, {"maxItems": 7}, None)


def test_secrets_are_never_told(boto: Callable[..., Any], heard: list[ApiCall]) -> None:
    iam, secrets = boto("iam"), boto("secretsmanager")
    iam.create_user(UserName="alice")
    made = iam.create_service_specific_credential(UserName="alice", ServiceName=LOGS)
    made = made["ServiceSpecificCredential"]
    again = iam.reset_service_specific_credential(
        UserName="alice", ServiceSpecificCredentialId=made["ServiceSpecificCredentialId"]
    )["ServiceSpecificCredential"]
    git = iam.create_service_specific_credential(UserName="alice", ServiceName="codecommit.amazonaws.com")[
        "ServiceSpecificCredential"
    ]
    access = iam.create_access_key(UserName="alice")["AccessKey"]
    iam.create_login_profile(UserName="alice", Password="Correct-horse-7")
    secrets.create_secret(Name="key", SecretString=made["ServiceCredentialSecret"])
    assumed = boto("sts").get_session_token()["Credentials"]
    told = repr(heard)
    for secret in (
        made["ServiceCredentialSecret"],
        again["ServiceCredentialSecret"],
        git["ServicePassword"],
        access["SecretAccessKey"],
        "Correct-horse-7",
        assumed["SecretAccessKey"],
        assumed["SessionToken"],
    ):
        assert secret not in told
    created = next(call for call in heard if call.operation == "CreateServiceSpecificCredential")
    assert created.response is not None
    (shown,) = created.response.values()
    assert isinstance(shown, dict)
    assert shown["serviceSpecificCredentialId"] == made["ServiceSpecificCredentialId"]
    assert shown["serviceCredentialAlias"] == made["ServiceCredentialAlias"]


def test_refusals_are_told_with_their_code(
    sandbox: Sandbox, boto: Callable[..., Any], heard: list[ApiCall]
) -> None:
    with pytest.raises(ClientError):
        boto("iam").get_user(UserName="nobody")
    with pytest.raises(ClientError):
        boto("logs").delete_log_group(logGroupName="/none")
    sandbox.faults.add("deny:CreateUser")
    with pytest.raises(ClientError):
        boto("iam").create_user(UserName="alice")
    assert [(call.error_code, call.response) for call in heard] == [
        ("NoSuchEntity", None),
        ("ResourceNotFoundException", None),
        ("AccessDenied", None),
    ]
    assert heard[0].error_message == "The user with name nobody cannot be found."


def test_who_signed_is_told_by_the_key(boto: Callable[..., Any], heard: list[ApiCall]) -> None:
    iam = boto("iam")
    iam.create_user(UserName="alice", Path="/team/")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    boto("iam", key=(key["AccessKeyId"], key["SecretAccessKey"])).list_users()
    boto("iam", key=("AKIAUNKNOWNUNKNOWN00", "x")).list_users()
    assert [call.actor.arn for call in heard[-2:]] == [
        "arn:aws:iam::123456789012:user/team/alice",
        "arn:aws:iam::123456789012:user/responder",
    ]


def test_the_first_hop_is_the_source(boto: Callable[..., Any], heard: list[ApiCall]) -> None:
    def forward(request: Any, **_: Any) -> None:
        request.headers["X-Forwarded-For"] = "203.0.113.9, 10.0.0.1"

    iam = boto("iam", key=("AKIAFORWARDEDTHROUGH", "x"))
    iam.meta.events.register("before-send.iam.*", forward)
    iam.list_users()
    assert heard[0].source_ip == "203.0.113.9"


def test_each_service_in_its_region(boto: Callable[..., Any], heard: list[ApiCall]) -> None:
    logs = boto("logs", region="eu-west-1")
    logs.create_log_group(logGroupName="/app")
    logs.put_bearer_token_authentication(logGroupIdentifier="/app", bearerTokenAuthenticationEnabled=True)
    boto("s3").create_bucket(Bucket="files")
    boto("s3").put_object(Bucket="files", Key="a", Body=b"x")
    boto("s3").get_object(Bucket="files", Key="a")["Body"].close()
    boto("cloudtrail", region="us-west-2").describe_trails()
    assert [(call.operation, call.region) for call in heard] == [
        ("CreateLogGroup", "eu-west-1"),
        ("PutBearerTokenAuthentication", "eu-west-1"),
        ("CreateBucket", "us-east-1"),
        ("DescribeTrails", "us-west-2"),
    ]
    assert heard[1].params == {"logGroupIdentifier": "/app", "bearerTokenAuthenticationEnabled": True}
    assert heard[2].params == {"bucketName": "files"}


def test_a_call_whose_answer_was_lost_is_told_once(
    sandbox: Sandbox, boto: Callable[..., Any], heard: list[ApiCall]
) -> None:
    for kind in ("drop", "drop-before"):
        sandbox.faults.add(f"{kind}:CreateUser:1")
        with pytest.raises(BotoCoreError):
            boto("iam").create_user(UserName=kind)
    assert [(call.operation, call.params) for call in heard] == [("CreateUser", {"userName": "drop"})]
