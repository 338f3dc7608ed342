"""What can be done in a dialog, while something is asked."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import dialog

CONFIRM = dialog(
    "confirm",
    Command("yes", ("y",), "yes, do it", "Confirm what is shown above.", rank=10),
    Command("press", ("enter",), "press", "Press the selected button.", rank=11),
    Command(
        "other", ("tab", "right", "left", "l", "h"), "other button", "Switch to the other button.", rank=12
    ),
    Command("more", ("pagedown", "down", "j", "ctrl+d"), "more", "Scroll down."),
    Command("less", ("pageup", "up", "k", "ctrl+u"), "less", "Scroll up."),
    # Where it is asked, y is yes.
    lacks=("copy",),
)

USE = Command("use", ("enter",), "save", "Save and close.", rank=10)

OPTIONS = dialog(
    "options",
    Command("next", ("down", "tab"), "next", "Next line.", rank=12),
    Command("previous", ("up", "shift+tab"), "previous line", "Previous line."),
    USE,
)

SENTENCE = dialog("sentence", USE)

SECRET = dialog(
    "secret",
    Command("reveal", ("v",), "show or hide", "Show the secret, or mask it again.", rank=10),
    Command("done", ("enter",), "I have it", "Close this; stanch forgets the secret.", rank=12),
    ranks={"copy": 11},
)

MFA = dialog("mfa", Command("sign_in", ("enter",), "sign in", "Sign in with this code.", rank=10))

WELCOME = dialog("welcome", Command("try", ("i", "enter"), "identify it", "See whose key leaked.", rank=10))
