"""docs/access-keys.md, line by line: what it says to type does what it says, in the page's own order."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from sandbox.scenario.cast import StolenKey
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.tui.shell.conftest import Stanch
from tui.app.table import load_commands
from tui.commands import table as commands
from tui.exits import Exit

PAGE = Path(__file__).parents[3] / "docs" / "access-keys.md"
ROWS = [line.strip("| ").split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
ENDS = {
    # Not all of the account's data events are recorded, and not 30 minutes are over.
    "respond KEY_ID --step review": Exit.INCOMPLETE,
    "review KEY_ID": Exit.INCOMPLETE,
    "respond KEY_ID --step quiet": Exit.INCOMPLETE,
    # The new key was not used yet.
    "respond KEY_ID --step delete": Exit.REFUSED,
}


def _commands() -> list[str]:
    return [each for row in ROWS for each in re.findall(r"`stanch ([^`]+)`", " | ".join(row))]


def test_every_line_is_a_command_or_says_why_none_is_needed() -> None:
    assert len(ROWS) > 25
    assert all(len(row) in (2, 3) and row[1] for row in ROWS)
    load_commands()
    keys = {key for row in ROWS for key in re.findall(r"`(.)`", row[-1])}
    assert keys >= {"i", "r", "w", "e", "z", "u", "1", "2", "3"}
    assert keys <= {key for command in commands.every() for key in command.keys}
    assert len(_commands()) > 18


def test_what_the_page_says_to_type_is_done(
    stanch: Stanch, sandbox: Sandbox, unpaced: None, tmp_path: Path
) -> None:
    stolen = SCENARIOS["leaked-access-key"](sandbox.world).stolen
    assert isinstance(stolen, StolenKey)
    names = {
        "KEY_ID": stolen.key.access_key_id,
        "ASIA_ID": stolen.sessions[1].access_key_id,
        "ROLE": "backup",
        # What it made can be named by its own name as well.
        "EVENT_ID": "svc-metrics",
    }
    state = ("--state-dir", str(tmp_path), "--region", "us-east-1")
    # The user's deny policy stops a new key too, and is taken back before that is made.
    undone = iter(("respond KEY_ID --undo deny",))
    for command in (
        each for one in _commands() for each in (one, *(undone if one.endswith("KEY_ID --step deny") else ()))
    ):
        line = shlex.split(re.sub(r"\b[A-Z_]{4,}\b", lambda found: names[found[0]], command))
        if line[0] == "respond" and not {"--step", "--undo", "--plan"} & set(line):
            line.append("--plan")
        takes = {"--step", "--undo"} & set(line)
        done = stanch(*state, *line, *(("--yes", "--json") if takes else ()), input=names["KEY_ID"])
        if takes and done.out and "case" in done.json:
            names["CASE_ID"] = str(done.json["case"])
        assert done.code == ENDS.get(command, Exit.DONE), (command, done)
