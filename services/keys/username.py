"""User names of CodeCommit and Keyspaces passwords, and aliases of API keys: both name a user and account."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.base.keyservices import KeyService
from services.keys.kinds import KeyKind
from services.keys.token import users_of

MARK = b"-at-"
_BEFORE = re.compile(rb"[\w+=,.@-]{1,64}\Z", re.ASCII)
_ACCOUNT = re.compile(rb"-at-(\d{12})(?!\d)")
_REACH = 64
_GIT = re.compile(rb"(?::[^\s@]{1,512})?@git-codecommit\.")
_BESIDE = re.compile(
    rb"(?:.*[^A-Za-z0-9])?(?:user|username|alias|name|key|login|id)=", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class UserName:
    """``web-at-123456789012``; *service* is known where it stood in a repository's address."""

    alias: str
    user: str
    account: str
    service: str | None = None
    or_user: str | None = None

    @property
    def kind(self) -> KeyKind:
        return KeyKind.PASSWORD

    @property
    def name(self) -> str:
        return self.alias

    @property
    def prefix(self) -> None:
        return None

    @property
    def looks_cut(self) -> bool:
        return False


def user_name_at(data: bytes, at: int) -> tuple[int, int, UserName] | None:
    """The name whose ``-at-`` is at *at*: where it begins and ends, and what it says."""
    account = _ACCOUNT.match(data, at)
    before = _BEFORE.search(data[max(0, at - _REACH) : at])
    if account is None or before is None:
        return None
    name = _BESIDE.sub(b"", before[0]).decode("ascii")
    if not name:
        return None
    user, or_user = users_of(name)
    service = KeyService.CODECOMMIT if _GIT.match(data, account.end()) else None
    told = account[1].decode("ascii")
    return at - len(name), account.end(), UserName(f"{name}-at-{told}", user, told, service, or_user)
