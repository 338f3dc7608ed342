"""What can be done on every screen, and anywhere: the ways from each to any other."""

from __future__ import annotations

from tui.commands.command import Command, Scene, needs_key
from tui.routes import (
    Route,
    ToAudit,
    ToCases,
    ToErrors,
    ToEvents,
    ToHarden,
    ToIdentify,
    ToIssue,
    ToLogGroups,
    ToPolicy,
    ToRotation,
    ToRunbook,
    ToScan,
    ToSetup,
    ToTraffic,
)


def _to_runbook(scene: Scene) -> Route:
    assert scene.subject
    return ToRunbook(scene.subject.key_id, scene.subject.user)


def _to_events(scene: Scene) -> Route:
    assert scene.subject
    return ToEvents(scene.subject.user, scene.subject.key_id, scene.subject.service)


def _to_issue(scene: Scene) -> Route:
    subject = scene.subject
    return ToIssue({"user": subject.user, "service": subject.service} if subject else None)


def _to_rotation(scene: Scene) -> Route:
    assert scene.subject
    return ToRotation(scene.subject.key_id, scene.subject.user)


RESPOND = Command(
    "respond",
    ("r",),
    "respond",
    "Open the runbook for the chosen key: deactivate, review, replace, delete, deny.",
    rank=20,
    blocked=needs_key,
    to=_to_runbook,
)

SHARED = (
    RESPOND,
    Command(
        "identify",
        ("i",),
        "identify",
        "Paste a leaked key: it is read here, matched to its id, and never kept.",
        rank=30,
        to=lambda scene: ToIdentify(),
    ),
    Command(
        "events",
        ("e",),
        "events",
        "What the chosen key's user did, by CloudTrail.",
        rank=40,
        blocked=needs_key,
        to=_to_events,
    ),
    Command(
        "traffic",
        ("t",),
        "traffic",
        "IncomingBytes of the log groups that take bearer tokens.",
        rank=50,
        to=lambda scene: ToTraffic(),
    ),
    Command(
        "log_groups",
        ("l",),
        "log groups",
        "Every log group: bearer tokens on or off, KMS key, how long events are kept, what comes in.",
        rank=55,
        to=lambda scene: ToLogGroups(),
    ),
    Command(
        "cases", ("c",), "cases", "Every case kept on this machine.", rank=60, to=lambda scene: ToCases()
    ),
    Command("refresh", ("ctrl+r",), "refresh", "Ask AWS again; the cursor stays where it is."),
    Command(
        "errors",
        ("exclamation_mark",),
        "errors",
        "Every error of this run, with what to do.",
        to=lambda scene: ToErrors(),
    ),
    Command("palette", ("colon", "ctrl+p"), "commands", "Find a command by name."),
    Command("guide", ("W",), "guide", "Be led through the five steps, or be led no more."),
    Command("theme", (), "colours", "Change the colours: dark, light, the terminal's own."),
    Command(
        "redraw",
        ("ctrl+l",),
        "redraw",
        "Draw the whole screen again, where something has disturbed it.",
        anywhere=True,
    ),
    Command(
        "suspend",
        ("ctrl+z",),
        "suspend",
        "Go back to the shell for a while; `fg` there brings you back here.",
        anywhere=True,
    ),
    Command("back", ("escape",), "back", "Leave this.", rank=85, anywhere=True),
    Command("help", ("question_mark",), "help", "What can be done here.", rank=90),
    Command("quit", ("q",), "quit", "Leave; an open case keeps its place.", rank=95),
    Command(
        "audit",
        ("A",),
        "audit",
        "Hold the keys of the account against the best practices; it reads and changes nothing.",
        rank=70,
        to=lambda scene: ToAudit(),
    ),
    Command(
        "policy",
        ("P",),
        "policy",
        "Policies that keep keys from being made, used or lasting for ever: read one, attach it, undo it.",
        rank=71,
        to=lambda scene: ToPolicy(subject=scene.subject),
    ),
    Command(
        "setup",
        ("N",),
        "set up a key",
        "Make a CloudWatch Logs key with all it needs: user, policy, log groups, expiry.",
        to=lambda scene: ToSetup(),
    ),
    Command(
        "issue",
        ("I",),
        "issue a key",
        "Make one more key for a user that exists: the chosen key's, or another.",
        to=_to_issue,
    ),
    Command(
        "harden",
        ("H",),
        "record use",
        "Have the use of keys recorded: a trail's selectors merged, or a new trail with its bucket.",
        to=lambda scene: ToHarden(),
    ),
    Command(
        "rotate",
        ("O",),
        "rotate",
        "Replace the chosen key without a gap: a second key, its import, the old one off, then deleted.",
        blocked=needs_key,
        to=_to_rotation,
    ),
    Command(
        "scan",
        ("F",),
        "find keys",
        "Look for leaked keys in files and git histories on this machine.",
        to=lambda scene: ToScan(),
    ),
)
"""In the order that help has them; a screen says which of them it lacks."""
