"""What each user with a working key may do, holds besides, and reached: asked at once, nothing guessed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

from services.audit.facts import Grant, UserFacts
from services.aws import iam, secretsmanager
from services.aws.authorization import Authorization, Holder, read_authorization
from services.aws.call import Call
from services.aws.errors import AwsError, NotFound
from services.aws.lastaccessed import services_last_accessed
from services.aws.secretsmanager import SecretEntry
from services.aws.session import AwsSession
from services.keys.holdings import Unreadable, inline_policies
from services.keys.twins import OWN
from services.rights import policies

P = ParamSpec("P")
T = TypeVar("T")
_AT_ONCE = 8


class UserReader:
    """Reads users; *unreadable* grows with what AWS did not let be read."""

    def __init__(self, aws: AwsSession, on_progress: Callable[[str], None]) -> None:
        self.unreadable: list[Unreadable] = []
        self._aws = aws
        self._on_progress = on_progress
        self._limit = asyncio.Semaphore(_AT_ONCE)
        self._secrets: tuple[SecretEntry, ...] = ()
        self._documents: dict[str, asyncio.Task[Mapping[str, Any] | None]] = {}

    async def read(self, names: Iterable[str]) -> dict[str, UserFacts]:
        wanted = sorted(set(names))
        if not wanted:
            return {}
        known, secrets = await asyncio.gather(
            self._attempt("the policies of all users and groups", read_authorization, self._aws),
            self._attempt("secrets under stanch/", secretsmanager.search, self._aws, "name", OWN),
        )
        self._secrets = secrets or ()
        done = 0

        async def one(name: str) -> UserFacts | None:
            nonlocal done
            try:
                async with self._limit:
                    found = await self._user(name, known)
            except NotFound:
                found = None  # gone since its key was listed
            done += 1
            self._on_progress(f"checked {done:,} of {len(wanted):,} users…")
            return found

        return {found.name: found for found in await asyncio.gather(*map(one, wanted)) if found}

    async def _user(self, name: str, known: Authorization | None) -> UserFacts:
        holder = known.users.get(name) if known else None
        holder = holder or await self._holder(name)
        access_keys, has_login, accessed = await asyncio.gather(
            self._attempt(f"access keys of {name}", iam.list_access_keys, self._aws, name),
            self._attempt(f"login profile of {name}", iam.has_login_profile, self._aws, name),
            self._accessed(name, holder),
        )
        own = f"{OWN}{name}"
        secrets = tuple(each for each in self._secrets if each.name == own or each.name.startswith(f"{own}/"))
        found = UserFacts(
            name, access_keys=access_keys, has_login=has_login, accessed=accessed, secrets=secrets
        )
        return await self._with_policies(found, holder, known) if holder else found

    async def _holder(self, name: str) -> Holder | None:
        """One user's policies, where those of all may not be read; the groups' cannot be then."""
        user, inline, attached, groups = await asyncio.gather(
            self._attempt(f"the user {name}", iam.get_user, self._aws, name),
            self._attempt(f"inline policies of {name}", inline_policies, self._aws, name),
            self._attempt(f"attached policies of {name}", iam.list_attached_policies, self._aws, name),
            self._attempt(f"groups of {name}", iam.list_groups, self._aws, name),
        )
        if user is None or inline is None or attached is None or groups is None:
            return None
        return Holder(name, user.arn, inline, attached, groups, user.permissions_boundary)

    async def _with_policies(
        self, found: UserFacts, holder: Holder, known: Authorization | None
    ) -> UserFacts:
        groups = [known.groups.get(name) if known else None for name in holder.groups]
        if missing := [name for name, group in zip(holder.groups, groups, strict=True) if group is None]:
            why = "Without iam:GetAccountAuthorizationDetails the policies of groups are not read."
            self.unreadable += [Unreadable(f"policies of group {name}", why) for name in missing]
        own = await asyncio.gather(*(self._attached(arn, _detach(holder, arn)) for arn in holder.attached))
        grants = [_inline(holder.name, name, document) for name, document in holder.inline.items()]
        for group in groups:
            if group:
                leave = {"UserName": holder.name, "GroupName": group.name}
                remove = Call("iam", "RemoveUserFromGroup", leave)
                own += await asyncio.gather(
                    *(self._attached(arn, remove, group.name) for arn in group.attached)
                )
                grants += [
                    Grant(f"{name} (group {group.name})", document, remove)
                    for name, document in group.inline.items()
                ]
        quarantine = next((arn for arn in holder.attached if policies.quarantine([arn])), None)
        boundary = await self._document(holder.boundary) if holder.boundary else None
        whole = not missing and all(own) and (boundary is not None or not holder.boundary)
        return UserFacts(
            found.name,
            arn=holder.arn,
            grants=(*grants, *(each for each in own if each)) if whole else None,
            boundary=boundary,
            quarantine=policies.quarantine(holder.attached),
            quarantine_document=await self._document(quarantine) if quarantine else None,
            access_keys=found.access_keys,
            has_login=found.has_login,
            accessed=found.accessed,
            secrets=found.secrets,
        )

    async def _attached(self, arn: str, remove: Call, group: str | None = None) -> Grant | None:
        """None where its document cannot be read."""
        name, document = arn.rsplit("/", 1)[-1], await self._document(arn)
        named = f"{name} (group {group})" if group else name
        return Grant(named, document, remove) if document is not None else None

    async def _document(self, arn: str) -> Mapping[str, Any] | None:
        """Each managed policy is read once, whoever has it."""
        if arn not in self._documents:
            reading = self._attempt(f"policy {arn}", iam.get_policy_document, self._aws, arn)
            self._documents[arn] = asyncio.ensure_future(reading)
        return await self._documents[arn]

    async def _accessed(self, name: str, holder: Holder | None) -> Mapping[str, Any] | None:
        if holder is None:
            return None
        return await self._attempt(
            f"which services {name} last used, and when", services_last_accessed, self._aws, holder.arn
        )

    async def _attempt(
        self, what: str, read: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        try:
            return await read(*args, **kwargs)
        except NotFound:
            raise
        except AwsError as error:
            self.unreadable.append(Unreadable(what, str(error), error))
            return None


def _detach(holder: Holder, arn: str) -> Call:
    return Call("iam", "DetachUserPolicy", {"UserName": holder.name, "PolicyArn": arn})


def _inline(user: str, name: str, document: Mapping[str, Any]) -> Grant:
    remove = Call("iam", "DeleteUserPolicy", {"UserName": user, "PolicyName": name})
    return Grant(name, document, remove)
