"""Every service-specific credential of the account, with what is worth worry about each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from services.aws import iam, sts
from services.aws.errors import AwsError, Denied, NotFound
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.base import clock
from services.base.keyservices import ACCESS_KEY, short_service
from services.keys import accesskeys
from services.keys.holdings import Unreadable, UserHoldings, examine_user
from services.keys.named import named
from services.keys.risks import Risk, count_active, risks_of
from services.keys.token import Token
from services.keys.userkeys import ACCESS_KEYS, API_KEYS, UserKeyKind
from services.keys.userkeys import kind_of as user_keys
from services.keys.username import UserName

EXAMINED_USERS = 100
"""With more users, holdings are asked only of the key that is looked at: each user costs calls."""

_AT_ONCE = 8
_LEVELS = {"high": 0, "medium": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Key:
    """A credential and its risks; *examined* tells whether its user's holdings are among them."""

    credential: Credential
    risks: tuple[Risk, ...] = ()
    examined: bool = False

    @property
    def id(self) -> str:
        return self.credential.id

    @property
    def user(self) -> str:
        return self.credential.user

    @property
    def service(self) -> str:
        return self.credential.service

    @property
    def short_service(self) -> str:
        return short_service(self.service)

    @property
    def status(self) -> str:
        return self.credential.status

    @property
    def worst(self) -> str | None:
        """Of a key that does not work whatever its user has is no more than worth knowing."""
        if not self.risks:
            return None
        return self.risks[0].level if self.status == "Active" else "info"

    def age_days(self, now: datetime) -> int:
        return (now - self.credential.created).days

    def as_json(self, now: datetime) -> dict[str, object]:
        expires = self.credential.expires
        return {
            "id": self.id,
            "user": self.user,
            "service": self.service,
            "alias": self.credential.alias,
            "status": self.status,
            "created": clock.rfc3339(self.credential.created),
            "expires": clock.rfc3339(expires) if expires else None,
            "age_days": self.age_days(now),
            "risks": [risk.name for risk in self.risks],
            "user_examined": self.examined,
        }


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is known so far; *complete* only when every page of every user was read."""

    account: str
    caller_arn: str
    keys: tuple[Key, ...] = ()
    complete: bool = False
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self, now: datetime) -> dict[str, object]:
        return {
            "account": self.account,
            "caller_arn": self.caller_arn,
            "complete": self.complete,
            "unreadable": [part.as_json() for part in self.unreadable],
            "notes": list(self.notes),
            "keys": [key.as_json(now) for key in self.keys],
        }


async def sweep(
    aws: AwsSession,
    *,
    now: Callable[[], datetime] = clock.now,
    service: str | None = None,
    who: sts.Caller | None = None,
) -> AsyncIterator[Inventory]:
    """Snapshots that grow page by page; the last is complete, or names what could not be read.

    Where AllUsers is denied, users are asked one by one, and a note says so. So they are for access keys, of
    which IAM has no list: they come only where they are the *service* asked for. *who* asks is asked of AWS
    where it isn't known.
    """
    caller, pages = asyncio.create_task(_known(aws, who)), iam.credential_pages(aws)
    if service == ACCESS_KEY:
        async for snapshot in _user_by_user(aws, await caller, None, now, ACCESS_KEYS):
            yield snapshot
        return
    found: list[Credential] = []
    inventory: Inventory | None = None
    try:
        async for page in pages:
            who = await caller
            found += page.credentials
            # All keys are put in order once, at the end: doing so for each page would be quadratic.
            last = page.marker is None
            so_far = inventory.keys if inventory else ()
            keys = assess(found, now()) if last else (*so_far, *assess(page.credentials, now()))
            inventory = Inventory(who.account, who.arn, keys, complete=last)
            yield inventory
    except AwsError as error:
        if inventory is not None:
            part = Unreadable(f"keys after the first {len(found):,}", str(error))
            yield replace(inventory, keys=assess(found, now()), unreadable=(part,))
        elif isinstance(error, Denied) and error.action == "iam:ListServiceSpecificCredentials":
            async for inventory in _user_by_user(aws, await caller, error, now):
                yield inventory
        else:
            raise
    finally:
        caller.cancel()


async def _known(aws: AwsSession, who: sts.Caller | None) -> sts.Caller:
    return who or await sts.get_caller(aws)


async def everything(aws: AwsSession, *, now: Callable[[], datetime] = clock.now) -> Inventory:
    """The last snapshot of a sweep."""
    return [found async for found in sweep(aws, now=now)][-1]


async def of_user(aws: AwsSession, user: str, service: str | None = None) -> Inventory:
    """The keys of one user, which needs permission on that user alone; raises an AwsError, NoSuchName too."""
    kind = user_keys(service or "")
    async with named(aws, "user", user):
        who, found = await asyncio.gather(sts.get_caller(aws), kind.list(aws, user))
    return Inventory(who.account, who.arn, assess(found, clock.now()), complete=True)


async def _user_by_user(
    aws: AwsSession,
    who: sts.Caller,
    denied: Denied | None,
    now: Callable[[], datetime],
    kind: UserKeyKind = API_KEYS,
) -> AsyncIterator[Inventory]:
    note = "Listing all users at once is not allowed, so each user was read in turn."
    inventory = Inventory(who.account, who.arn, notes=(note,) if denied else ())
    found: list[Credential] = []
    unreadable: list[Unreadable] = []

    async def ask(user: str) -> None:
        try:
            async with limit:
                found.extend(await kind.list(aws, user))
        except NotFound:
            pass  # deleted since it was listed
        except AwsError as error:
            unreadable.append(Unreadable(f"keys of {user}", str(error)))

    limit = asyncio.Semaphore(_AT_ONCE)
    try:
        async for users in iam.user_pages(aws):
            await asyncio.gather(*(ask(user.name) for user in users))
            yield replace(inventory, keys=assess(found, now()), unreadable=tuple(unreadable))
    except AwsError as error:
        unreadable += [Unreadable("keys of all users", str(denied))] if denied else []
        unreadable.append(Unreadable("the list of users", str(error)))
    yield replace(inventory, keys=assess(found, now()), complete=not unreadable, unreadable=tuple(unreadable))


def assess(found: Iterable[Credential], now: datetime) -> tuple[Key, ...]:
    """Keys with the risks that the listing alone tells, the most worrying first."""
    credentials = list(found)
    active = count_active(credentials)
    return in_order(Key(credential, risks_of(credential, active, now)) for credential in credentials)


def in_order(keys: Iterable[Key]) -> tuple[Key, ...]:
    def worry(key: Key) -> tuple[object, ...]:
        return (key.status != "Active", _LEVELS.get(key.worst or "", 3), key.credential.created, key.id)

    return tuple(sorted(keys, key=worry))


def with_holdings(key: Key, holdings: UserHoldings) -> Key:
    """*key* with the risks that its user's holdings add."""
    named = {risk.name: risk for risk in (*key.risks, *holdings.risks(key.service))}
    risks = sorted(named.values(), key=lambda risk: _LEVELS[risk.level])
    return replace(key, risks=tuple(risks), examined=not holdings.unreadable)


async def examine(aws: AwsSession, inventory: Inventory) -> Inventory:
    """*inventory* with the holdings of all who have a key that works, or a note where they are too many.

    A user whose keys are all inactive or expired is not asked about: nobody comes in by such a key.
    """
    users = sorted({key.user for key in inventory.keys if key.status == "Active"})
    if len(users) > EXAMINED_USERS:
        note = f"What else the {len(users):,} users have was not read: name one with --user."
        return replace(inventory, notes=(*inventory.notes, note))
    limit = asyncio.Semaphore(_AT_ONCE)
    policies: Mapping[str, iam.UserPolicies] = {}
    if len(users) > 1:
        # Where this is not allowed, or a user came since, each is asked for its own.
        with suppress(AwsError):
            policies = await iam.policies_of_all_users(aws)

    async def one(user: str) -> UserHoldings:
        async with limit:
            return await examine_user(aws, user, policies.get(user))

    held = dict(zip(users, await asyncio.gather(*map(one, users)), strict=True))
    unreadable = [part for holdings in held.values() for part in holdings.unreadable]
    keys = in_order(with_holdings(key, held[key.user]) if key.user in held else key for key in inventory.keys)
    return replace(
        inventory,
        keys=keys,
        complete=inventory.complete and not unreadable,
        unreadable=(*inventory.unreadable, *unreadable),
    )


async def find(aws: AwsSession, key_id: str, user: str | None = None) -> Credential | None:
    """The credential of that id, looked for under *user* or, costlier, under all users.

    Whose an access key is IAM says itself.
    """
    if accesskeys.is_access_key(key_id):
        return await accesskeys.find(aws, key_id, user)
    async for page in iam.credential_pages(aws, user=user):
        for credential in page.credentials:
            if credential.id == key_id:
                return credential
    return None


async def match(aws: AwsSession, token: Token | UserName) -> Credential | None:
    """The credential whose alias *token* carries: its user is asked first, since most keep their name."""
    for user in filter(None, (token.user, token.or_user)):
        with suppress(NotFound, Denied):
            for credential in await iam.list_credentials(aws, user):
                if credential.alias == token.alias and token.service in (None, credential.service):
                    return credential
    async for page in iam.credential_pages(aws):
        for credential in page.credentials:
            if credential.alias == token.alias and token.service in (None, credential.service):
                return credential
    return None
