"""Commands of the quiet weeks: what shall stand, brought about and taken back."""

from __future__ import annotations

from tui.commands.command import Command, Scene, needs_key, needs_leave
from tui.routes import Route, ToHarden, ToIssue, ToRotation, ToSetup

FORMS = ("setup", "issue", "harden")
_PAGES = ("help", "errors")


def _to_issue(scene: Scene) -> Route:
    subject = scene.subject
    return ToIssue({"user": subject.user, "service": subject.service} if subject else None)


def _to_rotation(scene: Scene) -> Route:
    assert scene.subject
    return ToRotation(scene.subject.key_id, scene.subject.user)


COMMANDS = (
    Command(
        "setup",
        ("N",),
        "set up a key",
        "Create a CloudWatch Logs key with all it needs: user, policy, log groups, expiry.",
        but_not=("setup", *_PAGES),
        to=lambda scene: ToSetup(),
    ),
    Command(
        "issue",
        ("I",),
        "issue a key",
        "Create another key for an existing user: the selected key's, or any other.",
        but_not=("issue", *_PAGES),
        to=_to_issue,
    ),
    Command(
        "harden",
        ("H",),
        "record use",
        "Record key use: add selectors to a trail, or create a trail and its bucket.",
        but_not=("harden", *_PAGES),
        to=lambda scene: ToHarden(),
    ),
    Command(
        "rotate",
        ("O",),
        "rotate",
        "Replace the selected key without downtime: second key, import, old key off, then deleted.",
        blocked=needs_key,
        but_not=("rotation", *FORMS, *_PAGES),
        to=_to_rotation,
    ),
    Command(
        "next_stage",
        ("enter",),
        "go on",
        "Take the rotation's next stage, after one confirmation.",
        ("rotation",),
        rank=10,
        blocked=needs_leave,
    ),
    Command(
        "back_again",
        ("b",),
        "reactivate old",
        "Make the old key Active again, at once.",
        ("rotation",),
        rank=11,
        blocked=needs_leave,
    ),
    Command(
        "rotation_options",
        ("x",),
        "choices",
        "Where the new secret goes, and when the new key expires.",
        ("rotation",),
        rank=12,
    ),
    Command(
        "end_rotation",
        ("u",),
        "undo",
        "Undo the whole rotation: the new key is deleted.",
        ("rotation",),
        rank=13,
        blocked=needs_leave,
    ),
    Command(
        "delete_anyway",
        ("D",),
        "delete anyway",
        "Delete the old key before it is certain that nothing still uses it; your reason is journaled.",
        ("rotation",),
        blocked=needs_leave,
    ),
    Command("next_graph", ("g",), "next group", "Show the next log group's IncomingBytes.", ("rotation",)),
    Command(
        "bring_about",
        ("enter",),
        "do it",
        "Run the plan below, after one confirmation.",
        FORMS,
        rank=10,
        blocked=needs_leave,
    ),
    Command(
        "take_back",
        ("ctrl+t",),
        "undo replace",
        "Undo what an earlier case did, in the right order.",
        FORMS,
        rank=13,
        blocked=needs_leave,
    ),
    Command(
        "copy_result",
        ("ctrl+y",),
        "copy",
        "Copy what is shown below to the terminal's clipboard (OSC 52).",
        ("setup",),
        rank=14,
    ),
    Command("next_choice", ("tab", "down", "j"), "next", "Next line.", ("policy", *FORMS), rank=15),
    Command(
        "previous_choice", ("shift+tab", "up", "k"), "previous line", "Previous line.", ("policy", *FORMS)
    ),
    Command("text_down", ("pagedown",), "page down", "Scroll what is below down.", ("policy", *FORMS)),
    Command("text_up", ("pageup",), "page up", "Scroll what is below up.", ("policy", *FORMS)),
)
