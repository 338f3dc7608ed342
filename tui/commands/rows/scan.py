"""Commands of the search for leaked keys in files."""

from __future__ import annotations

from tui.commands.command import Command
from tui.routes import ToScan

COMMANDS = (
    Command(
        "scan",
        ("F",),
        "find keys",
        "Look for leaked keys in files and git histories on this machine.",
        but_not=("scan", "help", "errors"),
        to=lambda scene: ToScan(),
    ),
    Command(
        "respond_found",
        ("enter", "r"),
        "respond",
        "Look for the selected key in this account, and open its runbook.",
        ("scan",),
        rank=10,
    ),
    Command(
        "look_elsewhere", ("slash",), "look elsewhere", "Search another file or folder.", ("scan",), rank=11
    ),
)
