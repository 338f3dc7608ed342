"""The journal: what is written lasts, and whatever is done to it later is found."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from services.cases import journal as journals
from services.cases.errors import CaseError
from services.cases.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path)
    for number in range(6):
        journal.append("note", {"text": f"number {number}"})
    return journal


def lines(journal: Journal) -> list[bytes]:
    return journal.path.read_bytes().splitlines(keepends=True)


def test_what_was_written_is_read_back_in_order(journal: Journal) -> None:
    entries = Journal(journal.path.parent).entries()
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[3].data == {"text": "number 3"}
    assert journal.flaws() == ()


def test_a_review_and_a_step_may_write_at_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: journal.append("note", {"number": number}), range(40)))
    assert [entry.seq for entry in journal.entries()] == list(range(1, 41))
    assert journal.flaws() == ()


def test_only_the_owner_may_read_it(journal: Journal) -> None:
    assert journal.path.stat().st_mode & 0o777 == 0o600


def change_a_byte(found: list[bytes]) -> list[bytes]:
    return [*found[:2], found[2].replace(b"number 2", b"number 9"), *found[3:]]


def remove_a_line(found: list[bytes]) -> list[bytes]:
    return found[:2] + found[3:]


def swap_two(found: list[bytes]) -> list[bytes]:
    return [*found[:2], found[3], found[2], *found[4:]]


def repeat_one(found: list[bytes]) -> list[bytes]:
    return [*found[:3], found[2], *found[3:]]


def cut_the_end(found: list[bytes]) -> list[bytes]:
    return found[:-2]


def cut_the_start(found: list[bytes]) -> list[bytes]:
    return found[1:]


def cut_in_a_line(found: list[bytes]) -> list[bytes]:
    return [*found[:-1], found[-1][:20]]


def empty_it(found: list[bytes]) -> list[bytes]:
    return []


@pytest.mark.parametrize(
    "tamper",
    [
        change_a_byte,
        remove_a_line,
        swap_two,
        repeat_one,
        cut_the_end,
        cut_the_start,
        cut_in_a_line,
        empty_it,
    ],
)
def test_tampering_is_found(journal: Journal, tamper: Callable[[list[bytes]], list[bytes]]) -> None:
    journal.path.write_bytes(b"".join(tamper(lines(journal))))
    assert journal.flaws()


def test_a_line_added_by_somebody_who_knows_the_chain_is_found(journal: Journal, tmp_path: Path) -> None:
    head = (tmp_path / "head.json").read_bytes()
    for number in range(2):
        journal.append("note", {"text": f"forged {number}"})
    (tmp_path / "head.json").write_bytes(head)
    assert journal.flaws()


def test_even_one_line_with_the_right_hash_is_found(journal: Journal, tmp_path: Path) -> None:
    # A kill leaves one line that head.json does not name either, but it was announced there.
    head = (tmp_path / "head.json").read_bytes()
    journal.append("note", {"text": "forged"})
    (tmp_path / "head.json").write_bytes(head)
    (flaw,) = journal.flaws()
    assert (flaw.line, flaw.words) == (7, "was added after the last line that was written")


def test_every_altered_byte_is_found(journal: Journal) -> None:
    whole = journal.path.read_bytes()
    for place in range(0, len(whole), 7):
        altered = bytearray(whole)
        altered[place] ^= 1
        journal.path.write_bytes(altered)
        assert journal.flaws(), f"byte {place}"


class Killed(Exception):
    """Where the program would have ended."""


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("lines", [0, 6])
def test_a_kill_round_a_line_is_no_flaw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: int, whole: bool
) -> None:
    journal, append = Journal(tmp_path), journals._append
    for number in range(lines):
        journal.append("note", {"text": f"number {number}"})

    def killed(path: Path, line: bytes) -> None:
        if whole:
            append(path, line)
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(journals, "_append", killed)
        with pytest.raises(Killed):
            journal.append("note", {"text": "the last before the kill"})
    assert journal.flaws() == ()
    journal.append("note", {"text": "after"})
    assert len(journal.entries()) == lines + whole + 1
    assert journal.flaws() == ()


def test_who_looks_while_another_writes_sees_no_flaw(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, read, written = Journal(journal.path.parent), Journal._lines, list[int]()

    def late(self: Journal) -> Iterator[Any]:
        # Between the reader's look at head.json and its look at the lines.
        if self is reader and len(written) < 3:
            written.append(journal.append("note", {"text": "meanwhile"}).seq)
        return read(self)

    monkeypatch.setattr(Journal, "_lines", late)
    assert reader.flaws() == ()
    assert written == [7, 8, 9]


@pytest.mark.parametrize("kept", range(1, 40, 3))
def test_a_torn_line_is_kept_aside_and_the_journal_goes_on(
    journal: Journal, tmp_path: Path, kept: int
) -> None:
    with journal.path.open("ab") as file:
        file.write(b'{"at":"2026-11-23T14:02:11Z","data":{}'[:kept])
    reopened = Journal(tmp_path)
    assert "truncated by a crash" in (reopened.repair() or "")
    assert len(reopened.entries()) == 6
    reopened.append("note", {"text": "after"})
    assert reopened.flaws() == ()
    assert next(tmp_path.glob("torn-*")).stat().st_size == kept


def test_repairing_what_is_whole_does_nothing(journal: Journal, tmp_path: Path) -> None:
    before = journal.path.read_bytes()
    assert journal.repair() is None
    assert journal.path.read_bytes() == before


def test_a_disk_that_takes_nothing_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="nothing more is sent to AWS"):
        Journal(tmp_path / "missing").append("note", {})


def test_a_full_disk_is_said_in_a_sentence_and_leaves_no_half_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append("note", {})
    before = journal.path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, limits[1]))
    try:
        with pytest.raises(CaseError, match=r"cannot be written \(File too large\)"):
            journal.append("note", {"text": "x" * 200})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert journal.path.read_bytes() == before


def test_no_link_is_followed(tmp_path: Path) -> None:
    """Not where a line is written, nor where head.json is put, by whatever name it is prepared under."""
    other = tmp_path / "other"
    other.write_text("mine")
    for name in ("journal.jsonl", "head.json", "head.json.new", "torn-after-0.txt"):
        folder = tmp_path / f"case of {name}"
        folder.mkdir()
        (folder / name).symlink_to(other)
        with suppress(CaseError):
            Journal(folder).append("note", {})
        with suppress(CaseError):
            Journal(folder).repair()
        assert other.read_text() == "mine", name
