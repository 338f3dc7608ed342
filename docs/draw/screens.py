"""The pictures of the screens, taken of the demo as it runs on a real terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docs.draw.svg import svg
from tests.tui.terminal import Terminal

DOCS = Path(__file__).parent.parent
LEAKED = "cloudwatch-logs-hlc"


def draw() -> None:
    with _demo() as terminal:
        _runbook(terminal)
        _home(terminal)
        _review_traffic_audit(terminal)
        terminal.press("q")
    with _demo() as terminal:
        _rotation(terminal)
        terminal.press("q")


@contextmanager
def _demo() -> Iterator[Terminal]:
    program = str(Path(sys.executable).with_name("stanch"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with Terminal([program, "demo"], environment, columns=100, lines=30) as terminal:
        terminal.wait("This token was found")
        terminal.press("esc")
        terminal.wait_gone("This token was found")
        terminal.wait("16 keys", "to filter", "dana")
        yield terminal


def _runbook(terminal: Terminal) -> None:
    terminal.press("/")
    terminal.type(LEAKED)
    terminal.wait(f"/ {LEAKED}", f"─ {LEAKED} ", "its user also has")
    terminal.press("esc", "r")
    terminal.wait("UpdateServiceSpecificCredential", "flowing")
    terminal.press("enter")
    terminal.wait("Leave it")
    terminal.press("y")
    terminal.wait("Inactive (confirmed by AWS")
    terminal.wait("stopped at", seconds=90)
    terminal.press("enter", "enter")
    terminal.wait("2 ✓ review", seconds=90)
    terminal.press("3")
    terminal.wait("─ 3 replace ─")
    _keep(terminal, "runbook", "The runbook of a leaked key: the flow ends with the deactivation")


def _home(terminal: Terminal) -> None:
    """What is wrong in one glance: a case open, its flow stopped, keys at risk left."""
    terminal.resize(120, 40)
    terminal.press("W", "esc")
    terminal.wait("keys at risk", "inactive  212d", "stopped at", seconds=90)
    terminal.press("g")
    terminal.wait("─ dana ─", "its user also has")
    _keep(
        terminal, "inventory", "What is wrong now, and every API key of the account, the highest risk first"
    )
    terminal.resize(100, 30)
    terminal.press("/")
    terminal.type(LEAKED)
    terminal.wait(f"─ {LEAKED} ")
    terminal.press("esc")


def _review_traffic_audit(terminal: Terminal) -> None:
    terminal.press("r")
    terminal.wait("2 ✓ review", "■ stopped")
    terminal.press("e")
    terminal.wait("TIME▾", "CallWithBearerToken", seconds=90)
    _keep(terminal, "review", "The review: what was read, what would have been recorded, what was done")
    terminal.press("t")
    terminal.wait("in all", "stopped at", seconds=90)
    _keep(terminal, "traffic", "IncomingBytes of every log group that takes bearer tokens")
    terminal.press("A")
    terminal.wait("is too broad", seconds=90)
    _keep(terminal, "audit", "The audit: findings, the worst first, each with its evidence and its way out")


def _rotation(terminal: Terminal) -> None:
    terminal.press("W", "/")
    terminal.type("user:vendor-b")
    terminal.wait("1 of 16")
    terminal.press("enter", "O")
    terminal.wait("No second key was created yet")
    terminal.press("enter")
    terminal.wait("Leave it")
    terminal.press("y")
    terminal.wait("both work", "newest point", seconds=90)
    _keep(terminal, "rotation", "A rotation: both keys work, and the screen says what comes next")


def _keep(terminal: Terminal, name: str, title: str) -> None:
    terminal.wait_still()
    (DOCS / f"{name}.svg").write_text(svg(terminal.screen, title))


if __name__ == "__main__":
    draw()
