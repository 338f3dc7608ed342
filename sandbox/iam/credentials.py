"""IAM's service-specific credentials: what they are, how they are named, and where they are kept."""

from __future__ import annotations

import base64
import secrets
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from sandbox.account.world import ACCOUNT

PREFIXES: Mapping[str, str | None] = {
    "logs.amazonaws.com": "ACWL",
    "bedrock.amazonaws.com": "ABSK",
    "cloudwatch.amazonaws.com": "APIAACWM",
    "aws-external-anthropic.amazonaws.com": "AEAA",
    "codecommit.amazonaws.com": None,
    "cassandra.amazonaws.com": None,
}
"""The services that have such credentials; None: a user name and password, not an API key."""

QUOTA = 2
ID_PREFIX = "ACCA"


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential; *secret* is the 60 characters behind the alias in its token."""

    id: str
    user: str
    service: str
    alias: str
    created: datetime
    secret: str = field(repr=False)
    expires: datetime | None = None
    enabled: bool = True

    def status(self, now: datetime) -> str:
        if self.expires is not None and now >= self.expires:
            return "Expired"
        return "Active" if self.enabled else "Inactive"

    @property
    def token(self) -> str:
        """What Create and Reset hand out: an API key, or the password of a password service."""
        prefix = PREFIXES[self.service]
        if prefix is None:
            return self.secret
        return prefix + base64.b64encode(f"{self.alias}:{self.secret}".encode()).decode()


def new_id(account: str = ACCOUNT, drawn: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """An id that tells its account, as those of AWS do."""
    some = drawn(11)
    told = 1 << 47 | int(account) << 7 | some[0] & 0x7F
    return ID_PREFIX + base64.b32encode(told.to_bytes(6, "big") + some[6:]).decode()[:17]


def account_of_alias(alias: str) -> str:
    """The account that the alias of a key ends with."""
    told = alias.rpartition("-at-")[2]
    return told if len(told) == 12 and told.isdecimal() else ACCOUNT


def new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(45)).decode()


class QuotaExceeded(Exception):
    """The user has two credentials of the service, in whatever state."""


class CredentialStore:
    """All credentials of the account; `world.part(CredentialStore)` finds it.

    Not locked: hold world.lock. Listed by id, which is stable and tells nothing of creation.
    """

    def __init__(self, account: str = ACCOUNT) -> None:
        self._account = account
        self._elsewhere: dict[str, CredentialStore] = {}
        self._by_id: dict[str, Credential] = {}
        self._by_alias: dict[tuple[str, str], str] = {}
        self._by_user: dict[str, set[str]] = {}
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._by_id)

    def of_account(self, account: str) -> CredentialStore:
        """This store, or that of another account."""
        if account == self._account:
            return self
        return self._elsewhere.setdefault(account, CredentialStore(account))

    def seed(
        self,
        user: str,
        service: str,
        *,
        created: datetime,
        expires: datetime | None = None,
        enabled: bool = True,
        id: str | None = None,  # noqa: A002 (AWS's word)
        secret: str | None = None,
    ) -> Credential:
        """Put a credential in as if it had been made at *created*; `.token` of the answer is its token.

        Raises QuotaExceeded. The user is not checked: make it first.
        """
        if sum(1 for one in self.of_user(user) if one.service == service) >= QUOTA:
            raise QuotaExceeded(user)
        credential = Credential(
            id=id or new_id(self._account),
            user=user,
            service=service,
            alias=self._free_alias(user, service),
            created=created.replace(microsecond=0),
            secret=secret or new_secret(),
            expires=expires and expires.replace(microsecond=0),
            enabled=enabled,
        )
        if credential.id in self._by_id:
            raise ValueError(f"{credential.id} exists already")
        self._by_id[credential.id] = credential
        self._by_alias[service, credential.alias] = credential.id
        self._by_user.setdefault(user, set()).add(credential.id)
        insort(self._ids, credential.id)
        return credential

    def _free_alias(self, user: str, service: str) -> str:
        names = (f"{user}+{n}" if n else user for n in count())
        return next(
            alias for name in names if (service, alias := f"{name}-at-{self._account}") not in self._by_alias
        )

    def get(self, credential_id: str) -> Credential | None:
        return self._by_id.get(credential_id)

    def of_user(self, user: str) -> list[Credential]:
        return [self._by_id[each] for each in sorted(self._by_user.get(user, ()))]

    def all(self) -> Iterable[Credential]:
        return (self._by_id[each] for each in self._ids)

    def after(self, credential_id: str) -> Iterator[Credential]:
        """All credentials behind this id in the order of listing; "" for all of them."""
        for index in range(bisect_right(self._ids, credential_id), len(self._ids)):
            yield self._by_id[self._ids[index]]

    def enable(self, credential_id: str, enabled: bool) -> None:
        self._by_id[credential_id] = replace(self._by_id[credential_id], enabled=enabled)

    def reset(self, credential_id: str) -> Credential:
        """A new secret; everything else stays."""
        self._by_id[credential_id] = replace(self._by_id[credential_id], secret=new_secret())
        return self._by_id[credential_id]

    def delete(self, credential_id: str) -> None:
        gone = self._by_id.pop(credential_id)
        del self._by_alias[gone.service, gone.alias]
        self._by_user[gone.user].discard(credential_id)
        del self._ids[bisect_right(self._ids, credential_id) - 1]

    def rename_user(self, old: str, new: str) -> None:
        """The credentials go with their user; their aliases stay as they were."""
        moved = self._by_user.pop(old, set())
        for each in moved:
            self._by_id[each] = replace(self._by_id[each], user=new)
        if moved:
            self._by_user[new] = moved

    def snapshot(self) -> Mapping[tuple[str, str], Credential]:
        """The credentials of all accounts by service and alias, as they are now."""
        theirs = {key: each for store in self._elsewhere.values() for key, each in store.snapshot().items()}
        return theirs | {key: self._by_id[each] for key, each in self._by_alias.items()}

    def by_alias(self, service: str, alias: str) -> Credential | None:
        found = self._by_alias.get((service, alias))
        return self._by_id[found] if found else None
