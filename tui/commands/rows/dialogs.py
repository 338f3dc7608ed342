"""Commands of what is asked before a step is taken."""

from __future__ import annotations

from tui.commands.command import Command

COMMANDS = (
    Command("yes", ("y",), "yes, do it", "Do what is said above.", ("confirm",), rank=10),
    Command("press", ("enter",), "press", "Press the button that is chosen.", ("confirm",), rank=11),
    Command(
        "other", ("tab", "right", "left"), "other button", "Choose the other button.", ("confirm",), rank=12
    ),
    Command("more", ("pagedown", "down"), "more", "Scroll down.", ("confirm",)),
    Command("less", ("pageup", "up"), "less", "Scroll up.", ("confirm",)),
    Command("reveal", ("v",), "show or hide", "Show the secret, or mask it again.", ("secret",), rank=10),
    Command("copy", ("y",), "copy", "Send it to the terminal's clipboard (OSC 52).", ("secret",), rank=11),
    Command("done", ("enter",), "I have it", "Close this; the secret is forgotten.", ("secret",), rank=12),
    Command("next", ("down", "tab"), "next", "The next line.", ("options",), rank=12),
    Command("previous", ("up", "shift+tab"), "line before", "The line before.", ("options",)),
    Command(
        "use", ("enter",), "use these", "Close this with what is chosen.", ("options", "sentence"), rank=10
    ),
    Command("try", ("i", "enter"), "identify it", "See whose key leaked.", ("welcome",), rank=10),
)
