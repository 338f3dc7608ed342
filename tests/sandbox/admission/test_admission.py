"""Which calls are let in: by whose key, how large, and to which services."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.backend_index import backend_url_patterns

from sandbox.account import account
from sandbox.account.world import ACCOUNT
from sandbox.wire.dispatch import MOUNTED
from sandbox.wire.server import MOST_SIGNED, MOST_UNSIGNED, Sandbox
from tests.principals import make_user, session_key
from tests.sandbox.signed import connect, headers_of, send

Boto = Callable[..., Any]

CALLS: dict[str, Callable[[Any], object]] = {
    "iam": lambda iam: iam.list_users(),
    "sts": lambda sts: sts.get_caller_identity(),
    "logs": lambda logs: logs.describe_log_groups(),
    "secretsmanager": lambda secrets: secrets.list_secrets(),
    "s3": lambda s3: s3.list_buckets(),
    "accessanalyzer": lambda analyzer: analyzer.list_analyzers(),
}
UNKNOWN = {
    "iam": ("InvalidClientTokenId", 403),
    "sts": ("InvalidClientTokenId", 403),
    "logs": ("UnrecognizedClientException", 400),
    "secretsmanager": ("UnrecognizedClientException", 400),
    "s3": ("InvalidAccessKeyId", 403),
    "accessanalyzer": ("UnrecognizedClientException", 403),
}


def refusal(call: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        call()
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("service", CALLS)
def test_a_key_works_until_it_is_inactive_or_deleted(boto: Boto, service: str) -> None:
    iam, call = boto("iam"), CALLS[service]
    key = make_user(iam, "alice")
    theirs = boto(service, key=key)
    named = {"UserName": "alice", "AccessKeyId": key[0]}
    call(theirs)
    iam.update_access_key(**named, Status="Inactive")
    assert refusal(lambda: call(theirs)) == UNKNOWN[service]
    iam.update_access_key(**named, Status="Active")
    call(theirs)
    iam.delete_access_key(**named)
    assert refusal(lambda: call(theirs)) == UNKNOWN[service]


@pytest.mark.parametrize("service", CALLS)
def test_a_session_works_until_its_end(boto: Boto, sandbox: Sandbox, service: str) -> None:
    made = boto("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/r", RoleSessionName="night")
    theirs, call = boto(service, key=session_key(made["Credentials"])), CALLS[service]
    call(theirs)
    sandbox.world.clock.advance(timedelta(hours=1, seconds=1))
    assert refusal(lambda: call(theirs))[0] in ("ExpiredToken", "ExpiredTokenException")


def test_names_that_need_encoding_are_signed_as_aws_signs_them(boto: Boto) -> None:
    s3 = boto("s3")
    s3.create_bucket(Bucket="files")
    keys = ["a b/c+d", "ü/%41", "x=1&y=2", "~-._", "(*)'!", "a//b", "./../c"]
    for key in keys:
        s3.put_object(Bucket="files", Key=key, Body=key.encode(), Metadata={"foo_bar": "one  two"})
        assert s3.get_object(Bucket="files", Key=key)["Body"].read() == key.encode()
    found = [s3.list_objects_v2(Bucket="files", Prefix=key)["Contents"][0]["Key"] for key in keys]
    assert found == keys


@pytest.mark.parametrize(
    ("size", "chunked", "signed", "wanted"),
    [
        (MOST_UNSIGNED + 1, False, False, 413),
        (MOST_UNSIGNED + 1, True, False, 413),
        (MOST_UNSIGNED, False, False, 401),
        (MOST_SIGNED + 1, False, True, 413),
        (MOST_SIGNED + 1, True, True, 413),
        (MOST_UNSIGNED + 1, False, True, 404),
    ],
)
def test_a_body_too_large_is_never_read(
    sandbox: Sandbox, size: int, chunked: bool, signed: bool, wanted: int
) -> None:
    head = headers_of(sandbox, "s3", "PUT", "/b/k", b"x" * size) if signed else {}
    head |= {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(size)}
    path = "/b/k" if signed else "/ingest/json"
    with closing(connect(sandbox)) as connection:
        connection.putrequest("PUT" if signed else "POST", path)
        for name, value in head.items():
            connection.putheader(name, value)
        connection.endheaders()
        if chunked:
            connection.send(b"%x\r\n" % (2 * size))
        if chunked or wanted != 413:
            connection.send(b"x" * size)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == wanted


def test_services_that_no_scenario_needs_are_not_there(sandbox: Sandbox) -> None:
    others = sorted({name for name, _ in backend_url_patterns} - MOUNTED)
    with closing(connect(sandbox)) as connection:
        for service in others:
            for path, target in (("/", "X.ListFunctions"), ("/2015-03-31/functions", "")):
                given = {"X-Amz-Target": target} if target else {}
                headers = headers_of(sandbox, service, "POST", path, b"{}", given)
                status, answer = send(connection, "POST", path, b"{}", headers)
                assert (status, b"NotImplemented" in answer or b"has no" in answer) == (501, True), service
    assert len(others) > 100
    sys.stdout.write(f"{len(others)} services of moto's are not there\n")


def test_the_key_is_made_up_at_a_glance_and_right_in_shape(sandbox: Sandbox) -> None:
    key_id, secret = sandbox.access_key_id, sandbox.secret_access_key
    assert re.fullmatch(r"AKIA[A-Z2-7]{9}SANDBOX", key_id)
    assert re.fullmatch(r"SANDBOX/NOT/AWS/[A-Za-z0-9/+]{24}", secret)
    number = int.from_bytes(base64.b32decode(key_id[4:])[:6], "big")
    assert (number & 0x7FFFFFFFFF80) >> 7 == int(ACCOUNT)


def test_the_secret_is_another_at_each_start() -> None:
    made = {account._made_up("AKIAIOSFODNN7EXAMPLE").secret_access_key for _ in range(20)}
    assert len(made) == 20
