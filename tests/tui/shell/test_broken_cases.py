"""One broken case is one named case: the others go on, whatever somebody did to its files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.shell.conftest import Account, Stanch
from tui.exits import Exit

BRACKETS = b"[" * 200_000
ESCAPES = "\x1b]0;evil\x07\x1b[31mada\n\u202e"


def with_line(line: bytes) -> Callable[[Path], None]:
    def brk(folder: Path) -> None:
        (folder / "journal.jsonl").write_bytes(line + b"\n")

    return brk


def with_head(head: bytes) -> Callable[[Path], None]:
    def brk(folder: Path) -> None:
        (folder / "head.json").write_bytes(head)

    return brk


def instead(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def brk(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return brk


def deep_object(folder: Path) -> None:
    """Within what may be decoded, and too deep for much else."""
    first = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)[0]
    nested = b'{"a":' * 400 + b"1" + b"}" * 400
    (folder / "journal.jsonl").write_bytes(first.replace(b'"data":{', b'"data":{"more":' + nested + b",", 1))


def folder_that_is_a_link(folder: Path) -> None:
    folder.rename(folder.parent.parent / "elsewhere")
    folder.symlink_to(folder.parent.parent / "elsewhere")


BROKEN: dict[str, Callable[[Path], None]] = {
    "brackets": with_line(BRACKETS),
    "brackets of objects": with_line(b'{"a":' * 200_000),
    "a deep object": deep_object,
    "a list": with_line(b"[]"),
    "a number beyond all": with_line(b'{"seq":1e400,"at":"2026","kind":"opened","data":{},"hash":""}'),
    "times that are none": with_line(b'{"seq":1,"at":[],"kind":"opened","data":{},"hash":""}'),
    "data that is none": with_line(
        b'{"seq":1,"at":"2026-01-01T00:00:00Z","kind":"opened","data":7,"hash":""}'
    ),
    "not UTF-8": with_line(b"\xff\xfe\x00"),
    "nothing": with_line(b""),
    "a journal that is a link": instead("journal.jsonl", lambda path: path.symlink_to("/etc/passwd")),
    "a journal that is a pipe": instead("journal.jsonl", os.mkfifo),
    "a journal that is a folder": instead("journal.jsonl", os.mkdir),
    "a folder that is a link": folder_that_is_a_link,
    "a folder that others can write to": lambda folder: folder.chmod(0o777),
    "a head of brackets": with_head(BRACKETS),
    "a head that is a link": instead("head.json", lambda path: path.symlink_to("/etc/passwd")),
    "a journal of gigabytes": lambda folder: os.truncate(folder / "journal.jsonl", 3 << 30),
    "a journal of empty lines": with_line(b"\n" * 1_000_000),
    "a head of gigabytes": lambda folder: os.truncate(folder / "head.json", 3 << 30),
    "a lock of gigabytes": lambda folder: os.truncate(folder / "lock", 3 << 30),
    "a lock that is a pipe": instead("lock", os.mkfifo),
    "a lock that is a link": instead("lock", lambda path: path.symlink_to("/etc/passwd")),
    "a journal that others can write": lambda folder: (folder / "journal.jsonl").chmod(0o666),
}


@pytest.fixture
def cases(stanch: Stanch, leaked: Account, tmp_path: Path) -> tuple[Path, str]:
    """The folder of a case that is to be broken, and the id of one that is not."""
    for number, step in enumerate(("deactivate", "deny")):
        done = stanch("respond", leaked.key_id, "--user", "web", "--step", step, "--yes", "--json")
        assert done.code == Exit.DONE
        if not number:
            stanch("case", "close", done.json["case"])
            broken = done.json["case"]
    (folder,) = tmp_path.rglob(broken)
    return folder, done.json["case"]


@pytest.mark.parametrize("how", BROKEN)
def test_the_other_cases_go_on(stanch: Stanch, leaked: Account, cases: tuple[Path, str], how: str) -> None:
    folder, whole = cases
    BROKEN[how](folder)
    listed = stanch("case", "list")
    assert listed.code in (Exit.DONE, Exit.INCOMPLETE)
    assert whole in listed.out
    assert folder.name in listed.out + listed.err, "it is named"
    assert stanch("case", "show", whole).code == Exit.DONE
    done = stanch("respond", leaked.key_id, "--user", "web", "--step", "deny", "--yes", "--json")
    assert (done.code, done.json["case"]) == (Exit.DONE, whole)
    for command in ("show", "verify", "report", "close", "note"):
        more = ["--offline"] if command == "report" else ["text"] if command == "note" else []
        done = stanch("case", command, folder.name, *more)
        assert "internal error" not in done.err, command
        assert "root:" not in done.out + done.err, "no link was read through"
        if command == "verify" and "lock" not in how:
            assert done.code != Exit.DONE


def test_a_colleagues_names_are_made_harmless(
    stanch: Stanch, leaked: Account, cases: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, whole = cases
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, ESCAPES)
    monkeypatch.setattr("socket.gethostname", lambda: ESCAPES)
    stanch("respond", leaked.key_id, "--user", "web", "--step", "deny", "--yes")
    here = folder.parent / whole
    assert b"\\u001b" not in (here / "journal.jsonl").read_bytes()
    (here / "lock").write_bytes(
        b'{"who":"\\u001b[31mada","host":"\\u202ehost\\n","pid":1,"since":"\\u001b[2J"}'
    )
    from services.cases.case import Case

    case = Case(here)
    shown = str(case.holder()) + stanch("case", "show", whole).out
    assert not any(sign in shown for sign in "\x1b\x07\u202e")


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o777])
def test_a_state_directory_that_others_can_write_to_is_refused(
    stanch: Stanch, leaked: Account, tmp_path: Path, bits: int
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(bits)
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for place, why in ((state, "others can write to it"), (tmp_path / "link", "it is a link")):
        for arguments in (["case", "list"], ["respond", leaked.key_id, "--step", "deactivate", "--yes"]):
            done = stanch("--state-dir", str(place), *arguments)
            assert done.code == Exit.REFUSED, done
            assert why in done.err
            assert len(done.err.splitlines()) == 1
    assert list(state.iterdir()) == list((tmp_path / "real").iterdir()) == []


def test_an_existing_file_is_replaced_only_where_asked_for(
    stanch: Stanch, cases: tuple[Path, str], tmp_path: Path
) -> None:
    _, whole = cases
    mine, other = tmp_path / "mine", tmp_path / "other"
    for arguments in (
        ["case", "report", whole, "--offline", "--output", str(mine)],
        ["review", "--user", "web", "--source", "history", "--export", str(mine)],
        ["audit", "--write-baseline", str(mine)],
    ):
        mine.write_text("mine")
        done = stanch(*arguments)
        assert (done.code, "--force" in done.err, mine.read_text()) == (Exit.USAGE, True, "mine")
        mine.unlink()
        other.write_text("other")
        mine.symlink_to(other)
        assert stanch(*arguments).code == Exit.USAGE
        done = stanch(*arguments, "--force")
        assert done.code != Exit.USAGE, done.err
        assert not mine.is_symlink()
        assert (mine.stat().st_mode & 0o777, other.read_text()) == (0o600, "other")
        done = stanch(*arguments[:-1], "/dev/null", "--force")
        assert (done.code, "regular" in done.err) == (Exit.USAGE, True)
