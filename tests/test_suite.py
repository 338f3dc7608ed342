"""What every test may count on, however the suite was started, and what is left to the whole of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.matrices.families import EVERY_KILL
from tests.whole import PLACES, left_out


def test_a_program_that_a_test_starts_can_be_interrupted() -> None:
    """Also where the suite itself cannot, as under nohup or in the background of a script."""
    code = "from signal import *; print([each for each in (SIGINT, SIGHUP) if getsignal(each) is SIG_IGN])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_a_test_that_hangs_will_be_ended() -> None:
    assert signal.getsignal(signal.SIGALRM) not in (signal.SIG_DFL, signal.SIG_IGN, None)
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    assert left > 0


@pytest.mark.parametrize("place", PLACES)
def test_what_is_left_to_the_whole_suite_is_there(place: str) -> None:
    root = Path(__file__).parents[1]
    at = root / place.partition("::")[0]
    assert any(at.rglob("test_*.py")) if at.is_dir() else [*at.parent.glob(f"{at.name}*")]


def test_a_key_that_is_made_or_deleted_is_killed_at_in_every_run() -> None:
    ids = [f"tests/services/matrices/test_kill_matrix.py::t[{name}-{route}]" for name, route in EVERY_KILL]
    kept = " ".join(each for each in ids if not left_out(each))
    for route in ("replace and delete", "reset", "reset into a file", "rotation", "access key", "set up"):
        assert f"-{route}]" in kept
