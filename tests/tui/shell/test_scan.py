"""`stanch scan`: keys are named, secrets are not, and scripts get their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tui.shell.conftest import PROGRAM, Account, Done, Stanch
from tests.tui.terminal import Terminal
from tui.cli import Exit


def secretless(run: Done, leaked: Account) -> Done:
    for part in (leaked.token, leaked.token[60:], leaked.token[-20:]):
        assert part not in run.out + run.err
    return run


def test_a_key_in_a_file_is_named(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    (tmp_path / "app.env").write_text(f"KEY={leaked.token}\n")
    run = secretless(stanch("scan", str(tmp_path)), leaked)
    assert run.code == Exit.DONE
    assert f"logs.amazonaws.com  web   123456789012  web-at-123456789012  {tmp_path}/app.env:1" in run.out
    assert "Next: stanch keys --user web" in run.out
    document = secretless(stanch("scan", str(tmp_path), "--json"), leaked).json
    assert document["complete"] is True
    (found,) = document["found"]
    assert (found["alias"], found["line"], found["looks_cut"]) == ("web-at-123456789012", 1, False)


@pytest.mark.parametrize(("arguments", "code"), [((), Exit.DONE), (("--fail-on-found",), Exit.REFUSED)])
def test_standard_input(stanch: Stanch, leaked: Account, arguments: tuple[str, ...], code: Exit) -> None:
    run = secretless(stanch("scan", "-", *arguments, input=f"+KEY={leaked.token}\n"), leaked)
    assert run.code == code
    assert "standard input:1" in run.out


def test_nothing_found_says_what_was_read(stanch: Stanch, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("hello")
    run = stanch("scan", str(tmp_path), "--fail-on-found")
    assert (run.code, run.out) == (
        Exit.DONE,
        "No API key was found in what was read (1 file, 5 B).\n",
    )


def test_what_could_not_be_read_makes_it_incomplete(stanch: Stanch, tmp_path: Path) -> None:
    run = stanch("scan", str(tmp_path / "missing"), "--json")
    assert run.code == Exit.INCOMPLETE
    assert json.loads(run.out)["complete"] is False
    assert "was not looked through: there is no such file or folder." in run.err


def test_names_that_a_file_has_are_hostile(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    (tmp_path / "a\x1b]52;c;aGk=\x07b\n").write_text(leaked.token)
    run = secretless(stanch("scan", str(tmp_path)), leaked)
    assert "\x1b" not in run.out
    assert "\x07" not in run.out


def test_which_key_to_respond_to_must_be_plain(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    run = stanch("scan", str(tmp_path), "--respond", "--json")
    assert run.code == Exit.USAGE
    assert "opens the screen" in run.err


@pytest.mark.pty
def test_from_where_it_was_found_to_its_runbook(leaked: Account, tmp_path: Path) -> None:
    (tmp_path / "app.env").write_text(f"KEY={leaked.token}\n")
    place = ["--state-dir", str(tmp_path / "state"), "--region", "us-east-1"]
    with Terminal([PROGRAM, *place, "scan", str(tmp_path / "app.env"), "--respond"]) as terminal:
        terminal.wait("5 · deny        Put web on hold", leaked.key_id)
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert leaked.token[60:].encode() not in terminal.raw
