"""What can be done on every screen, and anywhere: the ways from each to any other."""

from __future__ import annotations

from tui.commands.command import Command, Scene, needs_alert, needs_key
from tui.routes import (
    Route,
    ToAudit,
    ToCalls,
    ToCases,
    ToErrors,
    ToEvents,
    ToHarden,
    ToIdentify,
    ToIssue,
    ToLogGroups,
    ToOrganization,
    ToPolicy,
    ToRotation,
    ToRunbook,
    ToScan,
    ToSettings,
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
    "Open the runbook for the selected key: deactivate, review, replace, delete, deny.",
    rank=20,
    blocked=needs_key,
    to=_to_runbook,
)

COPY = Command(
    "copy",
    ("y", "ctrl+y"),
    "copy",
    "Copy what is in focus to the terminal's clipboard (OSC 52): an ID, a command, a record, a path.",
    anywhere=True,
)

SHARED = (
    RESPOND,
    Command(
        "identify",
        ("i",),
        "identify",
        "Paste a leaked key: it is decoded here, matched to its ID and never stored.",
        rank=30,
        to=lambda scene: ToIdentify(),
    ),
    Command(
        "events",
        ("e",),
        "events",
        "What the selected key's user did, according to CloudTrail.",
        rank=40,
        blocked=needs_key,
        to=_to_events,
    ),
    Command(
        "traffic",
        ("t",),
        "traffic",
        "IncomingBytes of the log groups that accept bearer tokens.",
        rank=50,
        to=lambda scene: ToTraffic(),
    ),
    Command(
        "log_groups",
        ("L",),
        "log groups",
        "Every log group: bearer tokens on or off, KMS key, retention, incoming bytes.",
        rank=55,
        to=lambda scene: ToLogGroups(),
    ),
    Command("cases", ("c",), "cases", "Every case on this machine.", rank=60, to=lambda scene: ToCases()),
    COPY,
    Command(
        "search",
        ("slash",),
        "search",
        "Find words in what is shown; n and N go to the next and the previous place.",
    ),
    Command("search_next", ("n",), "next found", "Go to the next place where the words stand."),
    Command("search_previous", ("N",), "previous found", "Go to the previous place where they stand."),
    Command("forward", ("right_square_bracket",), "forth", "Return to the screen that was left last."),
    Command("refresh", ("ctrl+r",), "refresh", "Refresh from AWS; the cursor stays where it is."),
    Command(
        "errors",
        ("exclamation_mark",),
        "errors",
        "Every error in this session, and what to do about it.",
        to=lambda scene: ToErrors(),
    ),
    Command(
        "calls",
        ("ampersand",),
        "calls",
        "Every call to AWS: what is waited for now, what came of the others; y copies one as an aws command.",
        to=lambda scene: ToCalls(),
    ),
    Command(
        "pager",
        ("f3",),
        "pager",
        "Open what is in focus, as a record or a plan, in your own $PAGER.",
    ),
    Command("palette", ("colon", "ctrl+p"), "commands", "Find a command by name.", rank=88),
    Command("guide", ("W",), "guide", "Turn the step-by-step guide on or off."),
    Command(
        "organization",
        (),
        "organization",
        "The keys of every account of the organization; enter goes to one.",
        to=lambda scene: ToOrganization(),
    ),
    Command("account", (), "account", "Work in another account, by the role that leads there."),
    Command("profile", (), "profile", "Work by another profile of ~/.aws/config."),
    Command("region", (), "Regions", "Look in other Regions."),
    Command(
        "settings",
        ("f2",),
        "settings",
        "What the configuration file says: change it here.",
        to=lambda scene: ToSettings(),
    ),
    Command("theme", (), "colours", "Change the colour theme."),
    Command(
        "alert",
        (),
        "alert",
        "Read again what leaked: a drill's alert, or the demo's token.",
        blocked=needs_alert,
    ),
    Command(
        "screenshot",
        (),
        "screenshot",
        "Save this screen as SVG and as text in the state directory; what may be a secret is dots.",
    ),
    Command(
        "redraw",
        ("ctrl+l",),
        "redraw",
        "Redraw the screen.",
        anywhere=True,
    ),
    Command(
        "suspend",
        ("ctrl+z",),
        "suspend",
        "Suspend stanch and return to the shell; `fg` resumes it.",
        anywhere=True,
    ),
    Command("back", ("escape", "left_square_bracket"), "back", "Close this screen.", rank=85, anywhere=True),
    Command(
        "help",
        ("question_mark", "f1"),
        "help",
        "Show what you can do here; F1 in a field too.",
        rank=90,
        anywhere=True,
    ),
    Command("quit", ("q",), "quit", "Quit; an open case can be resumed later.", rank=95),
    Command(
        "audit",
        ("A",),
        "audit",
        "Check all keys against best practices (read-only).",
        rank=70,
        to=lambda scene: ToAudit(),
    ),
    Command(
        "policy",
        ("P",),
        "policy",
        "Policies that stop keys from being created, used or never expiring: read, attach or undo one.",
        rank=71,
        to=lambda scene: ToPolicy(subject=scene.subject),
    ),
    Command(
        "setup",
        ("U",),
        "set up a key",
        "Create a CloudWatch Logs key with all it needs: user, policy, log groups, expiry.",
        to=lambda scene: ToSetup(),
    ),
    Command(
        "issue",
        ("I",),
        "issue a key",
        "Create another key for an existing user: the selected key's, or any other.",
        to=_to_issue,
    ),
    Command(
        "harden",
        ("H",),
        "record use",
        "Record key use: add selectors to a trail, or create a trail and its bucket.",
        to=lambda scene: ToHarden(),
    ),
    Command(
        "rotate",
        ("O",),
        "rotate",
        "Replace the selected key without downtime: second key, import, old key off, then deleted.",
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
