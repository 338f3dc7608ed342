"""Commands beside the five steps: what else the user holds, the log groups' switch, the case's end."""

from __future__ import annotations

from tui.commands.command import Command, needs_changes

COMMANDS = (
    Command(
        "sweep",
        ("w",),
        "what else",
        "What else this user holds: access keys, a console password, policies, groups, other API keys.",
        ("runbook",),
        rank=72,
    ),
    Command(
        "groups",
        ("s",),
        "switch groups",
        "Switch bearer authentication off for log groups, for everybody's tokens, and on again.",
        ("runbook",),
        rank=74,
    ),
    Command(
        "report",
        ("R",),
        "report",
        "Write what happened as one HTML file into the case's folder, to read, print and hand on.",
        ("runbook",),
        rank=77,
    ),
    Command(
        "close_case",
        ("C",),
        "close case",
        "Close the case, once it was said what is still open.",
        ("runbook", "cases"),
        rank=79,
    ),
    Command(
        "take_over",
        ("T",),
        "take over",
        "Take the case from whoever else works on it, once it was said who that is.",
        ("runbook",),
        rank=80,
    ),
    Command(
        "act",
        ("enter",),
        "make inactive",
        "Make the chosen access key inactive, after one confirmation; an API key opens its runbook.",
        ("sweep",),
        rank=10,
    ),
    Command(
        "put_back",
        ("u",),
        "undo",
        "Make the chosen access key active again, where this case made it inactive.",
        ("sweep",),
        rank=12,
        blocked=needs_changes,
    ),
    Command(
        "switch_off",
        ("enter",),
        "switch off",
        "Let the marked log groups, or else the chosen one, refuse bearer tokens, after one confirmation.",
        ("groups",),
        rank=10,
    ),
    Command(
        "switch_on",
        ("u",),
        "undo",
        "Switch on again all log groups that this case switched off.",
        ("groups",),
        rank=12,
        blocked=needs_changes,
    ),
)
