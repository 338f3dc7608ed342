"""The pictures of the screens, taken of the demo as it runs on a real terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from docs.draw.svg import svg
from tests.tui.terminal import Terminal

DOCS = Path(__file__).parent.parent
LEAKED = "cloudwatch-logs-hlc"


def draw() -> None:
    program = str(Path(sys.executable).with_name("stanch"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with Terminal([program, "demo"], environment, columns=100, lines=30) as terminal:
        terminal.wait("This token was found")
        terminal.press("esc")
        terminal.wait_gone("This token was found")
        terminal.press("/")
        terminal.type(LEAKED)
        terminal.wait(f"/ {LEAKED}", f"─ {LEAKED} ", "its user also holds")
        terminal.press("esc")
        terminal.wait("16 keys", "to filter", "dana")
        _keep(terminal, "inventory", "The inventory: every API key of the account, the most worrying first")
        terminal.press("r")
        terminal.wait("UpdateServiceSpecificCredential", "newest point")
        terminal.press("enter")
        terminal.wait("Leave it")
        terminal.press("y")
        terminal.wait("Inactive, said AWS")
        terminal.press("down", "down")
        terminal.wait("gone since", seconds=90)
        _keep(terminal, "runbook", "The runbook of a leaked key: the flow ends with the deactivation")
        terminal.press("q")


def _keep(terminal: Terminal, name: str, title: str) -> None:
    terminal.wait_still()
    (DOCS / f"{name}.svg").write_text(svg(terminal.screen, title))


if __name__ == "__main__":
    draw()
