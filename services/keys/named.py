"""Whether a name that was typed is anybody's, before anything is concluded from its absence."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Literal, TypeAlias

from services.aws import iam
from services.aws.errors import AwsError, Denied, NoSuchName, NotFound, Rejected
from services.aws.paging import lister, pages
from services.aws.session import AwsSession
from services.base.nearest import no_such
from services.base.text import clean
from services.rights import policies

Kind: TypeAlias = Literal["user", "group", "role"]

_SUFFIX = ".amazonaws.com"
MOST_READ = 10_000
"""Names among which the near one is looked for."""

_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_LISTS: dict[Kind, tuple[str, str, str]] = {
    "user": ("ListUsers", "Users", "UserName"),
    "group": ("ListGroups", "Groups", "GroupName"),
    "role": ("ListRoles", "Roles", "RoleName"),
}


_ARN = re.compile(r"arn:[\w-]+:iam::(\d{12}):user/(?:.*/)?([^/]+)")


def spoken(text: str) -> tuple[str, str | None]:
    """The name and the account of the user whom *text* names by name, path or ARN; raises NoSuchName."""
    trimmed = text.strip()
    found = _ARN.fullmatch(trimmed)
    name, account = (found[2], found[1]) if found else (trimmed.rpartition("/")[2], None)
    if not _NAME.fullmatch(name):
        raise NoSuchName(
            "GetUser", f"{clean(text, limit=100)!r} can't be a user name: give it as IAM has it."
        )
    return name, account


async def user_named(aws: AwsSession, name: str) -> str | None:
    """The name as IAM spells it, None where that may not be asked; raises NoSuchName or another AwsError."""
    spelled: str | None = None
    async with named(aws, "user", name):
        with suppress(Denied):
            spelled = (await iam.get_user(aws, name)).name
    return spelled


def check_service(given: str | None, keys: Iterable[str]) -> None:
    """Raises NoSuchName where AWS isn't known to have keys of that service, and none of *keys* is of it."""
    known = {each.removesuffix(_SUFFIX) for each in (*policies.USE_ACTIONS, *keys)}
    if given is not None and given.casefold().removesuffix(_SUFFIX) not in known:
        otherwise = f"Use one of {', '.join(sorted(known))}."
        raise NoSuchName(
            "ListServiceSpecificCredentials", no_such("service", given, known, otherwise=otherwise)
        )


@asynccontextmanager
async def named(aws: AwsSession, kind: Kind, name: str) -> AsyncIterator[None]:
    """Turns "not found" of what is asked about *name* inside into NoSuchName, with the near one."""
    try:
        yield
    except NoSuchName:
        raise
    except NotFound:
        raise await _no_such(aws, kind, name) from None
    except Rejected:
        if _NAME.fullmatch(name):
            raise
        # IAM says only that it is malformed.
        raise await _no_such(aws, kind, name) from None


async def _no_such(aws: AwsSession, kind: Kind, name: str) -> NoSuchName:
    operation, plural, field = _LISTS[kind]
    known: list[str] = []
    ask = lister(aws, "iam", operation, MaxItems=1000)
    try:
        async with aclosing(pages(ask, operation, "Marker", truncated="IsTruncated")) as bodies:
            async for body in bodies:
                known += [clean(each[field]) for each in body[plural]]
                if len(known) >= MOST_READ:
                    break
    except AwsError:
        # The name is nobody's all the same; only the near one isn't known.
        pass
    if aws.where.account is None:
        with suppress(AwsError):
            await aws.read("sts", "GetCallerIdentity")
    account = f"in account {aws.where.account}" if aws.where.account else ""
    check = "Check the name, the account and the profile."
    return NoSuchName(operation, no_such(kind, name, known, account, check))
