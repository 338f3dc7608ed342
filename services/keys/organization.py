"""The keys of every account of an organization: one list, and a row for each account, however it answered."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.keys.everyaccount import AT_ONCE, PATIENCE, Stop, visits
from services.keys.holdings import Unreadable
from services.keys.inventory import Inventory, Key, in_order, sweep

NOTE = "What else the keys' users have was not read: see one account with --account."


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account, and how many keys it has; *error* says why they are not known, or not all of them."""

    account: str
    name: str
    role_arn: str | None
    keys: int | None = None
    error: str | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "account": self.account,
            "name": self.name,
            "role_arn": self.role_arn,
            "keys": self.keys,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class OrganizationKeys:
    """What is known so far; *keys* are each with their account, the most worrying first once all are read."""

    caller: Caller
    expected: int
    keys: tuple[tuple[str, Key], ...] = ()
    accounts: tuple[AccountRow, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def complete(self) -> bool:
        return len(self.accounts) == self.expected and not self.unreadable

    def as_json(self, now: datetime) -> dict[str, object]:
        return {
            "account": self.caller.account,
            "caller_arn": self.caller.arn,
            "complete": self.complete,
            "unreadable": [part.as_json() for part in self.unreadable],
            "notes": [NOTE],
            "keys": self.rows(now),
            "accounts": [row.as_json() for row in self.accounts],
        }

    def rows(self, now: datetime) -> list[dict[str, object]]:
        return [key.as_json(now) | {"account": account} for account, key in self.keys]


async def read_organization(
    aws: AwsSession,
    stops: Sequence[Stop],
    caller: Caller,
    *,
    service: str | None = None,
    at_once: int = AT_ONCE,
    patience: float = PATIENCE,
) -> AsyncGenerator[OrganizationKeys, None]:
    """Snapshots that grow account by account; the last is in order."""
    keys: list[tuple[str, Key]] = []
    accounts: list[AccountRow] = []
    unreadable: list[Unreadable] = []

    async def look(there: AwsSession, stop: Stop) -> Inventory:
        return [found async for found in sweep(there, service=service, who=stop.caller)][-1]

    def so_far() -> OrganizationKeys:
        return OrganizationKeys(caller, len(stops), tuple(keys), tuple(accounts), tuple(unreadable))

    async with aclosing(visits(aws, stops, look, at_once=at_once, patience=patience)) as going:
        async for visit in going:
            stop, found = visit.stop, visit.found
            if found is None:
                unreadable.append(Unreadable(stop.place, visit.error or ""))
                accounts.append(AccountRow(stop.account, stop.name, stop.role_arn, error=visit.error))
            else:
                keys += [(stop.account, key) for key in found.keys]
                unreadable += [
                    replace(part, what=f"{part.what} in {stop.place}") for part in found.unreadable
                ]
                said = "; ".join(f"{part.what}: {part.error}" for part in found.unreadable) or None
                accounts.append(AccountRow(stop.account, stop.name, stop.role_arn, len(found.keys), said))
            yield so_far()
    of = {id(key): account for account, key in keys}
    keys = [(of[id(key)], key) for key in in_order(key for _, key in keys)]
    accounts.sort(key=lambda row: row.account)
    yield so_far()
