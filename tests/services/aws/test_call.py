"""Calls as data: what counts as a change, what goes out once, and the same call for the AWS CLI."""

from __future__ import annotations

import pytest

from services.aws.call import Call
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.aws.where import Where
from tests.services.aws.liar import Liar, Lie


@pytest.mark.parametrize(
    "operation",
    [
        "GetUser",
        "ListUsers",
        "DescribeTrails",
        "LookupEvents",
        "StartQuery",
        "StopQueryExecution",
        "CancelQuery",
    ],
)
def test_reads(operation: str) -> None:
    assert Call("iam", operation).reads


@pytest.mark.parametrize(
    "operation",
    [
        "UpdateServiceSpecificCredential",
        "PutUserPolicy",
        "CreateSecret",
        "StartLogging",
        "PutBearerTokenAuthentication",
    ],
)
def test_changes(operation: str) -> None:
    assert not Call("iam", operation).reads


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("SELECT 1", True),
        ("\n select 1", True),
        ("CREATE EXTERNAL TABLE t (a int)", False),
        ("DROP TABLE t", False),
    ],
)
def test_of_athenas_statements_a_select_alone_reads(sql: str, reads: bool) -> None:
    assert Call("athena", "StartQueryExecution", {"QueryString": sql}).reads is reads


def test_create_and_reset_go_out_once() -> None:
    assert Call("iam", "CreateServiceSpecificCredential").once
    assert Call("iam", "ResetServiceSpecificCredential").once
    assert not Call("iam", "UpdateServiceSpecificCredential").once


def test_the_same_call_for_the_aws_cli() -> None:
    call = Call(
        "logs",
        "PutBearerTokenAuthentication",
        {"logGroupIdentifier": "/a b", "bearerTokenAuthenticationEnabled": False},
        "us-west-2",
    )
    assert str(Where().aws(call)) == (
        "aws logs put-bearer-token-authentication --log-group-identifier '/a b' "
        "--no-bearer-token-authentication-enabled --region us-west-2"
    )


async def test_what_goes_out_once_is_sent_once_though_no_answer_comes(aws: AwsSession, liar: Liar) -> None:
    """Whatever its HTTP method: a library sends what has an idempotent one again by itself."""
    liar.lie = lambda asked: Lie(b"")
    calls = (
        Call("iam", "CreateUser", {"UserName": "web"}),
        Call("s3", "CreateBucket", {"Bucket": "trail"}),
        Call("s3", "DeleteBucket", {"Bucket": "trail"}),
        Call("security-ir", "CreateCaseComment", {"caseId": "7000000001", "body": "a"}),
    )
    for number, call in enumerate(calls, 1):
        assert call.once
        with pytest.raises(AwsError):
            await aws.send(call)
        assert len(liar.heard) == number, call
