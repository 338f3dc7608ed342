"""Printed commands, as tests read them."""

from __future__ import annotations

import re

_GUARD = re.compile(r"aws sts get-caller-identity [^|]*\| grep -qx (\d{12}) && ")
_BINDING = re.compile(r" --(?:account|region|endpoint-url|profile|state-dir|role-arn)(?: |=)\S+")


def bare(text: str) -> str:
    """*text* with its commands as they would be in a world of one account; the binding has its own tests."""
    return _BINDING.sub("", _GUARD.sub("", text))


def guarded(command: str) -> tuple[str | None, str]:
    """The account that the AWS CLI's command is let pass in, and the command itself."""
    found = _GUARD.match(command)
    return (found[1], command[found.end() :]) if found else (None, command)
