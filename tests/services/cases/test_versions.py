"""Cases of every version that was released are opened and gone on with; a newer one's are left alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from services.base.version import VERSION
from services.cases import holder
from services.cases.case import Case
from services.cases.errors import Newer
from services.cases.lines import FORMAT
from services.cases.plan import State, StepName
from tui.cli import run

RELEASED = Path(__file__).with_name("released")
"""A case of each version, written by its own code: deactivated, replaced, denied, allowed again."""
VERSIONS = sorted(each.name for each in RELEASED.iterdir())
READING = (["show"], ["verify"], ["report", "--format", "json"], ["export"], ["note", "seen"])


@pytest.fixture
def case(tmp_path: Path, request: pytest.FixtureRequest) -> Case:
    """As it lies in a state directory: git keeps no modes."""
    (folder,) = (RELEASED / request.param).iterdir()
    there = tmp_path / "cases" / folder.name
    shutil.copytree(folder, there)
    for each in (tmp_path, there.parent, there):
        each.chmod(0o700)
    for file in there.iterdir():
        file.chmod(0o600)
    return Case(there)


def cli(case: Case, *words: str) -> int:
    command, *rest = words
    return run(["--state-dir", str(case.folder.parents[1]), "case", command, case.id, *rest])


def test_there_is_a_sample_of_this_version() -> None:
    assert VERSION in VERSIONS


@pytest.mark.parametrize("case", VERSIONS, indirect=True)
def test_a_case_of_each_version_is_read_and_gone_on_with(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    state = case.state()
    assert state.step(StepName.DEACTIVATE).state is State.CONFIRMED
    assert state.replacement
    assert state.replacement.delivered
    assert not case.altered
    assert cli(case, "show", "--json") == 0
    assert json.loads(capsys.readouterr().out)["intact"]
    # It is incomplete: nobody asked AWS.
    assert cli(case, "report", "--format", "json") in (0, 3)
    assert json.loads(capsys.readouterr().out)["case"] == case.id
    with case.enter("arn:aws:iam::123456789012:user/colleague"):
        case.append("note", text="gone on with")
    with case.enter("arn:aws:iam::123456789012:user/colleague"):
        pass
    *_, responder, note = case.journal.entries()
    assert (responder.kind, note.kind) == ("responder", "note")
    assert responder.data["format"] == FORMAT
    assert cli(case, "verify") == 0


@pytest.mark.parametrize("case", [VERSION], indirect=True)
def test_a_newer_version_s_case_is_refused_in_a_sentence_and_left_as_it_is(
    case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with case, monkeypatch.context() as newer:
        newer.setattr(holder, "FORMAT", FORMAT + 1)
        case.append("responder", responder="somebody", **holder.responder_here())
        case.append("intent", something="that this version doesn't know")
    before = (case.folder / "journal.jsonl").read_bytes()
    with pytest.raises(Newer):
        case.enter("somebody")
    with pytest.raises(Newer):
        case.state()
    for words in READING:
        code = cli(case, *words)
        out, complaint = capsys.readouterr()
        if words == ["verify"]:
            # Whether it was altered can be told of any.
            assert code == 0
            continue
        assert code == 4, (words, out, complaint)
        assert f"Case {case.id} was written by a newer version of stanch" in complaint
    assert (case.folder / "journal.jsonl").read_bytes() == before
    assert run(["--state-dir", str(case.folder.parents[1]), "case", "list"]) == 3
    assert "newer version of stanch" in "".join(capsys.readouterr())
