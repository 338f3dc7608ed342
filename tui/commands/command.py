"""A command: its keys, its words, what it does, and why it cannot be done just now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from tui.routes import Route
from tui.settings.context import Subject


class Scene(Protocol):
    """What a command looks at to tell whether it can be done now."""

    @property
    def subject(self) -> Subject | None: ...
    @property
    def read_only(self) -> bool: ...
    @property
    def alerted(self) -> bool: ...
    @property
    def hook_values(self) -> Mapping[str, str | None]: ...


Leads = Callable[[Scene], Route]
"""Where a command leads, from the screen it is given on."""

Blocked = Callable[[Scene], str | None]
"""The reason why a command cannot be done now, in a few words, or None where it can."""


def _never(scene: Scene) -> str | None:
    return None


def needs_key(scene: Scene) -> str | None:
    return None if scene.subject else "no key is selected"


def needs_alert(scene: Scene) -> str | None:
    return None if scene.alerted else "neither a drill nor the demo"


def needs_leave(scene: Scene) -> str | None:
    """For commands that change the account and act on no key."""
    return "started with --read-only" if scene.read_only else None


def needs_changes(scene: Scene) -> str | None:
    """For commands that change the account and act on a key."""
    return "started with --read-only" if scene.read_only else needs_key(scene)


@dataclass(frozen=True, slots=True)
class Command:
    """What can be done; by ``do_<id>`` of the screen, the dialog or the list, else it leads *to* another.

    *keys* are named as Textual names them, and the first is shown. *rank* orders the footer, the lowest
    first; None keeps a command out of it.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    rank: int | None = None
    blocked: Blocked = _never
    to: Leads | None = None
    anywhere: bool = False
    """Of the shared ones: whether dialogs have it too."""

    @property
    def shown_key(self) -> str:
        return shown(self.keys[0]) if self.keys else ""


class Commanded(Protocol):
    """A screen that has commands."""

    scope: ClassVar[str]

    def why_not(self, command: Command) -> str | None: ...
    def label_of(self, command: Command) -> str: ...


def named(key: str) -> str:
    """*key* as Textual names it, from how a person writes it."""
    return _NAMED.get(key, key)


def shown(key: str) -> str:
    """*key* as a person knows it."""
    return _SHOWN.get(key, key)


_SHOWN = {
    "question_mark": "?",
    "exclamation_mark": "!",
    "colon": ":",
    "slash": "/",
    "ampersand": "&",
    "escape": "esc",
    "plus": "+",
    "minus": "-",
    "asterisk": "*",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "pagedown": "pgdn",
    "pageup": "pgup",
}

_NAMED = {written: name for name, written in _SHOWN.items()} | {"space": "space", "return": "enter"}
