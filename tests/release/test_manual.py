"""The manual and the list of commands are the program's own, and listing them costs next to nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from release import manual
from release.commands import pages
from tui.cli import COMMANDS
from tui.exits import Exit

LISTING = "import sys; from tui.cli import run; run(); print(sorted(sys.modules))"


def test_the_manual_has_every_command_with_every_option_and_every_exit_code() -> None:
    text = manual.manual().replace("\\-", "-")
    for page in pages():
        assert page.usage in text
        for name, does in page.options:
            assert f".TP\n.B {name}\n{does}" in text
    assert {page.path.split()[1] for page in pages() if " " in page.path} == COMMANDS.keys()
    assert all(f".TP\n.B {code.value}\n" in text for code in Exit)


@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff here")
def test_the_manual_is_one_that_man_shows_as_it_is_meant(tmp_path: Path) -> None:
    page = tmp_path / "stanch.1"
    page.write_text(manual.manual(), encoding="utf-8")
    done = subprocess.run(
        ["groff", "-ww", "-k", "-man", "-Tutf8", "-P-c", str(page)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    plain = re.sub(r".\x08", "", done.stdout.replace("‐\n", ""))
    shown = " ".join(plain.split())
    assert "stanch respond [OPTIONS] [KEY_ID]" in shown
    assert 'eval "$(stanch completion bash)"' in shown


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--help"], {}),
        ([], {"_STANCH_COMPLETE": "bash_complete", "COMP_WORDS": "stanch ", "COMP_CWORD": "1"}),
        (["repsond"], {}),
    ],
    ids=["help", "completion", "typo"],
)
def test_no_command_is_imported_to_be_listed(arguments: list[str], variables: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LISTING, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert "respond" in said
    loaded = {module for module, _ in COMMANDS.values() if f"'{module}'" in said}
    assert not loaded
