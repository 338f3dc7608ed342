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
        "Make a CloudWatch Logs key with all it needs: user, policy, log groups, expiry.",
        but_not=("setup", *_PAGES),
        to=lambda scene: ToSetup(),
    ),
    Command(
        "issue",
        ("I",),
        "issue a key",
        "Make one more key for a user that exists: the chosen key's, or another.",
        but_not=("issue", *_PAGES),
        to=_to_issue,
    ),
    Command(
        "harden",
        ("H",),
        "record use",
        "Have the use of keys recorded: a trail's selectors merged, or a new trail with its bucket.",
        but_not=("harden", *_PAGES),
        to=lambda scene: ToHarden(),
    ),
    Command(
        "rotate",
        ("O",),
        "rotate",
        "Replace the chosen key without a gap: a second key, its import, the old one off, then deleted.",
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
        "old one back",
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
        "Take the whole rotation back: the new key is deleted.",
        ("rotation",),
        rank=13,
        blocked=needs_leave,
    ),
    Command(
        "delete_anyway",
        ("D",),
        "delete anyway",
        "Delete the old key though it is not sure that nothing misses it; the reason is journaled.",
        ("rotation",),
        blocked=needs_leave,
    ),
    Command("next_graph", ("g",), "next group", "The flow of the next log group.", ("rotation",)),
    Command(
        "bring_about",
        ("enter",),
        "do it",
        "Do what is planned below, after one confirmation.",
        FORMS,
        rank=10,
        blocked=needs_leave,
    ),
    Command(
        "take_back",
        ("ctrl+t",),
        "take back",
        "Take back what a case here brought about, in the right order.",
        FORMS,
        rank=13,
        blocked=needs_leave,
    ),
    Command(
        "copy_result",
        ("ctrl+y",),
        "copy",
        "Send what is shown below to the terminal's clipboard (OSC 52).",
        ("setup",),
        rank=14,
    ),
    Command("next_choice", ("tab", "down", "j"), "next", "The next line.", ("policy", *FORMS), rank=15),
    Command(
        "previous_choice", ("shift+tab", "up", "k"), "line before", "The line before.", ("policy", *FORMS)
    ),
    Command("text_down", ("pagedown",), "page down", "Scroll what is below down.", ("policy", *FORMS)),
    Command("text_up", ("pageup",), "page up", "Scroll what is below up.", ("policy", *FORMS)),
)
