"""Before anything is changed it is said which credentials would do it."""

from __future__ import annotations

import sys
from pathlib import Path

from sandbox.wire.server import Sandbox
from tests.tui.shell.conftest import Account
from tests.tui.terminal import Terminal

STANCH = str(Path(sys.executable).with_name("stanch"))


def test_a_question_in_the_shell_names_them(sandbox: Sandbox, leaked: Account, tmp_path: Path) -> None:
    argv = [STANCH, "--state-dir", str(tmp_path), "respond", leaked.key_id, "--step", "deactivate"]
    with Terminal(argv, columns=120, lines=40) as terminal:
        terminal.wait("Credentials: environment. Proceed in account 123456789012, endpoint http")
        terminal.type("n\r")
        terminal.wait_end()
