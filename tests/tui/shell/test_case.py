"""`stanch case` on cases as the runbook leaves them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.shell.conftest import Account, Stanch
from tui.exits import Exit


@pytest.fixture
def case(stanch: Stanch, leaked: Account) -> str:
    """A case with the key deactivated and the hold on."""
    for step in ("deactivate", "deny"):
        done = stanch("respond", leaked.key_id, "--user", leaked.user, "--step", step, "--yes", "--json")
        assert done.code == Exit.DONE
    return str(done.json["case"])


def test_list_and_show(stanch: Stanch, leaked: Account, case: str) -> None:
    listed = stanch("case", "list", "--json").json["cases"]
    assert [(each["case"], each["key_id"], each["closed"]) for each in listed] == [
        (case, leaked.key_id, None)
    ]
    assert case in stanch("case", "list").out
    shown = stanch("case", "show", case.lower(), "--json").json
    assert {each["name"]: each["state"] for each in shown["steps"]} == {
        "deactivate": "confirmed",
        "review": "todo",
        "replace": "todo",
        "delete": "todo",
        "deny": "confirmed",
    }
    assert "consistent with themselves" in stanch("case", "show", case).out


def test_the_review_that_it_keeps_is_shown(
    stanch: Stanch, leaked: Account, case: str, tmp_path: Path
) -> None:
    assert stanch("case", "show", case, "--json").json["review"] is None
    assert stanch("respond", leaked.key_id, "--user", leaked.user, "--step", "review", "--yes").code in (0, 3)
    shown = stanch("case", "show", case)
    kept = stanch("case", "show", case, "--json").json["review"]
    assert f"by {kept['by']}: {kept['verdict_words']}" in shown.out
    assert all(f"- {title}" in shown.out for title in kept["findings"])
    assert (kept["evidence"], kept["intact"], shown.err) == ("review-1.json", True, "")
    (evidence,) = tmp_path.rglob("review-1.json")
    evidence.unlink()
    assert "review-1.json is missing" in stanch("case", "show", case).err


def test_no_cases_is_said(stanch: Stanch) -> None:
    done = stanch("case", "list")
    assert (done.code, done.out) == (Exit.DONE, "")
    assert "no case" in done.err


def test_notes_and_closing(stanch: Stanch, leaked: Account, case: str) -> None:
    assert stanch("case", "note", case, "told the owner\x1b[2J").code == Exit.DONE
    done = stanch("case", "close", case)
    assert done.code == Exit.DONE
    assert "deny policy" in done.err.lower(), "what is still open is named"
    assert stanch("case", "show", case, "--json").json["closed"]
    assert "closed already" in stanch("case", "close", case).out
    assert stanch("case", "verify", case).code == Exit.DONE
    done = stanch("respond", leaked.key_id, "--step", "deactivate", "--yes", "--json")
    assert done.json["case"] != case, "a closed case is not gone on with"


def test_an_emptied_journal_is_not_forgotten(
    stanch: Stanch, leaked: Account, case: str, tmp_path: Path
) -> None:
    (journal,) = tmp_path.rglob("journal.jsonl")
    journal.write_bytes(b"")
    done = stanch("case", "verify", case)
    assert (done.code, "are missing" in done.out) == (Exit.DEFECT, True)
    key = ("respond", leaked.key_id, "--user", leaked.user)
    done = stanch(*key, "--undo", "deny", "--yes")
    assert (done.code, "was not attached by this case" in done.err) == (Exit.REFUSED, True)
    done = stanch(*key, "--step", "deactivate", "--yes", "--json")
    assert (done.code, done.json["case"] == case) == (Exit.DONE, False)
    done = stanch("case", "list", "--json")
    assert (done.code, len(done.json["cases"])) == (Exit.INCOMPLETE, 1), "it does not hide the other"
    assert f"The journal of case {case} is empty" in done.err
    done = stanch("case", "show", case)
    assert (done.code, done.out) == (Exit.REFUSED, "")
    journal.unlink()
    assert stanch("case", "verify", case).code == Exit.DEFECT


def test_verify_finds_tampering(stanch: Stanch, case: str, tmp_path: Path) -> None:
    (journal,) = tmp_path.rglob("journal.jsonl")
    journal.write_bytes(journal.read_bytes().replace(b"Inactive", b"Active!!", 1))
    done = stanch("case", "verify", case, "--json")
    assert done.code == Exit.DEFECT
    assert done.json["intact"] is False
    assert "altered" in done.json["flaws"][0]
    assert stanch("case", "show", case, "--json").json["intact"] is False


@pytest.mark.parametrize("cut", ["altered", "cut short"])
def test_an_altered_case_is_left_alone_and_a_new_one_begins(
    stanch: Stanch, leaked: Account, case: str, tmp_path: Path, cut: str
) -> None:
    (journal,) = tmp_path.rglob("journal.jsonl")
    whole = journal.read_bytes()
    lines = whole.splitlines(keepends=True)
    journal.write_bytes(
        whole.replace(b"Inactive", b"Active!!", 1) if cut == "altered" else b"".join(lines[:-2])
    )
    kept = journal.read_bytes()
    done = stanch("respond", leaked.key_id, "--step", "deny", "--yes", "--case", case)
    assert done.code == Exit.REFUSED
    assert "was altered" in done.err
    done = stanch("respond", leaked.key_id, "--step", "deny", "--yes", "--json")
    assert done.code == Exit.DONE
    assert done.json["case"] != case
    assert journal.read_bytes() == kept


@pytest.mark.parametrize("form", ["md", "html", "json"])
def test_every_form_of_the_report(stanch: Stanch, leaked: Account, case: str, form: str) -> None:
    done = stanch("case", "report", case, "--format", form, "--offline")
    assert done.code == Exit.DONE, done.err
    assert leaked.key_id in done.out
    assert leaked.token[10:60] not in done.out
