"""Commands beside the five steps: what else the user holds, the log groups' switch, the case's end."""

from __future__ import annotations

from tui.commands.command import Command, needs_changes

COMMANDS = (
    Command(
        "sweep",
        ("w",),
        "other access",
        "What else this user has: access keys, a console password, policies, groups, other API keys.",
        ("runbook",),
        rank=72,
    ),
    Command(
        "groups",
        ("s",),
        "log groups off",
        "Turn bearer authentication off for log groups (everyone's tokens), or back on.",
        ("runbook",),
        rank=74,
    ),
    Command(
        "report",
        ("R",),
        "report",
        "Write an HTML report of the case into its folder.",
        ("runbook",),
        rank=77,
    ),
    Command(
        "close_case",
        ("C",),
        "close case",
        "Close the case, after listing what is still open.",
        ("runbook", "cases"),
        rank=79,
    ),
    Command(
        "take_over",
        ("T",),
        "take over",
        "Take over the case from whoever is working on it, after naming them.",
        ("runbook",),
        rank=80,
    ),
    Command(
        "act",
        ("enter",),
        "make inactive",
        "Make the selected access key inactive, after one confirmation; an API key opens its runbook.",
        ("sweep",),
        rank=10,
    ),
    Command(
        "put_back",
        ("u",),
        "undo",
        "Make the selected access key active again, if this case made it inactive.",
        ("sweep",),
        rank=12,
        blocked=needs_changes,
    ),
    Command(
        "switch_off",
        ("enter",),
        "turn off",
        "Turn bearer tokens off for the marked log groups, or the selected one, after one confirmation.",
        ("groups",),
        rank=10,
    ),
    Command(
        "switch_on",
        ("u",),
        "undo",
        "Turn bearer tokens back on for all log groups that this case turned off.",
        ("groups",),
        rank=12,
        blocked=needs_changes,
    ),
)
