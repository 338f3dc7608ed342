"""Prompts on a real terminal: how many, when, and what becomes of the terminal; and credentials that end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.samples import share
from tests.signin import fixtures
from tests.signin.aws import Aws
from tests.signin.person import Person
from tests.tui.terminal import Terminal
from tui.exits import Exit

aws, person = fixtures.aws, fixtures.person

STANCH = str(Path(sys.executable).with_name("stanch"))
AWS = str(Path(sys.executable).with_name("aws"))
PROMPT = b"Enter MFA code"
SCREEN = b"\x1b[?1049h"
"""What opens the screen."""

SSO = ("sso", "old-sso", "of-sso")
PROFILES = {"mfa": share(("deep", "mfa"), 2, 0), "sso": share(("of-sso", "sso", "old-sso"), 3, 0)}
"""The deepest of each kind on a terminal; tests/services/aws/credentials takes them all."""

pytestmark = [pytest.mark.pty, pytest.mark.long]


def answered(terminal: Terminal, code: str) -> None:
    terminal.wait("MFA code")
    terminal.type(f"{code}\r")


@pytest.mark.parametrize("profile", PROFILES["mfa"])
def test_a_code_is_asked_for_once_and_serves_both_programs(aws: Aws, person: Person, profile: str) -> None:
    with Terminal([STANCH, "--profile", profile, "keys"]) as terminal:
        answered(terminal, "246810")
        assert terminal.wait_end() == Exit.DONE, terminal.text
    assert terminal.raw.count(PROMPT) == 1
    assert b"246810" not in terminal.raw
    assumed = aws.count("AssumeRole")
    with Terminal([AWS, "--profile", profile, "sts", "get-caller-identity"]) as terminal:
        assert terminal.wait_end() == 0, terminal.text
    assert aws.count("AssumeRole") == assumed


def test_a_code_typed_for_the_aws_cli_serves_here(aws: Aws, person: Person) -> None:
    with Terminal([AWS, "--profile", "mfa", "sts", "get-caller-identity"]) as terminal:
        answered(terminal, "246810")
        assert terminal.wait_end() == 0, terminal.text
    done = alone("--profile", "mfa", "keys")
    assert done.returncode == Exit.DONE, done.stderr
    assert aws.count("AssumeRole") == 1


def alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As a job that runs by the clock: nobody is there."""
    return subprocess.run(
        [STANCH, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_code_that_aws_does_not_take(person: Person) -> None:
    with Terminal([STANCH, "--profile", "mfa", "keys"], columns=200) as terminal:
        answered(terminal, "000000")
        assert terminal.wait_end() == Exit.AWS
    assert terminal.raw.count(PROMPT) == 1
    assert "profile mfa: AWS refused the MFA code" in terminal.text
    assert "works once" in terminal.text


@pytest.mark.parametrize("arguments", [["keys"], ["doctor"], []], ids=["keys", "doctor", "the screen"])
def test_an_interrupt_at_the_prompt_ends_at_once(person: Person, arguments: list[str]) -> None:
    with Terminal([STANCH, "--profile", "mfa", *arguments]) as terminal:
        terminal.wait("MFA code")
        assert not terminal.echoes
        terminal.press("ctrl+c")
        assert terminal.wait_end() == Exit.INTERRUPTED
        assert terminal.echoes
    assert SCREEN not in terminal.raw
    assert b"Traceback" not in terminal.raw


def test_nobody_to_ask(aws: Aws, person: Person) -> None:
    done = alone("--profile", "mfa", "keys")
    assert (done.returncode, done.stdout) == (Exit.AWS, "")
    assert done.stderr.count("\n") == 1
    assert "profile mfa" in done.stderr
    assert aws.count("AssumeRole") == 0


@pytest.mark.parametrize(
    ("profile", "ended"),
    [(each, ended) for number, each in enumerate(SSO) for ended in share((True, False), 2, number)],
)
def test_sso_that_is_not_signed_in_is_one_line(person: Person, profile: str, ended: bool) -> None:
    if ended:
        person.sign_in_to_sso("an-old-one", hours=-1)
    done = alone("--profile", profile, "keys")
    assert (done.returncode, done.stdout) == (Exit.AWS, "")
    assert done.stderr.count("\n") == 1
    assert f"profile {profile}" in done.stderr
    assert f"aws sso login --profile {'old-sso' if profile == 'old-sso' else 'sso'}" in done.stderr


@pytest.mark.parametrize("profile", PROFILES["mfa"])
def test_the_prompt_comes_before_the_screen_and_a_later_one_is_a_dialog(
    aws: Aws, person: Person, tmp_path: Path, profile: str
) -> None:
    # Not the first time, so that no welcome hides what is said.
    (tmp_path / "state").mkdir()
    argv = [STANCH, "--state-dir", str(tmp_path / "state"), "--profile", profile]
    with Terminal(argv, columns=120, lines=40) as terminal:
        terminal.wait("MFA code")
        assert SCREEN not in terminal.raw
        terminal.type("111111\r")
        terminal.wait("123456789012", f"profile {profile}, role")
        terminal.wait_until(lambda: aws.count("ListAccountAliases") == 1, "the alias was not asked for")
        terminal.wait_still()
        aws.refused |= {each.key: "ExpiredToken" for each in aws.seen if each.key.startswith("ASIA")}
        prompts = terminal.raw.count(PROMPT)
        assert prompts == 1
        terminal.press("ctrl+r")
        terminal.wait("have expired")
        terminal.press("ctrl+r")
        terminal.wait("Sign in again", "MFA code for", f"profile {profile}")
        terminal.type("000000")
        terminal.press("enter")
        terminal.wait("works once")
        terminal.type("222222")
        terminal.press("enter")
        terminal.wait_gone("Sign in again")
        terminal.wait_gone("have expired")
        terminal.press("q")
        assert terminal.wait_end() == Exit.DONE
    assert b"222222" not in terminal.raw


@pytest.mark.parametrize("by", ["option", "AWS_PROFILE"])
def test_a_profile_that_is_not_there_is_told_before_the_screen(person: Person, by: str) -> None:
    arguments = ["--profile", "kyes"] if by == "option" else []
    with Terminal(
        [STANCH, *arguments], {} if by == "option" else {"AWS_PROFILE": "kyes"}, columns=120
    ) as terminal:
        assert terminal.wait_end() == Exit.USAGE
    assert SCREEN not in terminal.raw
    assert "There is no profile kyes in the AWS configuration. Did you mean keys?" in terminal.text


def test_a_helper_runs_before_the_screen_and_may_ask_there(person: Person, tmp_path: Path) -> None:
    helper = person.home / "helper.py"
    helper.write_text(f"open('/dev/tty').readline()\n{helper.read_text()}")
    with Terminal(
        [STANCH, "--state-dir", str(tmp_path / "state"), "--profile", "helped"], columns=120
    ) as terminal:
        terminal.type("yes\r")
        terminal.wait("123456789012", "profile helped, credential_process")
        terminal.press("q")
        assert terminal.wait_end() == Exit.DONE
    assert person.runs == 1


def test_an_interrupt_does_not_wait_for_a_helper_that_hangs(person: Person) -> None:
    started = person.home / "started"
    helper = "import signal, time, pathlib\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    helper += f"pathlib.Path({str(started)!r}).touch()\nsignal.alarm(60)\ntime.sleep(60)\n"
    (person.home / "helper.py").write_text(helper)
    with Terminal([STANCH, "--profile", "helped", "keys"]) as terminal:
        terminal.wait_until(started.exists, "the helper was not run")
        terminal.press("ctrl+c")
        assert terminal.wait_end(20) == Exit.INTERRUPTED


@pytest.mark.parametrize("profile", PROFILES["sso"])
def test_sso_signed_in_in_another_shell_while_the_screen_is_open(
    aws: Aws, person: Person, tmp_path: Path, profile: str
) -> None:
    (tmp_path / "state").mkdir()
    argv = [STANCH, "--state-dir", str(tmp_path / "state"), "--profile", profile]
    with Terminal(argv, columns=120, lines=40) as terminal:
        terminal.wait("nobody is signed in to SSO")
        person.sign_in_to_sso()
        terminal.press("ctrl+r")
        terminal.wait("123456789012", f"profile {profile}, role", "0 keys")
        terminal.press("q")
        assert terminal.wait_end() == Exit.DONE
    assert b"Traceback" not in terminal.raw
