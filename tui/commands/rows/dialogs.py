"""Commands of what is asked before a step is taken."""

from __future__ import annotations

from tui.commands.command import Command

COMMANDS = (
    Command("yes", ("y",), "yes, do it", "Confirm what is shown above.", ("confirm",), rank=10),
    Command("press", ("enter",), "press", "Press the selected button.", ("confirm",), rank=11),
    Command(
        "other",
        ("tab", "right", "left"),
        "other button",
        "Switch to the other button.",
        ("confirm",),
        rank=12,
    ),
    Command("more", ("pagedown", "down"), "more", "Scroll down.", ("confirm",)),
    Command("less", ("pageup", "up"), "less", "Scroll up.", ("confirm",)),
    Command("reveal", ("v",), "show or hide", "Show the secret, or mask it again.", ("secret",), rank=10),
    Command("copy", ("y",), "copy", "Copy it to the terminal's clipboard (OSC 52).", ("secret",), rank=11),
    Command("done", ("enter",), "I have it", "Close this; stanch forgets the secret.", ("secret",), rank=12),
    Command("next", ("down", "tab"), "next", "Next line.", ("options",), rank=12),
    Command("previous", ("up", "shift+tab"), "previous line", "Previous line.", ("options",)),
    Command("use", ("enter",), "save", "Save and close.", ("options", "sentence"), rank=10),
    Command("sign_in", ("enter",), "sign in", "Sign in with this code.", ("mfa",), rank=10),
    Command("try", ("i", "enter"), "identify it", "See whose key leaked.", ("welcome",), rank=10),
)
