"""The table [accounts] of the configuration: by which roles other accounts are reached."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from services.aws.credentials.ways import Way, Ways

_ROLE = re.compile(r"(arn:aws[\w-]*:iam::(\{account\}|\d{12}):role/)?[\w+=,.@/{}-]{1,576}", re.ASCII)
_NAME = re.compile(r"\d{12}|o-[a-z0-9]{10,32}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)


def checked_role(role: str) -> str:
    """*role* as it was typed; raises ValueError where it can be no role's."""
    if not _ROLE.fullmatch(role):
        raise ValueError("role must be a role's name, or the ARN of one with {account} for the account")
    return role


class AccountRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way into accounts."""

    role: str | None = None
    external_id: str | None = None
    source_identity: bool | None = None

    def __post_init__(self) -> None:
        if self.role is not None:
            checked_role(self.role)
        if self.external_id and not _EXTERNAL_ID.fullmatch(self.external_id):
            raise ValueError("external_id has a character that external IDs cannot have")

    def way(self) -> Way:
        return Way(self.role, self.external_id, self.source_identity)


class Accounts(AccountRole, frozen=True, forbid_unknown_fields=True):
    """The usual way, and the exceptions by account or by organization."""

    exceptions: Mapping[str, AccountRole] = {}

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.exceptions:
            if not _NAME.fullmatch(name):
                raise ValueError(f"exceptions has {name!r}, which is neither an account's ID nor o-…")

    def by(self, role: str, account: str) -> Accounts:
        """The same with *role* in that account alone; raises ValueError where it can be no role's."""
        way = msgspec.structs.replace(self.exceptions.get(account) or AccountRole(), role=checked_role(role))
        return msgspec.structs.replace(self, exceptions={**self.exceptions, account: way})

    def ways(self) -> Ways:
        return Ways(self.way(), {name: each.way() for name, each in self.exceptions.items()})
