"""`stanch setup` and `stanch issue` from an empty account: what is printed works, and tells no secret."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.wire.faults import When
from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from tests.principals import documented, make_user, sign_as
from tests.storedsecrets import name_of, value_of
from tests.tui.shell.conftest import Done, Stanch, start
from tui.exits import Exit

LOGS = "logs.amazonaws.com"


@pytest.fixture
def run(stanch: Stanch, tmp_path: Path) -> Stanch:
    def with_state(*arguments: str) -> Done:
        return stanch("--state-dir", str(tmp_path / "state"), *arguments)

    return with_state


def keys_of(iam: Any, user: str) -> list[str]:
    listed = iam.list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
    return [found["ServiceSpecificCredentialId"] for found in listed]


def users(iam: Any) -> list[str]:
    return [found["UserName"] for found in iam.list_users()["Users"]]


def nowhere(secret: str, folder: Path, *said: str) -> None:
    assert not [path for path in folder.rglob("*") if path.is_file() and secret in path.read_text()]
    assert not any(secret in text for text in said)


def try_out(curl: str) -> str:
    """What the printed curl ends with, run as it is printed."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    done = subprocess.run(["sh", "-c", curl], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.split()[-1]


def test_set_up_the_printed_curl_works_and_undone_nothing_is_left(
    run: Stanch, boto: Callable[..., Any], tmp_path: Path, sandbox: Sandbox
) -> None:
    iam, logs, file = boto("iam"), boto("logs"), tmp_path / "web.key"
    arguments = ("setup", "web", "--log-group", "/app/web", "--secret-to", f"file:{file}", "--tag", "team=x")
    planned = run(*arguments, "--plan", "--json").json
    assert [call["operation"] for call in planned["calls"]][0::5] == [
        "CreateUser",
        "CreateServiceSpecificCredential",
    ]
    assert "web" not in users(iam)
    assert not (tmp_path / "state").exists(), "a plan begins no case"

    done = run(*arguments, "--yes")
    assert (done.code, done.err) == (Exit.DONE, "")
    assert done.out.startswith("Set up: web may send to /app/web with an API key (confirmed by AWS ")
    (key,) = keys_of(iam, "web")
    assert re.search(
        rf"Key {key}, until \d{{4}}-\d\d-\d\d. Its secret is in the file {re.escape(str(file))}.", done.out
    )
    assert "No event was sent: --send-event was not given." in done.out
    assert iam.list_user_tags(UserName="web")["Tags"] == [{"Key": "team", "Value": "x"}]
    secret = file.read_text().strip()
    assert secret.startswith("ACWL")
    nowhere(secret, tmp_path / "state", done.out, done.err)
    printed = re.search(r"To try it:\n\n(.*?)\n\nOpenTelemetry", done.out, re.DOTALL)
    assert printed
    assert try_out(printed[1]) == "200"
    assert len(logs.filter_log_events(logGroupName="/app/web")["events"]) == 1

    again = run(*arguments, "--yes", "--json")
    assert again.code == Exit.DONE
    assert (again.json["key_id"], again.json["user"], again.json["log_group"]) == (key, "web", "/app/web")
    assert (again.json["state"], again.json["verified"], again.json["made"]) == ("confirmed", True, True)
    assert again.json["secret"] == f"file:{file}"
    assert set(again.json["snippets"]) == {"curl", "opentelemetry", "fluent_bit", "vector"}
    assert yaml.safe_load(again.json["snippets"]["vector"])
    assert again.json["calls"] == run(*arguments, "--yes", "--json").json["calls"], "nothing more was sent"
    assert keys_of(iam, "web") == [key]
    assert "nothing to do: web has all it needs" in run(*arguments, "--plan").out

    undone = run("setup", "web", "--undo", "--yes", "--json")
    assert (undone.code, undone.json["state"], undone.json["verified"]) == (Exit.DONE, "undone", True)
    assert users(iam) == ["responder"]
    assert logs.describe_log_groups()["logGroups"] == []
    (case,) = CaseBook(tmp_path / "state").cases()
    assert (case.flaws(), case.state().closed_at is None) == ((), False)
    done = run("setup", "web", "--undo", "--yes")
    assert (done.code, "There is no user web " in done.err) == (Exit.USAGE, True)


def test_without_a_word_more_it_sets_up_and_sends_one_event(
    run: Stanch, boto: Callable[..., Any], tmp_path: Path
) -> None:
    done = run("setup", "--policy", "managed", "--send-event", "--yes", "--json")
    assert (done.code, done.json["state"]) == (Exit.DONE, "in_force")
    assert done.json["event"] == {
        "accepted": True,
        "status": 200,
        "words": "/aws/hlc-logs/logs-shipper accepted one event sent with the new key",
    }
    secrets = boto("secretsmanager")
    secret = value_of(secrets, "logs-shipper")
    nowhere(secret, tmp_path / "state", done.out, done.err)
    assert run("setup", "--undo", "--yes").code == Exit.DONE
    assert (users(boto("iam")), secrets.list_secrets()["SecretList"]) == (["responder"], [])


def test_a_secret_asked_for_on_the_screen_is_there_once(
    run: Stanch, tmp_path: Path, sandbox: Sandbox
) -> None:
    done = run("setup", "web", "--secret-to", "screen", "--never-expires", "--yes")
    (secret,) = re.findall(r"^ACWL\S+$", done.out, re.MULTILINE)
    assert done.out.count(secret) == 1
    nowhere(secret, tmp_path / "state", done.err)
    assert "without an expiry. Its secret was shown once on the screen." in done.out
    assert secret not in run("setup", "web", "--yes").out
    assert "never expires, which AWS advises against" in run("setup", "more", "--never-expires", "--plan").out


def test_issued_for_a_user_that_is_there_and_taken_back(
    run: Stanch, boto: Callable[..., Any], tmp_path: Path
) -> None:
    iam = boto("iam")
    iam.create_user(UserName="web")
    done = run("issue", "web", "--service", "bedrock", "--days", "30", "--yes", "--json")
    assert (done.code, done.json["state"], done.json["service"]) == (
        Exit.DONE,
        "confirmed",
        "bedrock.amazonaws.com",
    )
    named = name_of(boto("secretsmanager"), "web")
    assert (done.json["user"], done.json["secret"]) == ("web", f"secretsmanager:{named}")
    assert keys_of(iam, "web") == [done.json["key_id"]]
    secret = value_of(boto("secretsmanager"), "web")
    assert secret.startswith("ABSK")
    nowhere(secret, tmp_path / "state", done.out, done.err)
    told = run("issue", "web", "--service", "bedrock", "--yes").out
    assert told.startswith("Issued: web has a new bedrock key (confirmed by AWS ")
    done = run("issue", "web", "--service", "bedrock", "--yes")
    assert (done.code, "web has two bedrock keys, the most AWS allows" in done.err) == (Exit.REFUSED, True)
    for _ in range(2):
        assert run("issue", "web", "--service", "bedrock", "--undo", "--yes").code == Exit.DONE
    assert (keys_of(iam, "web"), users(iam)) == ([], ["responder", "web"])
    done = run("issue", "nobody", "--yes")
    assert (done.code, "There is no user nobody" in done.err) == (Exit.USAGE, True)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["CreateUser", "CreateServiceSpecificCredential", "CreateSecret"])
def test_a_killed_set_up_goes_on(
    run: Stanch, boto: Callable[..., Any], tmp_path: Path, sandbox: Sandbox, operation: str, when: When
) -> None:
    iam = boto("iam")
    running: list[subprocess.Popen[bytes]] = []
    sandbox.faults.on(operation, when, lambda: os.kill(running[0].pid, signal.SIGKILL))
    with start("--state-dir", str(tmp_path / "state"), "setup", "web", "--yes") as first:
        running.append(first)
        first.communicate()
    assert first.returncode == -signal.SIGKILL
    sandbox.faults.clear()
    done = run("setup", "web", "--yes", "--json")
    assert (done.code, done.json["state"]) == (Exit.DONE, "confirmed")
    assert f"{operation} had no recorded outcome" in done.err
    assert keys_of(iam, "web") == [done.json["key_id"]]
    (case,) = CaseBook(tmp_path / "state").cases()
    assert (case.flaws(), dict(case.state().unsettled)) == ((), {})


def test_the_documented_policies_are_enough(
    run: Stanch, boto: Callable[..., Any], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = boto("iam")
    key = make_user(iam, "issuer", *(documented(name) for name in ("look", "act", "setup")))
    sandbox.world.settings.enforce_policies = True
    sign_as(monkeypatch, key)
    for policy in ("custom", "managed"):
        arguments = ("setup", "web", "--policy", policy, "--tag", "team=x")
        assert "You may not" not in run(*arguments, "--plan").out
        done = run(*arguments, "--send-event", "--yes")
        assert (done.code, done.err) == (Exit.DONE, "")
        done = run("issue", "web", "--yes")
        assert (done.code, done.err) == (Exit.DONE, "")
        for command in ("issue", "setup"):
            done = run(command, "web", "--undo", "--yes")
            assert (done.code, done.err) == (Exit.DONE, "")
        assert "web" not in users(iam)


def test_what_is_not_allowed_is_said_before(
    run: Stanch, boto: Callable[..., Any], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_user(boto("iam"), "responder-2", documented("look"), documented("act"))
    sandbox.world.settings.enforce_policies = True
    sign_as(monkeypatch, key)
    told = run("setup", "web", "--tag", "team=x", "--plan").out
    lacking = "iam:CreateUser, iam:TagUser, logs:CreateLogGroup, logs:CreateLogStream"
    assert f"  warning:       You may not: {lacking} (as far as IAM's simulation sees)." in told


def test_mistakes_are_one_line_and_nothing_is_made(
    run: Stanch, boto: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "there").write_text("mine")
    for arguments, code, words in (
        (("setup", "a b", "--yes"), Exit.USAGE, "'a b' isn't a valid user name"),
        (("setup", "--log-group", "a:b", "--yes"), Exit.USAGE, "'a:b' isn't a valid log group name"),
        (("setup", "--log-stream", "a*", "--yes"), Exit.USAGE, "'a*' isn't a valid log stream name"),
        (("setup", "--tag", "x", "--yes"), Exit.USAGE, "'x' isn't a valid tag"),
        (
            ("setup", "--tag", "aws:x=1", "--yes"),
            Exit.USAGE,
            "names that begin with aws: are reserved by AWS",
        ),
        (("setup", "--days", "0", "--yes"), Exit.USAGE, "0 is not in the range"),
        (("setup", "--secret-to", "paper", "--yes"), Exit.USAGE, "'paper' isn't a valid place for a secret"),
        (("setup", "--secret-to", "screen", "--json", "--yes"), Exit.USAGE, "cannot be combined"),
        (("setup", "--delete-events", "--yes"), Exit.USAGE, "--delete-events needs --undo"),
        (("setup",), Exit.USAGE, "Not a terminal"),
        (("setup", "--secret-to", f"file:{tmp_path}/there", "--yes"), Exit.REFUSED, "already exists"),
        (("issue", "a/b", "--yes"), Exit.USAGE, "'a/b' isn't a valid user name"),
        (("issue", "web", "--service", "s3", "--yes"), Exit.USAGE, "s3 has no such keys: use one of"),
        (("--read-only", "setup", "--yes"), Exit.REFUSED, "--read-only"),
        (("--read-only", "issue", "web", "--yes"), Exit.REFUSED, "--read-only"),
    ):
        done = run(*arguments)
        assert (done.code, done.out) == (code, "")
        assert words in done.err
        assert done.err.count("\n") <= 4
    assert users(boto("iam")) == ["responder"]
    assert not (tmp_path / "state" / "cases").exists()


def test_help_has_examples(run: Stanch) -> None:
    for command in ("setup", "issue"):
        assert "Examples: stanch " in run(command, "--help").out
