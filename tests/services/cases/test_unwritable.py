"""A journal that cannot be written while a call is under way: what was sent is said, no secret is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from services.cases import journal
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.errors import CaseError, CaseHeld, NotStored, Unrecorded
from services.cases.plan import StepName
from services.cases.secret import Secret, ToFile, ToScreen, write_file
from services.incident.situation import Options
from tests.services.incident.conftest import Account, Opened
from tests.services.incident.conftest import account as account
from tests.services.incident.conftest import book as book
from tests.services.incident.conftest import opened as opened

FULL = OSError(28, "No space left on device")


@pytest.fixture
def full(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[[], None]]:
    """From that operation's answer on the disk is full; the function returned makes room."""
    append = journal._append

    def fill(operation: str) -> Callable[[], None]:
        def no_room(*_: object) -> None:
            raise FULL

        sandbox.faults.on(operation, "after", lambda: monkeypatch.setattr(journal, "_append", no_room))
        return lambda: monkeypatch.setattr(journal, "_append", append)

    return fill


async def test_what_was_sent_is_said_and_written_once_there_is_room(
    opened: Opened, account: Account, full: Callable[[str], Callable[[], None]]
) -> None:
    make_room = full("UpdateServiceSpecificCredential")
    async with opened() as runbook:
        with pytest.raises(Unrecorded) as stopped:
            await runbook.apply(StepName.DEACTIVATE)
        assert account.statuses() == {account.key_id: "Inactive"}
        said = str(stopped.value)
        assert "UpdateServiceSpecificCredential was sent and done (request " in said
        assert "No space left on device" in said
        assert b'"kind":"outcome"' in stopped.value.lines[0]
        assert runbook.state.step(StepName.DEACTIVATE).state.holds, "it is known in memory"
        make_room()
        await runbook.note("there is room again")
        kinds = [entry.kind for entry in runbook.case.journal.entries()]
        assert kinds[-4:] == ["intent", "outcome", "verified", "note"]
        assert runbook.case.journal.unwritten == []
        assert runbook.case.flaws() == ()


async def test_what_was_only_asked_is_said_too(
    opened: Opened, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise FULL

    async with opened() as runbook:
        await runbook.apply(StepName.DEACTIVATE)
        monkeypatch.setattr(journal, "_append", no_room)
        with pytest.raises(
            Unrecorded, match=r"^AWS was asked: Inactive \(.*The journal of case .* lacks that"
        ):
            await runbook.apply(StepName.DEACTIVATE)


async def test_a_secret_in_hand_is_stored_though_no_line_can_be_written(
    opened: Opened, account: Account, sandbox: Sandbox, full: Callable[[str], Callable[[], None]]
) -> None:
    make_room = full("CreateServiceSpecificCredential")
    async with opened() as runbook:
        with pytest.raises(Unrecorded, match="CreateServiceSpecificCredential was sent and done"):
            await runbook.apply(StepName.REPLACE)
        (new,) = account.new_keys()
        key = sandbox.world.part(CredentialStore).get(new)
        assert key
        assert account.secret() == key.token
        make_room()
        await runbook.note("there is room again")
    async with opened() as runbook:
        plan = await runbook.plan(StepName.REPLACE)
        assert plan.already, "it is made, and its secret is where it was to go"
        assert runbook.case.flaws() == ()


async def test_the_intent_cannot_be_written_and_nothing_is_sent(
    opened: Opened, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as runbook:

        def no_room(*_: object) -> None:
            raise FULL

        monkeypatch.setattr(journal, "_append", no_room)
        with pytest.raises(CaseError, match="so nothing more is sent to AWS"):
            await runbook.apply(StepName.DEACTIVATE)
        assert account.statuses() == {account.key_id: "Active"}


async def test_taken_over_while_a_call_is_under_way(
    opened: Opened, account: Account, book: CaseBook, sandbox: Sandbox
) -> None:
    async with opened() as runbook:
        theirs = Case(runbook.case.folder)
        sandbox.faults.on("UpdateServiceSpecificCredential", "after", lambda: _taken(theirs))
        with pytest.raises(Unrecorded, match=r"was sent and done .* was taken over by"):
            await runbook.apply(StepName.DEACTIVATE)
        with pytest.raises(CaseHeld):
            runbook.case.append("note", text="not mine any more")
        assert theirs.flaws() == ()
    theirs.__exit__(None, None, None)


@pytest.mark.parametrize("to", ["another file", "the screen"])
async def test_a_file_that_cannot_be_written_costs_no_secret(
    opened: Opened,
    account: Account,
    sandbox: Sandbox,
    tmp_path: Path,
    to: str,
) -> None:
    path, other = tmp_path / "new.key", tmp_path / "other.key"

    def taken_away() -> None:
        path.unlink()
        path.mkdir()

    sandbox.faults.on("CreateServiceSpecificCredential", "after", taken_away)
    async with opened() as runbook:
        with pytest.raises(NotStored):
            await runbook.apply(StepName.REPLACE, Options(secret_to=ToFile(path)))
        assert runbook.secret is not None
        (new,) = account.new_keys()
        key = sandbox.world.part(CredentialStore).get(new)
        assert key
        assert runbook.secret.reveal() == key.token
        await runbook.hand_over(ToFile(other) if to == "another file" else ToScreen())
        assert runbook.secret is None
        if to == "another file":
            assert other.read_text() == key.token + "\n"
        assert (await runbook.plan(StepName.REPLACE)).already
        assert account.new_keys() == [new]


def test_no_half_written_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int) -> None:
        raise FULL

    path = tmp_path / "new.key"
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Exception, match="No space left"):
        write_file(path, Secret("ACWL"))
    assert not path.exists()


async def test_the_case_of_a_vanished_folder_is_no_colleagues(
    opened: Opened, account: Account, sandbox: Sandbox
) -> None:
    async with opened() as runbook:
        folder = runbook.case.folder
        sandbox.faults.on("UpdateServiceSpecificCredential", "after", lambda: shutil.rmtree(folder))
        with pytest.raises(Unrecorded, match="The folder of case"):
            await runbook.apply(StepName.DEACTIVATE)
    assert account.statuses() == {account.key_id: "Inactive"}


def _taken(case: Case) -> None:
    case.take_over()
