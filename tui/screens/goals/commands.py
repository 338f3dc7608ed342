"""What can be done with what shall stand: a policy, a key set up or issued, the use of keys recorded."""

from __future__ import annotations

from tui.commands.command import Command, needs_leave
from tui.commands.table import screen

CHOICES = (
    Command("next_choice", ("tab", "down", "j"), "next", "Next line.", rank=15),
    Command("previous_choice", ("shift+tab", "up", "k"), "previous line", "Previous line."),
    Command("text_down", ("pagedown", "ctrl+d"), "page down", "Scroll what is below down."),
    Command("text_up", ("pageup", "ctrl+u"), "page up", "Scroll what is below up."),
)

FORM = (
    Command(
        "bring_about",
        ("enter",),
        "do it",
        "Run the plan below, after one confirmation.",
        rank=10,
        blocked=needs_leave,
    ),
    Command(
        "take_back",
        ("ctrl+t",),
        "undo",
        "Undo what an earlier case did, in the right order.",
        rank=13,
        blocked=needs_leave,
    ),
    *CHOICES,
)

POLICY = screen(
    "policy",
    Command(
        "attach",
        ("enter",),
        "attach",
        "Attach the policy to the selected target, after one confirmation.",
        rank=10,
        blocked=needs_leave,
    ),
    Command(
        "whom",
        ("x",),
        "whom",
        "Choose the target: user:NAME, group:NAME, role:NAME, or scp: and a part of the organization.",
        rank=11,
    ),
    Command("groups_named", ("X",), "name groups", "Name the log groups it may write to.", rank=12),
    Command(
        "detach",
        ("u",),
        "undo",
        "Remove what stanch attached.",
        rank=13,
        blocked=needs_leave,
    ),
    *CHOICES,
    lacks=("respond", "policy"),
    ranks={"copy": 14},
)

SETUP = screen(
    "setup",
    *FORM,
    lacks=("respond", "setup", "rotate"),
    ranks={"copy": 14},
)

ISSUE = screen("issue", *FORM, lacks=("respond", "issue", "rotate"))

HARDEN = screen("harden", *FORM, lacks=("respond", "harden", "rotate"))
