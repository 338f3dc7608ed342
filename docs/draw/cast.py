"""docs/walkthrough.cast: the demo from the leaked token to the report, as asciinema plays it."""

from __future__ import annotations

import codecs
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from tests.tui.terminal import Terminal

DOCS = Path(__file__).parent.parent
COLUMNS, LINES = 80, 24
READ_SECONDS = 2.5
"""How long a reader is given where there is something to read."""


class Recording(Terminal):
    """Keeps what came when; waiting for AWS is shown no longer than it takes to read."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        self.events: list[tuple[float, str]] = []
        self._began = time.monotonic()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        super().__init__(*arguments, **more)

    def _pump(self, seconds: float) -> None:
        before = len(self.raw)
        super()._pump(seconds)
        if new := self._decoder.decode(bytes(self.raw[before:])):
            self.events.append((time.monotonic() - self._began, new))

    def read(self, seconds: float = READ_SECONDS) -> None:
        self._pass(seconds)


def draw() -> None:
    program = str(Path(sys.executable).with_name("stanch"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"LOGNAME": "ada"}
    with Recording([program, "demo"], environment, columns=COLUMNS, lines=LINES) as terminal:
        _walk(terminal)
        terminal.press("q")
        terminal.wait_end()
        _write(terminal, DOCS / "walkthrough.cast")


def _walk(terminal: Recording) -> None:
    """From one step to the next with enter, as the guide and the footer say; no key twice."""
    terminal.wait("This token was found", seconds=40)
    terminal.read()
    terminal.press("i")
    terminal.wait("active, made", "r respond")
    terminal.read()
    terminal.press("r")
    terminal.wait("1 of 5. Stop it", "5 · deny        Attach", "flowing")
    terminal.read()
    _take(terminal, "1 ✓ deactivate")
    terminal.wait("stopped at", seconds=90)
    terminal.read()
    _go_on(terminal, "2 review")
    terminal.press("enter")
    terminal.wait("2 ✓ review", seconds=90)
    terminal.read()
    terminal.press("e")
    terminal.wait("TIME▾", "events ──", seconds=90)
    terminal.read(4)
    terminal.press("1")
    terminal.wait("EVENTS▾")
    terminal.read()
    terminal.press("esc")
    terminal.wait("TIME▾")
    terminal.press("esc")
    terminal.wait("3 of 5. Give")
    _go_on(terminal, "3 replace")
    _take(terminal, "3 ✓ replace")
    _go_on(terminal, "4 delete")
    terminal.wait("4 · delete      Delete ACCA", seconds=120)
    terminal.read()
    terminal.press("enter")
    terminal.wait("Leave it", "last four")
    asked = terminal.text.split("The last four characters of ")[-1].split(",")[0]
    terminal.read()
    terminal.type(re.findall(r"ACCA[A-Z0-9]+", asked)[0][-4:])
    terminal.wait("› [ Delete it for good ]")
    terminal.press("enter")
    terminal.wait("4 ✓ delete")
    terminal.read()
    _go_on(terminal, "5 deny")
    _take(terminal, "5 ✓ deny")
    terminal.wait("All five steps are taken")
    terminal.read()
    terminal.press("R")
    terminal.wait("Report written to")
    terminal.read(4)


def _go_on(terminal: Recording, step: str) -> None:
    terminal.wait("enter next step")
    terminal.press("enter")
    terminal.wait(f"─ {step} ─")
    terminal.read()


def _take(terminal: Recording, done: str) -> None:
    terminal.press("enter")
    terminal.wait("Leave it")
    terminal.read()
    terminal.press("y")
    terminal.wait(done)
    terminal.read()


def _write(terminal: Recording, path: Path) -> None:
    head = {
        "version": 2,
        "width": COLUMNS,
        "height": LINES,
        "title": "stanch demo: from a leaked token to the report",
        "idle_time_limit": READ_SECONDS,
        "env": {"TERM": "xterm-256color"},
    }
    lines = [json.dumps(head), *(json.dumps([round(at, 3), "o", text]) for at, text in terminal.events)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    draw()
