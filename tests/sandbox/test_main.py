"""`python -m sandbox` as a process: what it says, and when it ends."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


@contextmanager
def served(*options: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", *options], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_json_announces_an_account_that_works_and_ends_with_its_owner() -> None:
    with served("--announce", "json") as process:
        told = json.loads(line(process))
        assert told["scenario"] == "leaked-key"
        environment, leaked = told["environment"], told["leaked"]
        assert environment["AWS_ENDPOINT_URL"] == told["endpoint_url"]
        session = boto3.Session(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
        )
        with closing(session.client("iam", endpoint_url=told["endpoint_url"])) as iam:
            keys = iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
        assert len(keys) == 16
        (key,) = [key for key in keys if key["ServiceSpecificCredentialId"] == leaked["key_id"]]
        assert key["UserName"] == leaked["user"]
        query = urlencode({"logGroup": leaked["log_group"], "logStream": leaked["log_stream"]})
        connection = http.client.HTTPConnection(urlsplit(told["endpoint_url"]).netloc, timeout=PATIENCE)
        connection.request(
            "POST",
            f"/services/collector/event?{query}",
            '{"event":"hello"}',
            {"Authorization": f"Bearer {leaked['token']}"},
        )
        assert connection.getresponse().status == 200
        connection.close()
        said, complained = process.communicate(timeout=PATIENCE)
        assert (process.returncode, said, complained) == (0, "", "")


def test_it_ends_at_once_where_standard_input_is_empty_whatever_profile_is_set() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--announce", "json"],
        check=False,
        cwd=ROOT,
        env=os.environ | {"AWS_PROFILE": "not-there", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["leaked"] is not None


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)])
def test_signals_end_it_quietly(number: signal.Signals, code: int) -> None:
    with served("--announce", "json") as process:
        line(process)
        process.send_signal(number)
        assert process.wait(timeout=PATIENCE) == code
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_exports_are_what_a_shell_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("--no-actors") as process:
        said = ""
        while "ctrl+c" not in said:
            said += line(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 130
    monkeypatch.setenv("AWS_PROFILE", "prod")
    shell = subprocess.run(["sh", "-ec", f"{said}\nenv"], capture_output=True, text=True, check=True)
    assert shell.stderr == ""
    set_here = {name for name in shell.stdout.splitlines() if name.startswith("AWS_")}
    names = {each.partition("=")[0] for each in set_here}
    assert "AWS_PROFILE" not in names
    assert {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} <= names
    assert re.search(r"^#\s+ACWL\S+$", said, re.MULTILINE)
    assert "curl -H 'Authorization: Bearer ACWL" in said


def test_a_port_in_use_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "sandbox", "--port", port]
        done = subprocess.run(
            command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
        )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"Port {port} cannot be served (Address already in use): name another.\n"


def test_nothing_of_the_environment_changes_the_account() -> None:
    """moto, which the account is made of, reads these when it is imported."""
    hostile = {
        "MOTO_ACCOUNT_ID": "999999999999",
        "INITIAL_NO_AUTH_ACTION_COUNT": "0",
        "TEST_SERVER_MODE": "true",
        "MOTO_S3_CUSTOM_ENDPOINTS": "http://evil.example",
        "AWS_ENDPOINT_URL_IAM": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    command = [
        sys.executable,
        "-c",
        "from tui.cli import main; main()",
        "sandbox",
        "--no-actors",
        "--announce",
        "json",
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, env=os.environ | hostile
    ) as process:
        told = json.loads(line(process))["environment"]
        session = boto3.Session(
            told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"], region_name=told["AWS_REGION"]
        )
        with closing(session.client("sts", endpoint_url=told["AWS_ENDPOINT_URL"])) as sts:
            assert sts.get_caller_identity()["Account"] == "123456789012"
        with closing(session.client("iam", endpoint_url=told["AWS_ENDPOINT_URL"])) as iam:
            assert iam.list_users()["Users"]
        assert process.stdin
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    "options",
    [["--port", "70000"], ["--lag", "-1"], ["--scenario", "nonsense"], ["--fault", "nonsense:ListUsers"]],
)
def test_bad_options_are_usage_errors(
    options: list[str], capsys: pytest.CaptureFixture[str], main: Callable[[list[str]], int]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert options[0] in told.err


@pytest.fixture
def main() -> Callable[[list[str]], int]:
    from sandbox.__main__ import run

    return run


def test_policies_are_enforced_where_that_is_asked_for() -> None:
    with served("--announce", "json", "--scenario", "empty", "--enforce") as process:
        told = json.loads(line(process))["environment"]
        url, region = told["AWS_ENDPOINT_URL"], told["AWS_REGION"]
        responder = boto3.Session(
            told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"], region_name=region
        )
        with closing(responder.client("iam", endpoint_url=url)) as iam:
            iam.create_user(UserName="eve")
            key = iam.create_access_key(UserName="eve")["AccessKey"]
        eve = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=region)
        with (
            closing(eve.client("iam", endpoint_url=url)) as iam,
            pytest.raises(ClientError, match="iam:ListUsers"),
        ):
            iam.list_users()
