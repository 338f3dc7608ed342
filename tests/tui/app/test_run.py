"""What somebody's development left in the environment neither drives the program nor keeps what it shows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE

HOSTILE = {
    "TEXTUAL": "devtools,debug",
    "TEXTUAL_PRESS": "q",
    "TEXTUAL_SCREENSHOT": "1",
    "TEXTUAL_LOG": "keys.log",
    "TEXTUAL_DRIVER": "evil:Driver",
    "TEXTUAL_DEBUG": "1",
    "TEXTUAL_SHOW_RETURN": "1",
}
_ASK = """
import os
from contextlib import suppress
from types import SimpleNamespace
from tui.app import run
with suppress(AttributeError):
    run.run(SimpleNamespace(keys={}))
from textual import constants
print(constants.PRESS, constants.SCREENSHOT_DELAY, constants.LOG_FILE, constants.DRIVER, constants.DEBUG,
      constants.DISABLE_KITTY_KEY, sorted(name for name in os.environ if name.startswith("TEXTUAL")))
"""


def test_no_variable_of_textual_counts(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ASK],
        cwd=tmp_path,
        env=os.environ | HOSTILE,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout.split() == ["-1", "None", "None", "False", "True", "['TEXTUAL_DISABLE_KITTY_KEY']"], (
        done
    )
    assert not list(tmp_path.iterdir())
