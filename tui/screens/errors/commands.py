"""What can be done with the errors of this run."""

from __future__ import annotations

from tui.commands.table import screen

ERRORS = screen(
    "errors", lacks=("respond", "events", "refresh", "errors", "setup", "issue", "harden", "rotate", "scan")
)
