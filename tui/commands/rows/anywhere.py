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
        "Open the runbook for the chosen key: deactivate, review, replace, delete, deny.",
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
        "Paste a leaked key: it is read here, matched to its id, and never kept.",
        rank=30,
        but_not=_PAGES,
        to=lambda scene: ToIdentify(),
    ),
    Command(
        "events",
        ("e",),
        "events",
        "What the chosen key's user did, by CloudTrail.",
        rank=40,
        blocked=needs_key,
        but_not=("events", "errors", *_PAGES),
        to=_to_events,
    ),
    Command(
        "traffic",
        ("t",),
        "traffic",
        "IncomingBytes of the log groups that take bearer tokens.",
        rank=50,
        but_not=("traffic", *_PAGES),
        to=lambda scene: ToTraffic(),
    ),
    Command(
        "log_groups",
        ("l",),
        "log groups",
        "Every log group: bearer tokens on or off, KMS key, how long events are kept, what comes in.",
        rank=55,
        but_not=("log_groups", *_PAGES),
        to=lambda scene: ToLogGroups(),
    ),
    Command(
        "cases",
        ("c",),
        "cases",
        "Every case kept on this machine.",
        rank=60,
        but_not=("cases", *_PAGES),
        to=lambda scene: ToCases(),
    ),
    Command(
        "refresh",
        ("ctrl+r",),
        "refresh",
        "Ask AWS again; the cursor stays where it is.",
        but_not=("errors", *_PAGES),
    ),
    Command(
        "errors",
        ("exclamation_mark",),
        "errors",
        "Every error of this run, with what to do.",
        but_not=("errors",),
        to=lambda scene: ToErrors(),
    ),
    Command("palette", ("colon", "ctrl+p"), "commands", "Find a command by name."),
    Command("choose", ("enter",), "choose", "Do what is chosen.", ("palette",), rank=10),
    Command("next_found", ("down", "ctrl+n"), "next", "The next command.", ("palette",)),
    Command("previous_found", ("up",), "line before", "The command before.", ("palette",)),
    Command("guide", ("W",), "guide", "Be led through the five steps, or be led no more."),
    Command("theme", (), "colours", "Change the colours: dark, light, the terminal's own."),
    Command(
        "redraw",
        ("ctrl+l",),
        "redraw",
        "Draw the whole screen again, where something has disturbed it.",
        (ANYWHERE,),
    ),
    Command("back", ("escape",), "back", "Leave this.", (ANYWHERE,), rank=85),
    Command("help", ("question_mark",), "help", "What can be done here.", rank=90, but_not=("help",)),
    Command("quit", ("q",), "quit", "Leave; an open case keeps its place.", rank=95),
)
