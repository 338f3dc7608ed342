"""To whom a policy is attached: a user, a group, a role, or a part of the organization."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_ORGANIZATION = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|\d{12}")


class TargetKind(StrEnum):
    USER = "user"
    GROUP = "group"
    ROLE = "role"
    SCP = "scp"


class BadTarget(Exception):
    """There can be no such target; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """*name* is a user's, group's or role's, or the id of a root, an organizational unit or an account."""

    kind: TargetKind
    name: str

    @property
    def iam(self) -> bool:
        return self.kind is not TargetKind.SCP

    @property
    def quota(self) -> int:
        """Characters: of all inline policies together for IAM, of the one policy for an SCP."""
        return _QUOTAS[self.kind]

    @property
    def words(self) -> str:
        return f"{self.kind} {self.name}" if self.iam else f"{self.name} of the organization"

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


_QUOTAS = {
    TargetKind.USER: 2048,
    TargetKind.GROUP: 5120,
    TargetKind.ROLE: 10240,
    TargetKind.SCP: 5120,
}


def parse_target(text: str) -> Target:
    """``user:NAME``, ``group:NAME``, ``role:NAME`` or ``scp:TARGET``; raises BadTarget."""
    kind, found, name = text.partition(":")
    if not found or kind not in TargetKind.__members__.values():
        raise BadTarget(
            f"{text!r} isn't a valid target (use user:NAME, group:NAME, role:NAME or scp:TARGET)."
        )
    target = Target(TargetKind(kind), name)
    if target.iam and not _NAME.fullmatch(name):
        raise BadTarget(f"{name!r} isn't a valid IAM name: letters, digits and + = , . @ - _, 128 at most.")
    if not target.iam and not _ORGANIZATION.fullmatch(name):
        raise BadTarget(f"{name!r} isn't a root (r-…), organizational unit (ou-…) or account (12 digits).")
    return target


def target_of_user(name: str | None) -> Target | None:
    """The user of that *name*; None where there can be none."""
    try:
        return parse_target(f"user:{name}") if name else None
    except BadTarget:
        return None
