"""Commands of the runbook."""

from __future__ import annotations

from tui.commands.command import Command, needs_changes

COMMANDS = (
    Command(
        "take",
        ("enter",),
        "do it",
        "Take the chosen step, after one confirmation; the review asks for none, it only reads.",
        ("runbook",),
        rank=10,
    ),
    Command(
        "undo",
        ("u",),
        "undo",
        "Take the chosen step back: make the key Active, lift the hold, delete the new key.",
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
        "Where a new secret goes, expiry, reset in place; what the hold denies; how far back a review looks.",
        ("runbook",),
        rank=16,
    ),
    Command(
        "override",
        ("o",),
        "override",
        "Delete though no replacement was seen working; the reason is kept in the journal.",
        ("runbook",),
        rank=78,
        blocked=needs_changes,
    ),
    Command("note", ("n",), "note", "Keep a remark in the case's journal.", ("runbook",), rank=76),
    Command("step_down", ("j", "down"), "next step", "Choose the next step.", ("runbook",)),
    Command("step_up", ("k", "up"), "step before", "Choose the step before.", ("runbook",)),
    Command("step_1", ("1",), "deactivate", "Choose step 1.", ("runbook",)),
    Command("step_2", ("2",), "review", "Choose step 2.", ("runbook",)),
    Command("step_3", ("3",), "replace", "Choose step 3.", ("runbook",)),
    Command("step_4", ("4",), "delete", "Choose step 4.", ("runbook",)),
    Command("step_5", ("5",), "deny", "Choose step 5.", ("runbook",)),
    Command("plan_down", ("pagedown", "space"), "plan down", "Scroll the plan down.", ("runbook",)),
    Command("plan_up", ("pageup",), "plan up", "Scroll the plan up.", ("runbook",)),
    Command("next_group", ("g",), "next graph", "Show the next log group's IncomingBytes.", ("runbook",)),
)
