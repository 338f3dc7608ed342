"""What every test may count on, however the suite was started."""

from __future__ import annotations

import signal
import subprocess
import sys


def test_a_program_that_a_test_starts_can_be_interrupted() -> None:
    """Also where the suite itself cannot, as under nohup or in the background of a script."""
    code = "from signal import *; print([each for each in (SIGINT, SIGHUP) if getsignal(each) is SIG_IGN])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_a_test_that_hangs_will_be_ended() -> None:
    assert signal.getsignal(signal.SIGALRM) not in (signal.SIG_DFL, signal.SIG_IGN, None)
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    assert left > 0
