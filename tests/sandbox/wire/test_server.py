"""The server itself: the account at its start, connections, and what cannot be answered."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.wire.server import Sandbox
from tests.sandbox.signed import connect, headers_of, send


def test_the_responder_is_who_the_environment_says(boto: Callable[..., Any]) -> None:
    assert boto("sts").get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/responder"
    assert boto("iam").get_user()["User"]["UserName"] == "responder"


def test_reset_empties_the_account(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    boto("iam").create_user(UserName="someone")
    sandbox.reset()
    assert [user["UserName"] for user in boto("iam").list_users()["Users"]] == ["responder"]


def test_only_one_sandbox_in_a_process(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="already running"):
        Sandbox().start()


def test_a_connection_serves_more_than_one_request(sandbox: Sandbox) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(connect(sandbox)) as connection:
        connection.connect()
        mine = connection.sock.getsockname()
        for body in (b"Action=GetCallerIdentity&Version=2011-06-15", b""):
            send(connection, "POST", "/", body, form)
            assert connection.sock.getsockname() == mine


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("iam", "get_context_keys_for_custom_policy", {"PolicyInputList": ["{}"]}),
        ("accessanalyzer", "list_archive_rules", {"analyzerName": "mine"}),
        ("guardduty", "list_invitations", {}),
    ],
)
def test_what_moto_lacks_is_answered_as_not_implemented(
    boto: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    service: str,
    operation: str,
    parameters: dict[str, Any],
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(boto(service), operation)(**parameters)
    answer = refused.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ("NotImplemented", 501)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_a_defect_is_a_500_and_in_the_log_alone(
    sandbox: Sandbox,
    boto: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def broken(call: object) -> None:
        raise ZeroDivisionError

    sandbox.world.on_api_call.append(broken)
    with pytest.raises(ClientError) as failed:
        boto("iam").list_users()
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert capfd.readouterr() == ("", "")


def test_a_body_in_chunks_and_a_head_are_read(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    boto("s3").create_bucket(Bucket="files")
    boto("s3").put_object(Bucket="files", Key="a", Body=b"x" * 100_000)
    assert boto("s3").head_object(Bucket="files", Key="a")["ContentLength"] == 100_000
    chunks = [b"Action=GetCallerIdentity", b"&Version=2011-06-15"]
    form = {"Content-Type": "application/x-www-form-urlencoded", "Transfer-Encoding": "chunked"}
    headers = headers_of(sandbox, "sts", body=b"".join(chunks), headers=form)
    with closing(connect(sandbox)) as connection:
        assert b"GetCallerIdentityResult" in send(connection, "POST", "/", iter(chunks), headers)[1]


def test_stopping_lets_go_of_the_port_and_of_calls_being_held(sandbox: Sandbox) -> None:
    """In a process of its own, since one process has one sandbox."""
    program = """
import http.client, threading
from sandbox.wire.server import Sandbox
from tests.sandbox.signed import headers_of

PATH = "/?Action=ListUsers&Version=2010-05-08"
with Sandbox() as first:
    port = int(first.endpoint_url.rpartition(":")[2])
    acted = threading.Event()
    first.faults.add("timeout:ListUsers:600")
    first.faults.on("ListUsers", "after", acted.set)
    held = http.client.HTTPConnection("127.0.0.1", port)
    held.request("GET", PATH, headers=headers_of(first, "iam", "GET", PATH))
    assert acted.wait(90)
try:
    held.getresponse().read()
except ConnectionError:
    pass
held.close()
with Sandbox(port=port) as second:
    assert second.endpoint_url == first.endpoint_url
assert threading.active_count() == 1, threading.enumerate()
print("fine")
"""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ran.stdout, ran.stderr) == ("fine\n", "")


def test_an_object_that_is_not_there_is_missing_to_head_too(boto: Callable[..., Any]) -> None:
    s3 = boto("s3")
    s3.create_bucket(Bucket="bucket")
    with pytest.raises(ClientError) as missing:
        s3.head_object(Bucket="bucket", Key="nothing")
    assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
