"""The screen: its first paint against an empty Textual app, its memory, a tick of traffic, and idleness."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.account import account, flowing, leaked, many
from bench.measure import Row, process, ratio
from tests.tui.terminal import Terminal

STANCH = str(Path(sys.executable).with_name("stanch"))
EMPTY = [
    sys.executable,
    "-c",
    "from textual.app import App; from textual.widgets import Static\n"
    "class Empty(App):\n def compose(self): yield Static(' stanch ')\nEmpty().run()",
]
AWS_LIST = [
    str(Path(sys.executable).with_name("aws")),
    *("iam", "list-service-specific-credentials", "--all-users"),
]


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as state:
        os.environ["STANCH_STATE_DIR"] = state
        with account(leaked):
            value, note = ratio(_first_paint([STANCH]), _first_paint(EMPTY))
            yield Row("first paint, against an empty Textual app", value, 1.2, note=note)
            value, note = ratio(_first_rows, process(AWS_LIST, os.environ))
            yield Row("rows on the screen, against one list call by the AWS CLI", value, 2, note=note)
            yield Row("idle screen, of a core", _idle(), 1, unit="%")
        with account(flowing):
            yield Row("a tick of 12 graphs at 120×40, to the terminal", _tick(), 4, unit="KB")
        with account(many):
            yield Row("memory of the screen with 20,000 keys", _memory(), 150, unit="MB")


def _first_paint(command: Sequence[str]) -> Callable[[], float]:
    """Seconds until the word that both programs show stands on the screen."""

    def run() -> float:
        begun = time.perf_counter()
        with Terminal(command, columns=80, lines=24) as terminal:
            terminal.wait("stanch")
            return time.perf_counter() - begun

    return run


def _first_rows() -> float:
    """Seconds until the keys stand on the screen."""
    begun = time.perf_counter()
    with Terminal([STANCH], columns=80, lines=24) as terminal:
        terminal.wait("ACCA")
        return time.perf_counter() - begun


def _idle(seconds: float = 20) -> float:
    """Hundredths of a core that the screen takes while nothing happens and nobody types."""
    with Terminal([STANCH], columns=80, lines=24) as terminal:
        terminal.wait("16 keys", "its user also has", seconds=60)
        terminal.wait_still(0.4)
        begun, before = time.monotonic(), _cpu_seconds(terminal.pid)
        terminal.watch(seconds)
        return 100 * (_cpu_seconds(terminal.pid) - before) / (time.monotonic() - begun)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _tick(ticks: int = 6, seconds: int = 5) -> float:
    """Kilobytes sent from one reading to the next, each with a new point; the clock's ticks count too."""
    config = Path(os.environ["STANCH_STATE_DIR"], "config.toml")
    config.write_text(f"refresh_seconds = {seconds}\n", encoding="utf-8")
    command = [STANCH, "--config", str(config), "--region", "us-east-1", "watch", "--period", str(seconds)]
    with Terminal(command, columns=120, lines=40) as terminal:
        terminal.wait("12 groups", "in all", seconds=60)
        terminal.wait_still(0.4)
        before = len(terminal.raw)
        terminal.watch(seconds * ticks)
        return (len(terminal.raw) - before) / ticks / 1000


def _memory() -> float:
    """Resident megabytes once all keys are read."""
    with Terminal([STANCH], columns=120, lines=40) as terminal:
        terminal.wait("20,000 keys ·", "to filter", seconds=60)
        terminal.wait_still(0.4)
        for line in Path(f"/proc/{terminal.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1000
    raise RuntimeError("the system does not tell a process's memory")
