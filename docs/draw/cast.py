"""docs/walkthrough.cast: the demo from the leaked token to the report, as asciinema plays it."""

from __future__ import annotations

import codecs
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.tui.terminal import Terminal

DOCS = Path(__file__).parent.parent
COLUMNS, LINES = 100, 30
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
    terminal.wait("This token was found", seconds=40)
    terminal.read()
    terminal.press("i")
    terminal.wait("key      ACCA", "r respond")
    terminal.read()
    terminal.press("r")
    terminal.wait("1 of 5. Stop it", "5 · deny        Attach", "newest point")
    terminal.read()
    _take(terminal, "1", "1 ✓ deactivate")
    terminal.wait("stopped since", seconds=90)
    terminal.read()
    terminal.press("2", "enter")
    terminal.wait("2 ✓ review")
    terminal.press("e")
    terminal.wait("TIME▾", "events, at most")
    terminal.read(4)
    terminal.press("a")
    terminal.wait("EVENTS▾")
    terminal.read()
    terminal.press("esc", "esc")
    terminal.wait("3 of 5. Give")
    _take(terminal, "3", "3 ✓ replace")
    terminal.press("4")
    for _ in range(60):
        terminal.press("ctrl+r")
        terminal.wait("Read again.")
        terminal.read(1)
        if "4 · delete      Delete ACCA" in terminal.text:
            break
    terminal.press("enter")
    terminal.wait("Leave it", "last four")
    asked = terminal.text.split("The last four characters of ")[1].split(",")[0]
    terminal.read()
    terminal.type(asked[-4:])
    terminal.wait(f"to go on: {asked[-4:]}")
    terminal.press("enter")
    terminal.wait("4 ✓ delete")
    terminal.read()
    _take(terminal, "5", "5 ✓ deny")
    terminal.wait("All five steps are taken")
    terminal.read(4)


def _take(terminal: Recording, step: str, done: str) -> None:
    terminal.press(step, "enter")
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
        "title": "stanch demo: from a leaked token to all five steps taken",
        "idle_time_limit": READ_SECONDS,
        "env": {"TERM": "xterm-256color"},
    }
    lines = [json.dumps(head), *(json.dumps([round(at, 3), "o", text]) for at, text in terminal.events)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    draw()
