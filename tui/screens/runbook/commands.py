"""What can be done with the runbook of one key, and with the levers beside it."""

from __future__ import annotations

from tui.commands.command import Command, needs_changes
from tui.commands.several import CLOSE_CASE, MARK
from tui.commands.table import screen

RUNBOOK = screen(
    "runbook",
    Command(
        "take",
        ("enter",),
        "do it",
        "Take the chosen step, after one confirmation; the review asks for none, it only reads.",
        rank=10,
    ),
    Command(
        "undo",
        ("u",),
        "undo",
        "Take the chosen step back: make the key Active, lift the hold, delete the new key.",
        rank=12,
    ),
    Command(
        "plans",
        ("p",),
        "plan",
        "Show all five plans in full, with the commands of the AWS CLI that do the same.",
        rank=14,
    ),
    Command(
        "options",
        ("x",),
        "choices",
        "Where a new secret goes, expiry, reset in place; what the hold denies; how far back a review looks.",
        rank=16,
    ),
    Command(
        "override",
        ("o",),
        "override",
        "Delete though no replacement was seen working; the reason is kept in the journal.",
        rank=78,
        blocked=needs_changes,
    ),
    Command("note", ("n",), "note", "Keep a remark in the case's journal.", rank=76),
    Command("step_down", ("j", "down"), "next step", "Choose the next step."),
    Command("step_up", ("k", "up"), "step before", "Choose the step before."),
    Command("step_1", ("1",), "deactivate", "Choose step 1."),
    Command("step_2", ("2",), "review", "Choose step 2."),
    Command("step_3", ("3",), "replace", "Choose step 3."),
    Command("step_4", ("4",), "delete", "Choose step 4."),
    Command("step_5", ("5",), "deny", "Choose step 5."),
    Command("plan_down", ("pagedown", "space"), "plan down", "Scroll the plan down."),
    Command("plan_up", ("pageup",), "plan up", "Scroll the plan up."),
    Command("next_group", ("g",), "next graph", "Show the next log group's IncomingBytes."),
    Command(
        "sweep",
        ("w",),
        "what else",
        "What else this user holds: access keys, a console password, policies, groups, other API keys.",
        rank=72,
    ),
    Command(
        "groups",
        ("s",),
        "switch groups",
        "Switch bearer authentication off for log groups, for everybody's tokens, and on again.",
        rank=74,
    ),
    Command(
        "report",
        ("R",),
        "report",
        "Write what happened as one HTML file into the case's folder, to read, print and hand on.",
        rank=77,
    ),
    CLOSE_CASE,
    Command(
        "take_over",
        ("T",),
        "take over",
        "Take the case from whoever else works on it, once it was said who that is.",
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
        "make inactive",
        "Make the chosen access key inactive, after one confirmation; an API key opens its runbook.",
        rank=10,
    ),
    Command(
        "put_back",
        ("u",),
        "undo",
        "Make the chosen access key active again, where this case made it inactive.",
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
        "switch off",
        "Let the marked log groups, or else the chosen one, refuse bearer tokens, after one confirmation.",
        rank=10,
    ),
    Command(
        "switch_on",
        ("u",),
        "undo",
        "Switch on again all log groups that this case switched off.",
        rank=12,
        blocked=needs_changes,
    ),
    lacks=("respond",),
)
