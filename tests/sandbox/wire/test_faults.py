"""Faults: how they are written down, and what a client meets when they are in force."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from sandbox.wire.faults import Fault, FaultBoard, parse_fault
from sandbox.wire.server import Sandbox

LOGS = "logs.amazonaws.com"


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("throttle:ListUsers:3", Fault("throttle", "ListUsers", times=3)),
        ("500:*:0.1", Fault("500", "*", share=0.1)),
        ("latency:*:0.3", Fault("latency", "*", seconds=0.3)),
        ("timeout:Create*:5:1", Fault("timeout", "Create*", seconds=5, times=1)),
        ("drop:CreateServiceSpecificCredential:1", Fault("drop", "CreateServiceSpecificCredential", times=1)),
        ("drop-before:iam.*", Fault("drop-before", "iam.*")),
        ("deny:UpdateServiceSpecificCredential", Fault("deny", "UpdateServiceSpecificCredential")),
        ("expired:*", Fault("expired", "*")),
        ("rubbish:*", Fault("rubbish", "*")),
        ("consistency:4", Fault("consistency", seconds=4)),
    ],
)
def test_specs_are_read(spec: str, fault: Fault) -> None:
    assert parse_fault(spec) == fault


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("", "names no fault"),
        ("flood:*", "the faults are throttle"),
        ("throttle", "which operation"),
        ("throttle:", "which operation"),
        ("latency:*", "how many seconds"),
        ("latency:*:soon", "'soon' is no number of seconds"),
        ("latency:*:-1", "no number of seconds"),
        ("latency:*:inf", "no number of seconds"),
        ("throttle:*:0", "neither a count"),
        ("throttle:*:1.5", "neither a count"),
        ("throttle:*:x", "neither a count"),
        ("throttle:*:3:4", "too much"),
        ("consistency", "consistency:SECONDS"),
        ("consistency:4:5", "consistency:SECONDS"),
    ],
)
def test_a_wrong_spec_is_explained(spec: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        parse_fault(spec)


def test_counts_and_shares() -> None:
    board = FaultBoard()
    board.add("throttle:ListUsers:2")
    board.add("500:logs.*:0.25")
    struck = [bool(board.striking("iam", "ListUsers")) for _ in range(4)]
    assert struck == [True, True, False, False]
    assert sum(bool(board.striking("logs", "DescribeLogGroups")) for _ in range(100)) == 25
    assert board.striking("iam", "GetUser") == []


def first_error(call: Callable[..., Any], **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "iam": ("list_users", {}),
    "sts": ("get_caller_identity", {}),
    "logs": ("describe_log_groups", {}),
    "cloudtrail": ("describe_trails", {}),
    "secretsmanager": ("list_secrets", {}),
    "cloudwatch": ("list_metrics", {}),
    "s3": ("list_buckets", {}),
}


@pytest.mark.parametrize(
    ("kind", "query", "json", "s3"),
    [
        ("throttle", ("Throttling", 400), ("ThrottlingException", 400), ("SlowDown", 503)),
        ("500", ("InternalFailure", 500), ("InternalFailure", 500), ("InternalError", 500)),
        ("deny", ("AccessDenied", 403), ("AccessDeniedException", 400), ("AccessDenied", 403)),
        ("expired", ("ExpiredToken", 403), ("ExpiredTokenException", 400), ("ExpiredToken", 400)),
    ],
)
@pytest.mark.parametrize("service", CALLS)
def test_every_service_gets_its_own_wording(
    sandbox: Sandbox,
    boto: Callable[..., Any],
    service: str,
    kind: str,
    query: tuple[str, int],
    json: tuple[str, int],
    s3: tuple[str, int],
) -> None:
    operation, parameters = CALLS[service]
    call = getattr(boto(service), operation)
    sandbox.faults.add(f"{kind}:*:1")
    expected = {"iam": query, "sts": query, "s3": s3}.get(service, json)
    assert first_error(call, **parameters) == expected
    call(**parameters)


def test_a_refusal_names_the_action_and_the_resource(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    iam, logs = boto("iam"), boto("logs")
    sandbox.faults.add("deny:UpdateServiceSpecificCredential")
    sandbox.faults.add("deny:PutBearerTokenAuthentication")
    with pytest.raises(ClientError) as refused:
        iam.update_service_specific_credential(
            UserName="alice", ServiceSpecificCredentialId="A" * 21, Status="Inactive"
        )
    assert refused.value.response["Error"]["Message"] == (
        "User: arn:aws:iam::123456789012:user/responder is not authorized to perform: "
        "iam:UpdateServiceSpecificCredential on resource: user alice because no identity-based policy "
        "allows the iam:UpdateServiceSpecificCredential action"
    )
    with pytest.raises(ClientError) as refused:
        logs.put_bearer_token_authentication(
            logGroupIdentifier="/app", bearerTokenAuthenticationEnabled=False
        )
    resource = "on resource: arn:aws:logs:us-east-1:123456789012:log-group:/app:log-stream: "
    assert resource in refused.value.response["Error"]["Message"]


def made(iam: Any) -> int:
    return len(iam.list_service_specific_credentials(UserName="alice")["ServiceSpecificCredentials"])


def test_a_drop_acts_first_and_a_drop_before_does_not(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    iam.create_user(UserName="alice")
    sandbox.faults.add("drop-before:CreateServiceSpecificCredential:1")
    with pytest.raises(HTTPClientError):
        iam.create_service_specific_credential(UserName="alice", ServiceName=LOGS)
    assert made(iam) == 0
    sandbox.faults.add("drop:CreateServiceSpecificCredential:1")
    with pytest.raises(HTTPClientError):
        iam.create_service_specific_credential(UserName="alice", ServiceName=LOGS)
    assert made(iam) == 1


def test_a_timeout_acts_and_holds_the_answer_back(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    iam, hasty = boto("iam"), boto("iam", read_timeout=0.2)
    iam.create_user(UserName="alice")
    sandbox.faults.add("timeout:CreateServiceSpecificCredential:30:1")
    with pytest.raises(ReadTimeoutError):
        hasty.create_service_specific_credential(UserName="alice", ServiceName=LOGS)
    assert made(iam) == 1


def test_latency_delays_and_can_be_lifted(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    sandbox.faults.add("latency:ListUsers:0.2")
    began = time.monotonic()
    iam.list_users()
    assert time.monotonic() - began >= 0.2
    sandbox.faults.clear()
    struck = sandbox.faults.struck
    iam.list_users()
    assert sandbox.faults.struck == struck


def test_rubbish_is_html(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    sandbox.faults.add("rubbish:ListUsers")
    with pytest.raises(ResponseParserError):
        boto("iam").list_users()


def test_hooks_run_before_and_after_the_deed(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    seen: list[int] = []

    def count() -> None:
        seen.append(made(iam))

    iam.create_user(UserName="alice")
    for when in ("before", "after"):
        sandbox.faults.on("CreateServiceSpecificCredential", when, count)
    boto("iam").create_service_specific_credential(UserName="alice", ServiceName=LOGS)
    assert seen == [0, 1]


def test_reset_ends_all_faults(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    sandbox.faults.add("500:*")
    sandbox.reset()
    boto("iam").list_users()
