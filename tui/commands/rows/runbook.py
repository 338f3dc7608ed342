"""Commands of the runbook."""

from __future__ import annotations

from tui.commands.command import Command, needs_changes

COMMANDS = (
    Command(
        "take",
        ("enter",),
        "do it",
        "Take the selected step, after one confirmation; the review is read-only and needs none.",
        ("runbook",),
        rank=10,
    ),
    Command(
        "undo",
        ("u",),
        "undo",
        "Undo the selected step: make the key Active, remove the deny policy or delete the new key.",
        ("runbook",),
        rank=12,
    ),
    Command(
        "plans",
        ("p",),
        "plan",
        "Show all five plans in full, with the commands of the AWS CLI that do the same.",
        ("runbook",),
        rank=14,
    ),
    Command(
        "options",
        ("x",),
        "choices",
        "Where a new secret goes, its expiry, reset in place; what is denied; how far back a review looks.",
        ("runbook",),
        rank=16,
    ),
    Command(
        "override",
        ("o",),
        "override",
        "Delete before a replacement was seen working; your reason is kept in the journal.",
        ("runbook",),
        rank=78,
        blocked=needs_changes,
    ),
    Command("note", ("n",), "note", "Add a note to the case's journal.", ("runbook",), rank=76),
    Command("step_down", ("j", "down"), "next step", "Select the next step.", ("runbook",)),
    Command("step_up", ("k", "up"), "previous step", "Select the previous step.", ("runbook",)),
    Command("step_1", ("1",), "deactivate", "Select step 1.", ("runbook",)),
    Command("step_2", ("2",), "review", "Select step 2.", ("runbook",)),
    Command("step_3", ("3",), "replace", "Select step 3.", ("runbook",)),
    Command("step_4", ("4",), "delete", "Select step 4.", ("runbook",)),
    Command("step_5", ("5",), "deny", "Select step 5.", ("runbook",)),
    Command("plan_down", ("pagedown", "space"), "plan down", "Scroll the plan down.", ("runbook",)),
    Command("plan_up", ("pageup",), "plan up", "Scroll the plan up.", ("runbook",)),
    Command("next_group", ("g",), "next graph", "Show the next log group's IncomingBytes.", ("runbook",)),
)
