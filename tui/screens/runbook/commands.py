"""What can be done with the runbook of one key, and with the levers beside it."""

from __future__ import annotations

from tui.commands.command import Command, needs_changes
from tui.commands.several import CLOSE_CASE, MARK, POINT
from tui.commands.table import screen

RUNBOOK = screen(
    "runbook",
    Command(
        "take",
        ("enter",),
        "do it",
        "Take the selected step, after one confirmation; the review is read-only and needs none.",
        rank=10,
    ),
    Command(
        "undo",
        ("u",),
        "undo",
        "Undo the selected step: make the key Active, remove the deny policy or delete the new key.",
        rank=12,
    ),
    Command(
        "plans",
        ("p",),
        "plan",
        "Show all plans in full, with the commands of the AWS CLI that do the same.",
        rank=14,
    ),
    Command(
        "options",
        ("x",),
        "choices",
        "Where a new secret goes, expiry, reset in place; what is denied; how far back a review looks.",
        rank=16,
    ),
    Command(
        "override",
        ("o",),
        "override",
        "Delete before a replacement was seen working; your reason is kept in the journal.",
        rank=78,
        blocked=needs_changes,
    ),
    Command("note", ("J",), "note", "Add a note to the case's journal.", rank=76),
    Command("step_down", ("j", "down"), "next step", "Select the next step."),
    Command("step_up", ("k", "up"), "previous step", "Select the previous step."),
    Command("step_1", ("1",), "deactivate", "Select step 1."),
    Command("step_2", ("2",), "review", "Select step 2."),
    Command("step_3", ("3",), "replace", "Select step 3."),
    Command("step_4", ("4",), "delete", "Select step 4."),
    Command("step_5", ("5",), "deny", "Select step 5."),
    Command("step_6", ("6",), "last step", "Select step 6, which the runbook of an access key has."),
    Command("plan_down", ("pagedown", "ctrl+d"), "plan down", "Scroll the plan down."),
    Command("plan_up", ("pageup", "ctrl+u"), "plan up", "Scroll the plan up."),
    Command("next_group", ("tab",), "next graph", "Show the next log group's IncomingBytes."),
    *POINT,
    Command(
        "sweep",
        ("w",),
        "other access",
        "What else this user has (keys, a password, policies, groups), and what the intruder made.",
        rank=72,
    ),
    Command(
        "groups",
        ("B",),
        "log groups off",
        "Turn bearer authentication off for log groups (everyone's tokens), or back on.",
        rank=74,
    ),
    Command(
        "end_sessions",
        ("K",),
        "end sessions",
        "End the sessions that the user's access keys opened, or undo that; of an access key it is step 2.",
        rank=75,
    ),
    Command(
        "quiet",
        ("z",),
        "quiet",
        "Look whether nothing of the key, its sessions or its user was allowed for 30 minutes.",
        rank=79,
    ),
    Command(
        "report",
        ("R",),
        "report",
        "Write an HTML report of the case into its folder.",
        rank=77,
    ),
    CLOSE_CASE,
    Command(
        "take_over",
        ("T",),
        "take over",
        "Take over the case from whoever is working on it, after naming them.",
        rank=80,
    ),
    lacks=("respond",),
)

PLANS = screen("plans", lacks=("respond",))

SWEEP = screen(
    "sweep",
    Command(
        "act",
        ("enter",),
        "stop it",
        "Make the access key inactive, or stop what the intruder made, after one confirmation; an API key "
        "opens its runbook.",
        rank=10,
    ),
    Command(
        "put_back",
        ("u",),
        "undo",
        "Make the access key active again, or restore what was stopped, if this case did that.",
        rank=12,
        blocked=needs_changes,
    ),
    lacks=("respond",),
)

GROUPS = screen(
    "groups",
    MARK,
    Command(
        "switch_off",
        ("enter",),
        "turn off",
        "Turn bearer tokens off for the marked log groups, or the selected one, after one confirmation.",
        rank=10,
    ),
    Command(
        "switch_on",
        ("u",),
        "undo",
        "Turn bearer tokens back on for all log groups that this case turned off.",
        rank=12,
        blocked=needs_changes,
    ),
    lacks=("respond",),
)
