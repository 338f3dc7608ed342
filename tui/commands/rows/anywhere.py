"""Commands that lead from any screen to any other."""

from __future__ import annotations

from tui.commands.command import ANYWHERE, SCREENS, Command, Scene, needs_key
from tui.routes import Route, ToCases, ToErrors, ToEvents, ToIdentify, ToLogGroups, ToRunbook, ToTraffic

_PAGES = ("help",)


def _to_runbook(scene: Scene) -> Route:
    assert scene.subject
    return ToRunbook(scene.subject.key_id, scene.subject.user)


def _to_events(scene: Scene) -> Route:
    assert scene.subject
    return ToEvents(scene.subject.user, scene.subject.key_id, scene.subject.service)


COMMANDS = (
    Command(
        "respond",
        ("r",),
        "respond",
        "Open the runbook for the selected key: deactivate, review, replace, delete, deny.",
        (SCREENS, "identify"),
        rank=20,
        blocked=needs_key,
        but_not=(
            "runbook",
            "plans",
            "sweep",
            "groups",
            "policy",
            "scan",
            "setup",
            "issue",
            "harden",
            "errors",
            *_PAGES,
        ),
        to=_to_runbook,
    ),
    Command(
        "identify",
        ("i",),
        "identify",
        "Paste a leaked key: it is decoded here, matched to its ID and never stored.",
        rank=30,
        but_not=_PAGES,
        to=lambda scene: ToIdentify(),
    ),
    Command(
        "events",
        ("e",),
        "events",
        "What the selected key's user did, according to CloudTrail.",
        rank=40,
        blocked=needs_key,
        but_not=("events", "errors", *_PAGES),
        to=_to_events,
    ),
    Command(
        "traffic",
        ("t",),
        "traffic",
        "IncomingBytes of the log groups that accept bearer tokens.",
        rank=50,
        but_not=("traffic", *_PAGES),
        to=lambda scene: ToTraffic(),
    ),
    Command(
        "log_groups",
        ("l",),
        "log groups",
        "Every log group: bearer tokens on or off, KMS key, retention, incoming bytes.",
        rank=55,
        but_not=("log_groups", *_PAGES),
        to=lambda scene: ToLogGroups(),
    ),
    Command(
        "cases",
        ("c",),
        "cases",
        "Every case on this machine.",
        rank=60,
        but_not=("cases", *_PAGES),
        to=lambda scene: ToCases(),
    ),
    Command(
        "refresh",
        ("ctrl+r",),
        "refresh",
        "Refresh from AWS; the cursor stays where it is.",
        but_not=("errors", *_PAGES),
    ),
    Command(
        "errors",
        ("exclamation_mark",),
        "errors",
        "Every error in this session, and what to do about it.",
        but_not=("errors",),
        to=lambda scene: ToErrors(),
    ),
    Command("palette", ("colon", "ctrl+p"), "commands", "Find a command by name."),
    Command("choose", ("enter",), "choose", "Run the selected command.", ("palette",), rank=10),
    Command("next_found", ("down", "ctrl+n"), "next", "Next command.", ("palette",)),
    Command("previous_found", ("up",), "previous line", "Previous command.", ("palette",)),
    Command("guide", ("W",), "guide", "Turn the step-by-step guide on or off."),
    Command("theme", (), "colours", "Change the colour theme."),
    Command(
        "redraw",
        ("ctrl+l",),
        "redraw",
        "Redraw the screen.",
        (ANYWHERE,),
    ),
    Command(
        "suspend",
        ("ctrl+z",),
        "suspend",
        "Suspend stanch and return to the shell; `fg` resumes it.",
        (ANYWHERE,),
    ),
    Command("back", ("escape",), "back", "Close this screen.", (ANYWHERE,), rank=85),
    Command("help", ("question_mark",), "help", "Show what you can do here.", rank=90, but_not=("help",)),
    Command("quit", ("q",), "quit", "Quit; an open case can be resumed later.", rank=95),
)
