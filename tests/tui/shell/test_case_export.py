"""`stanch case export`: where it writes, what it asks for, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.services.report.conftest import Written, event, review_of
from tests.tui.shell.conftest import Stanch
from tui.cli import stanch as command
from tui.exits import Exit


@pytest.fixture
def written(tmp_path: Path) -> Written:
    made = Written(tmp_path / "state" / "cases" / "1123-K5E")
    made.opened()
    made.reviewed("14:05:00", review_of(event("14:01:00")))
    return made


def test_export(stanch: Stanch, written: Written, tmp_path: Path) -> None:
    state = ("--state-dir", str(tmp_path / "state"))
    done = stanch(*state, "case", "export", "1123-k5e")
    assert (done.code, done.err) == (Exit.DONE, "")
    assert all(json.loads(line)["datetime"] for line in done.out.splitlines())

    table = tmp_path / "case.csv"
    done = stanch(*state, "case", "export", "1123-K5E", "--output", str(table))
    assert done.out == f"4 rows of case 1123-K5E written to {table}.\n"
    assert table.stat().st_mode & 0o777 == 0o600
    assert table.read_text().startswith("message,datetime,timestamp_desc,")
    before = table.read_bytes()
    done = stanch(*state, "case", "export", "1123-K5E", "--output", str(table))
    assert (done.code, "already exists" in done.err) == (Exit.USAGE, True)
    assert table.read_bytes() == before
    again = ("case", "export", "1123-K5E", "--output", str(table), "--format", "timesketch", "--force")
    assert stanch(*state, *again).code == Exit.DONE
    assert table.read_text().startswith('{"message"')

    (evidence,) = (written.case.folder / "evidence").iterdir()
    evidence.unlink()
    done = stanch(*state, "case", "export", "1123-K5E")
    assert done.code == Exit.DEFECT
    assert f"{evidence.name} is missing: its events are left out." in done.err
    assert stanch(*state, "case", "export", "nope").code == Exit.USAGE


def test_help_and_completion(stanch: Stanch) -> None:
    done = stanch("case", "export", "--help")
    assert "Examples: stanch case export 1123-K5E" in " ".join(done.out.split())
    words = {
        "COMP_WORDS": "stanch case export --format ",
        "COMP_CWORD": "4",
        "_STANCH_COMPLETE": "bash_complete",
    }
    completed = CliRunner(env=words).invoke(command, [], prog_name="stanch").output
    assert {"plain,timesketch", "plain,csv"} <= set(completed.split())
