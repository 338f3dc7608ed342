"""Commands that lead round what blocks a rotation."""

from __future__ import annotations

from typing import LiteralString

from services.incident.situation import Situation
from services.quoting.shell import ShellCommand


def respond(at: Situation, key_id: str, *options: tuple[LiteralString, str]) -> ShellCommand:
    """The runbook's step for a key of the same user."""
    return at.aws.where.stanch("respond", key_id, options=(("--user", at.key.user), *options))


def delete_unused(at: Situation, key_id: str) -> ShellCommand:
    return respond(at, key_id, ("--step", "delete"), ("--override", "it is unused"))
