"""A file that somebody took out of a case's folder is told of, and keeps nobody from going on."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.base import clock
from services.cases.book import CaseBook
from services.cases.case import Case


@pytest.fixture
def book(tmp_path: Path) -> CaseBook:
    return CaseBook(tmp_path / "state")


@pytest.fixture
def case(book: CaseBook) -> Case:
    return book.begin({"key_id": "ACCAEXAMPLE"}, clock.now())


def keep(case: Case, *contents: bytes) -> None:
    with case:
        for content in contents:
            case.append("exported", evidence=case.keep_evidence("review.json", content))


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_new_evidence_takes_no_name_of_what_is_missing(case: Case, missing: int) -> None:
    keep(case, b"one", b"two", b"three")
    (case.folder / "evidence" / f"review-{missing}.json").unlink()
    keep(case, b"four")
    assert case.flaws() == (f"Evidence review-{missing}.json is missing.",)
    assert (case.folder / "evidence" / "review-4.json").read_bytes() == b"four"


def test_evidence_that_nobody_kept_is_not_overwritten(case: Case) -> None:
    keep(case, b"one")
    (case.folder / "evidence" / "review-7.json").write_bytes(b"another's")
    keep(case, b"two")
    assert (case.folder / "evidence" / "review-8.json").read_bytes() == b"two"


@pytest.mark.parametrize("name", ["head.json", "journal.jsonl"])
def test_a_case_without_one_of_its_files_is_a_broken_case(book: CaseBook, case: Case, name: str) -> None:
    keep(case, b"one")
    (case.folder / name).unlink()
    (found,) = book.cases()
    assert (found.id, found.broken) == (case.id, True)
    assert book.get(case.id).flaws()
