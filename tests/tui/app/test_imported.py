"""Nothing is imported before the first paint, or before the first rows, that these do not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.patience import PATIENCE

FIRST_PAINT = "import tui.cli, tui.shell.screen, tui.app.run, tui.app.app"
FIRST_ROWS = f"{FIRST_PAINT}, tui.screens.keys.inventory, tui.app.desk, services.aws.credentials.open"


@pytest.mark.parametrize(
    ("moment", "needless"),
    [
        (
            FIRST_PAINT,
            ("botocore", "services.aws.session", "services.cases", "tui.frame.base", "tui.screens"),
        ),
        (FIRST_ROWS, ("boto3", "services.incident", "services.review", "services.report", "duckdb", "moto")),
    ],
    ids=["first paint", "first rows"],
)
def test_needless_modules_wait(moment: str, needless: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{moment}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    imported = done.stdout.split()
    assert {"tui.cli", "textual.app"} <= set(imported)
    assert [name for name in imported if f"{name}.".startswith(tuple(f"{each}." for each in needless))] == []
