"""Commands of the policies that govern keys."""

from __future__ import annotations

from tui.commands.command import Command, needs_leave
from tui.routes import ToPolicy

_HERE = ("policy",)

COMMANDS = (
    Command(
        "policy",
        ("P",),
        "policy",
        "Policies that stop keys from being created, used or never expiring: read, attach or undo one.",
        rank=71,
        but_not=("policy", "help"),
        to=lambda scene: ToPolicy(subject=scene.subject),
    ),
    Command(
        "attach",
        ("enter",),
        "attach",
        "Attach the policy to the selected target, after one confirmation.",
        _HERE,
        rank=10,
        blocked=needs_leave,
    ),
    Command(
        "whom",
        ("w",),
        "whom",
        "Choose the target: user:NAME, group:NAME, role:NAME, or scp: and a part of the organization.",
        _HERE,
        rank=11,
    ),
    Command("groups_named", ("n",), "name groups", "Name the log groups it may write to.", _HERE, rank=12),
    Command(
        "detach",
        ("u",),
        "undo",
        "Restore what was there before stanch attached the policy.",
        _HERE,
        rank=13,
        blocked=needs_leave,
    ),
    Command(
        "copy_document",
        ("y",),
        "copy",
        "Copy the document to the terminal's clipboard (OSC 52).",
        _HERE,
        rank=14,
    ),
)
