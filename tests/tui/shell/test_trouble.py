"""What a person is told when AWS cannot be asked, or says no: one sentence, the right exit code."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from sandbox.wire.server import Sandbox
from tests.tui.shell.conftest import Account, Done, Stanch, start
from tui.exits import Exit


def one_line(done: Done) -> str:
    assert done.out == ""
    assert done.err.startswith("stanch: ")
    assert done.err.count("\n") == 1
    return done.err


def test_no_credentials(stanch: Stanch, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    done = stanch("keys")
    assert done.code == Exit.AWS
    assert "--profile" in one_line(done)


def test_a_profile_that_is_not_there(stanch: Stanch, sandbox: Sandbox) -> None:
    done = stanch("--profile", "prdo", "keys")
    assert done.code == Exit.USAGE
    assert "prdo" in one_line(done)


def test_expired_credentials(stanch: Stanch, sandbox: Sandbox) -> None:
    sandbox.faults.add("expired:*")
    done = stanch("keys")
    assert done.code == Exit.AWS
    assert "Renew" in one_line(done)


def test_nobody_listens(
    stanch: Stanch, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, no_patience: None
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
    done = stanch("keys")
    assert done.code == Exit.AWS
    assert "AWS_ENDPOINT_URL" in one_line(done)


def test_an_endpoint_that_answers_rubbish(stanch: Stanch, sandbox: Sandbox, no_patience: None) -> None:
    sandbox.faults.add("rubbish:*")
    done = stanch("keys")
    assert done.code == Exit.AWS
    one_line(done)


@pytest.mark.parametrize("fault", ["throttle:*", "500:*", "drop-before:*"])
def test_trouble_that_does_not_pass(stanch: Stanch, sandbox: Sandbox, fault: str, no_patience: None) -> None:
    sandbox.faults.add(fault)
    done = stanch("keys")
    assert done.code == Exit.AWS
    one_line(done)


@pytest.mark.parametrize("fault", ["throttle:*:2", "500:*:2", "drop-before:*:1"])
def test_trouble_that_passes_is_not_noticed(
    stanch: Stanch, leaked: Account, sandbox: Sandbox, fault: str, no_patience: None
) -> None:
    sandbox.faults.add(fault)
    done = stanch("keys", "--json")
    assert (done.code, len(done.json["keys"])) == (Exit.DONE, 1)


def test_a_key_that_is_not_there(stanch: Stanch, leaked: Account) -> None:
    done = stanch("respond", "ACCAAAAAAAAAAAAAAAAAA", "--plan")
    assert done.code == Exit.USAGE
    assert "There is no key ACCAAAAAAAAAAAAAAAAAA in account 123456789012." in one_line(done)


def test_a_token_of_another_account(stanch: Stanch, sandbox: Sandbox) -> None:
    import base64

    token = "ACWL" + base64.b64encode(b"web-at-999999999999:" + b"s" * 60).decode()
    done = stanch("identify", input=token)
    assert "you are signed in to 123456789012. Use a profile of account 999999999999, or a role" in done.out
    done = stanch("respond", "-", "--plan", input=token)
    assert done.code == Exit.USAGE
    assert "999999999999" in one_line(done)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["keys", "--nonsense"],
        ["keys", "--json", "--csv"],
        ["respond"],
        ["respond", "ACCA", "--step", "nonsense"],
        ["respond", "ACCA", "--step", "deny", "--plan"],
        ["respond", "ACCA", "--step", "deny"],
        ["respond", "ACCA", "--json"],
        ["respond", "ACCA", "--step", "replace", "--secret-to", "mail", "--yes"],
        ["respond", "ACCA", "--step", "replace", "--secret-to", "screen", "--yes", "--json"],
        ["respond", "ACCA", "--step", "replace", "--days", "0", "--yes"],
        ["case", "show"],
        ["case", "show", "nonsense"],
        ["case", "verify", "../../etc"],
    ],
)
def test_mistakes_in_use(stanch: Stanch, arguments: list[str]) -> None:
    done = stanch(*arguments)
    assert (done.code, done.out) == (Exit.USAGE, "")
    assert done.err


def test_a_state_directory_that_cannot_be_written(
    stanch: Stanch, leaked: Account, tmp_path: Path, boto: object
) -> None:
    (tmp_path / "state").write_text("in the way")
    done = stanch(
        "--state-dir", str(tmp_path / "state" / "x"), "respond", leaked.key_id, "--step", "deny", "--yes"
    )
    assert done.code == Exit.REFUSED
    assert "--state-dir" in one_line(done)


def test_who_has_read_enough_has_met_no_defect() -> None:
    with start("config", "--keys") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()  # as `head` does
        assert process.stderr.read() == b""
    assert process.returncode == Exit.DONE


def test_a_case_that_can_only_be_read(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    arguments = ("respond", leaked.key_id, "--user", leaked.user, "--step")
    assert stanch(*arguments, "deactivate", "--yes").code == Exit.DONE
    (lock,) = tmp_path.rglob("lock")
    lock.unlink()
    lock.mkdir()  # whoever runs this, it cannot be written
    done = stanch(*arguments, "deny", "--yes")
    assert done.code == Exit.REFUSED
    assert "nothing was sent to AWS" in one_line(done)
    assert "--state-dir" in done.err


@pytest.mark.parametrize("command", ["", "keys", "identify", "respond", "case", "completion"])
def test_help_has_an_example(stanch: Stanch, command: str) -> None:
    done = stanch(*([command] if command else []), "--help")
    assert done.code == Exit.DONE
    assert "stanch" in done.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(stanch: Stanch, shell: str) -> None:
    assert "_STANCH_COMPLETE" in stanch("completion", shell).out


@pytest.mark.parametrize("where", ["--region", "AWS_REGION", "AWS_DEFAULT_REGION"])
@pytest.mark.parametrize("typed", ["us-esat-1", "us east 1"])
def test_a_region_that_is_none(
    stanch: Stanch, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, where: str, typed: str
) -> None:
    if where != "--region":
        monkeypatch.delenv("AWS_REGION")
        monkeypatch.setenv(where, typed)
    done = stanch(*(["--region", typed] if where == "--region" else []), "keys")
    assert done.code == Exit.USAGE
    assert "us-east-1" in one_line(done)


def test_a_credential_process_is_run_once_a_command(
    stanch: Stanch,
    leaked: Account,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    unpaced: None,
) -> None:
    keys = {"AccessKeyId": sandbox.access_key_id, "SecretAccessKey": sandbox.secret_access_key}
    answer, runs, config = tmp_path / "answer", tmp_path / "runs", tmp_path / "aws-config"
    answer.write_text(json.dumps({"Version": 1, **keys}))
    run = f"/bin/sh -c 'echo run >>{runs}; cat {answer}'"
    config.write_text(f"[profile helped]\nregion = us-east-1\ncredential_process = {run}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for line in (
        "keys",
        "watch --once",
        "setup --plan",
        "--role-arn arn:aws:iam::123456789012:role/there setup --plan",
        "issue web --plan",
        "policy deny-use --attach-to user:web --plan",
        f"respond {leaked.key_id} --plan",
        "respond - --plan",
        f"review {leaked.key_id} --source history",
        f"rotate {leaked.key_id} --plan",
        "rotate --older-than 1d --plan",
    ):
        runs.unlink(missing_ok=True)
        done = stanch("--profile", "helped", "--account", "123456789012", *line.split(), input=leaked.token)
        assert done.code in (Exit.DONE, Exit.INCOMPLETE), done
        assert runs.read_text() == "run\n", line


def test_the_environment_signs_before_the_profile_that_it_names(
    stanch: Stanch, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "aws-config"
    keys = (
        f"aws_access_key_id = {sandbox.access_key_id}\naws_secret_access_key = {sandbox.secret_access_key}\n"
    )
    config.write_text(f"[profile other]\nregion = eu-west-1\n{keys}")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "other")
    assert stanch("doctor", "--json").json["credentials"]["source"] == "environment"
    assert "signed by: environment" in stanch("doctor").out
    named = stanch("--profile", "other", "doctor", "--json")
    assert named.json["credentials"]["source"] == "profile other"
