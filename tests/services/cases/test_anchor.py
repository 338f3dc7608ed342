"""Anchors of a journal: what they prove, and what becomes of them when it is rewritten."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from services.base import clock
from services.cases import anchor
from services.cases.anchor import anchors, check, make_anchor
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.errors import CaseError
from tests.rewriting import rewrite

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")

OPENED = {"key_id": "ACCAEXAMPLE", "user": "web", "account": "123456789012", "responder": "arn:x"}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    begun = CaseBook(tmp_path / "state").begin(OPENED, clock.now())
    with begun:
        begun.append("note", text="the attacker's address is 203.0.113.66")
    return begun


@pytest.fixture
def key(tmp_path: Path) -> Callable[[str], Path]:
    """Makes an SSH key, which signs without asking."""

    def make(name: str) -> Path:
        path = tmp_path / name
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
        subprocess.run(command, check=True)
        return path

    return make


@pytest.fixture
def signers(tmp_path: Path) -> Callable[..., Path]:
    """The list of whose keys may sign."""

    def write(**keys: Path) -> Path:
        path = tmp_path / "allowed_signers"
        lines = (f"{name}@example.com {key.with_suffix('.pub').read_text()}" for name, key in keys.items())
        path.write_text("".join(lines))
        return path

    return write


def test_an_anchor_holds_while_the_case_goes_on(
    case: Case, key: Callable[[str], Path], signers: Callable[..., Path]
) -> None:
    dana = key("dana")
    made = make_anchor(case, dana)
    with case:
        case.append("note", text="more")
    (kept,), unread = anchors(case)
    assert (kept.line, kept.hash, kept.holds, unread) == (made.line, made.hash, True, ())
    signed = check(kept, signers(dana=dana))
    assert (signed.signer, signed.trouble) == ("dana@example.com", None)
    assert check(kept).signer is None
    assert check(kept).fingerprint == signed.fingerprint


def test_a_rewrite_of_the_whole_is_consistent_and_holds_no_anchor(
    case: Case, key: Callable[[str], Path]
) -> None:
    make_anchor(case, key("dana"))
    rewrite(case, "203.0.113.66", "198.51.100.7")
    assert case.flaws() == ()
    assert [each.holds for each in anchors(case)[0]] == [False]


def test_whoever_signs_a_rewrite_anew_is_no_signer(
    case: Case, key: Callable[[str], Path], signers: Callable[..., Path]
) -> None:
    dana, mallory = key("dana"), key("mallory")
    make_anchor(case, dana)
    shutil.rmtree(case.folder / anchor.FOLDER)
    rewrite(case, "203.0.113.66", "198.51.100.7")
    make_anchor(case, mallory)
    (kept,), _ = anchors(case)
    assert kept.holds
    signed = check(kept, signers(dana=dana))
    assert (signed.signer, signed.trouble) == (None, "its key isn't one of the signers'")


def test_a_statement_that_was_changed_has_no_valid_signature(
    case: Case, key: Callable[[str], Path], signers: Callable[..., Path]
) -> None:
    dana = key("dana")
    made = make_anchor(case, dana)
    made.path.write_text(made.path.read_text().replace("line 2", "line 1"))
    (kept,), _ = anchors(case)
    assert not kept.holds
    assert check(kept, signers(dana=dana)).fingerprint is None


@pytest.mark.parametrize("content", [b"", b"\xff", b"journal of case 0000-XXX\nline 1\nhash 0\nat x\n"])
def test_what_is_no_statement_is_named(case: Case, content: bytes) -> None:
    (case.folder / anchor.FOLDER).mkdir()
    (case.folder / anchor.FOLDER / "x.txt").write_bytes(content)
    assert anchors(case) == ((), ("The anchor x.txt isn't a statement about this case.",))


@pytest.mark.parametrize("suffix", [".txt", ".sig"])
def test_a_pipe_or_a_link_in_the_place_of_an_anchor_is_waited_for_by_nobody(
    case: Case, key: Callable[[str], Path], tmp_path: Path, suffix: str
) -> None:
    made = make_anchor(case, key("mine"))
    place = made.path.with_suffix(suffix)

    def link(at: Path) -> None:
        at.symlink_to(tmp_path / "elsewhere")

    puts: tuple[Callable[[Path], None], ...] = (os.mkfifo, link)
    for number, put in enumerate(puts):
        place.replace(tmp_path / f"elsewhere{number}")
        put(place)
        found, unread = anchors(case)
        assert unread or check(found[0]).trouble
        place.unlink()
        (tmp_path / f"elsewhere{number}").replace(place)


def test_anchors_are_not_written_through_a_link(
    case: Case, key: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (case.folder / anchor.FOLDER).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CaseError, match="it is a link"):
        make_anchor(case, key("mine"))
    assert not list((tmp_path / "elsewhere").iterdir())


def test_an_altered_journal_and_a_key_that_is_none_are_not_signed(
    case: Case, key: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "none").write_text("none")
    with pytest.raises(CaseError, match="ssh-keygen refused"):
        make_anchor(case, tmp_path / "none")
    case.journal.path.write_bytes(case.journal.path.read_bytes().replace(b"203", b"204"))
    with pytest.raises(CaseError, match="isn't consistent"):
        make_anchor(case, key("dana"))
    assert not (case.folder / anchor.FOLDER).exists()


def test_ssh_keygen_sees_no_credentials(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "ssh-keygen"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\ncat\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never to be seen")
    make_anchor(case, tmp_path / "key")
    assert "AWS_" not in (tmp_path / "seen").read_text()
