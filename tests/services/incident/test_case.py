"""What a case says of itself: who worked on it, what a crash left, and for whose eyes it is."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from services.base.clock import now
from services.cases.case import CaseBook
from services.cases.errors import CaseError
from services.cases.plan import StepName
from services.cases.state import CaseState
from tests.services.incident.conftest import Account, Opened

OURS = "arn:aws:iam::123456789012:user/"


def hosts(state: CaseState) -> list[object]:
    return [who["host"] for who in state.responders]


async def test_whoever_goes_on_with_a_case_is_in_its_journal(
    opened: Opened, account: Account, book: CaseBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "bastion-1")
    for _ in range(2):
        async with opened() as runbook:
            await runbook.note("still me")
    assert hosts(runbook.state) == ["bastion-1"], "the same one is no news"
    monkeypatch.setattr(socket, "gethostname", lambda: "bastion-2")
    async with opened() as runbook:
        await runbook.apply(StepName.DEACTIVATE)
    assert hosts(runbook.state) == ["bastion-1", "bastion-2"]
    kinds = [entry.kind for entry in runbook.case.journal.entries()]
    assert kinds.index("responder") < kinds.index("intent")
    with book.get(runbook.case.id) as case:
        case.__exit__(None, None, None)
        case.enter(f"{OURS}colleague")
    (*_, last) = case.state().responders
    assert (last["responder"], last["host"]) == (f"{OURS}colleague", "bastion-2")
    assert case.flaws() == ()


async def test_a_case_that_cannot_be_written_is_given_back(
    opened: Opened, book: CaseBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as runbook:
        case = runbook.case

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("services.cases.journal._append", full)
        with pytest.raises(CaseError, match="No space left"):
            case.enter(f"{OURS}colleague")
    assert not case.held
    with book.get(case.id):
        pass


async def test_a_torn_line_is_said_once_and_noted(opened: Opened, account: Account, book: CaseBook) -> None:
    async with opened() as runbook:
        case = runbook.case
    with case.journal.path.open("ab") as file:
        file.write(b'{"at":"2026-11-2')
    async with opened() as runbook:
        # The fixture goes on with the case, which says it; asked again there is no news.
        assert await runbook.resume() == ()
    (note,) = [entry for entry in case.journal.entries() if entry.kind == "note"]
    assert "16 bytes was truncated by a crash" in note.data["text"]
    assert case.flaws() == ()


def test_the_state_directory_is_for_nobody_else(tmp_path: Path) -> None:
    book = CaseBook(tmp_path / "new" / "state")
    case = book.begin({"key_id": "ACCA", "account": "123456789012"}, now())
    for folder in (tmp_path / "new", tmp_path / "new" / "state", book.folder, case.folder):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
