"""The tables [[hooks]] of the configuration: commands of the responder's own, which no shell ever reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import msgspec

from services.base.text import clean

VALUES: Mapping[str, str] = {
    "account": "the account's ID",
    "case": "the open case's ID",
    "event_id": "the selected event's ID",
    "event_name": "the selected event's operation",
    "ip": "the selected event's address, where it is one",
    "key_id": "the selected key's ID",
    "log_group": "the selected log group",
    "profile": "the profile that signs",
    "region": "the Region of what is selected",
    "service": "the selected key's service",
    "user": "the selected key's user",
    "user_agent": "the selected event's user agent, written by whoever made the call",
}
"""What a command can be given, by the word in braces."""

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_OF_A_SHELL = {"|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1"}
_READS_CODE = re.compile(r"(.*sh|busybox|su|script|python[\d.]*|perl|ruby|node|php|lua|osascript)")
"""Programs that take one argument for code, behind an option such as ``-c``."""
_CODE = re.compile(r"-[A-Za-z]*[cer]|--(command|eval|run|execute)")
_JOINS = {"ssh", "mosh", "eval", "watch", "parallel"}
"""Programs that join their arguments, and have a shell read them, here or elsewhere."""


class Unfilled(Exception):
    """Why the command can't be run on what is selected, in a few words."""


class HookConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """*command* is split into words as a shell would, and each ``{value}`` filled in after that."""

    name: str
    command: str
    key: str = ""
    confirm: bool = True
    safe: bool = False
    """Whether it may run under --read-only."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w .-]{1,30}", self.name):
            raise ValueError("a hook's name has 1 to 30 letters, digits, spaces, dots and dashes")
        words = self._words()
        if not words or _PLACE.search(words[0]):
            raise ValueError(f"the command of hook {self.name} must begin with a program's name")
        if any(clean(word) != word for word in words):
            raise ValueError(f"the command of hook {self.name} has characters that can't be shown")
        if shell := [word for word in words if word in _OF_A_SHELL]:
            raise ValueError(
                f"hook {self.name} runs without a shell, so {shell[0]} means nothing: use a script"
            )
        if code := _taken_for_code(words):
            raise ValueError(
                f"hook {self.name} has {code} within what a shell or a language reads, and whoever wrote "
                f"that could run anything: use a script, and give it {code} as an argument of its own"
            )
        if unknown := sorted(self.values - VALUES.keys()):
            raise ValueError(f"hook {self.name} has {{{clean(unknown[0])}}}; there are {', '.join(VALUES)}")

    @property
    def id(self) -> str:
        """Its command's."""
        return f"hook {self.name}"

    @property
    def values(self) -> set[str]:
        """What it is to be given."""
        return {found[1] for word in self._words() for found in _PLACE.finditer(word) if found[1] is not None}

    def argv(self, values: Mapping[str, str | None]) -> tuple[str, ...]:
        """The program and its arguments, *values* filled in; raises Unfilled."""
        program, *words = self._words()
        return (str(Path(program).expanduser()), *(_filled(word, values) for word in words))

    def _words(self) -> list[str]:
        try:
            return shlex.split(self.command)
        except ValueError as error:
            raise ValueError(f"the command of hook {self.name} can't be split: {error}") from None


def address(text: str | None) -> str | None:
    """*text* where it is an address: CloudTrail names services of AWS in the same field."""
    # Late: every command reads the configuration.
    from ipaddress import ip_address

    try:
        found = ip_address(text or "")
    except ValueError:
        return None
    # A scope is any text at all.
    return None if getattr(found, "scope_id", None) else str(found)


def _taken_for_code(words: list[str]) -> str | None:
    """The first ``{value}`` of a word that would be read as code by what the command runs."""
    programs = [Path(word).name for word in words]
    for at, word in enumerate(words):
        if not (found := next((each for each in _PLACE.finditer(word) if each[1] is not None), None)):
            continue
        joined = _JOINS.intersection(programs[:at])
        reads = any(_READS_CODE.fullmatch(program) for program in programs[:at])
        if joined or (reads and (_CODE.fullmatch(words[at - 1]) or _CODE.match(word))):
            return found[0]
    return None


def _filled(word: str, values: Mapping[str, str | None]) -> str:
    def value(found: re.Match[str]) -> str:
        if (name := found[1]) is None:
            return found[0][0]
        given = values.get(name)
        if not given:
            raise Unfilled(f"no {name.replace('_', ' ')} is selected")
        if given.startswith(("@", "<")):
            # curl and its kind would read, and send, the file of that name.
            raise Unfilled(f"the {name.replace('_', ' ')} would be taken for a file")
        if clean(given) != given:
            raise Unfilled(f"the {name.replace('_', ' ')} is too long, or has characters that can't be shown")
        return given

    filled = _PLACE.sub(value, word)
    if filled.startswith("-") and not word.startswith("-"):
        # Whoever wrote the value would choose what the program does.
        raise Unfilled(f"“{filled}” would be taken for an option")
    return filled
