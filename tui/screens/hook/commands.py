"""What can be done with what a command of the responder's own says."""

from __future__ import annotations

from tui.commands.table import screen

HOOK = screen("hook", lacks=("respond", "events", "rotate"), ranks={"copy": 12, "pager": 14, "refresh": 16})
