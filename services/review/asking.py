"""Waiting for a query that runs at AWS, and stopping it when nobody waits for it any more."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol, TypeVar

from services.aws.cloudtrail import Sleep
from services.aws.errors import AwsError, ReadOnly
from services.review.model import SourceUnavailable, Subject

PAUSES = (0.2, 0.3, 0.5, 1.0, 2.0)
"""Seconds between two looks; the last is repeated."""

_USER = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_KEY = re.compile(r"\w{16,128}", re.ASCII)
_FOLLOWED = re.compile(r"[\w+=,.@:/-]{1,256}", re.ASCII)


class Watched(Protocol):
    @property
    def done(self) -> bool: ...


W = TypeVar("W", bound=Watched)


@asynccontextmanager
async def stopped_if_left(stop: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Calls *stop* where the block is left by cancellation or an error, for a query goes on by itself."""
    try:
        yield
    except BaseException:
        with suppress(AwsError, ReadOnly):
            await stop()
        raise


async def finished(look: Callable[[], Awaitable[W]], sleep: Sleep) -> W:
    """What *look* sees once it is done."""
    count = 0
    while not (seen := await look()).done:
        await sleep(PAUSES[min(count, len(PAUSES) - 1)])
        count += 1
    return seen


def quotable(subject: Subject) -> Subject:
    """*subject*, if its names are such as IAM has them: they go into queries, between quotes."""
    if not _USER.fullmatch(subject.user):
        raise SourceUnavailable(f"No IAM user can have the name {subject.user!r}: check the name.")
    if subject.key_id and not _KEY.fullmatch(subject.key_id):
        raise SourceUnavailable(f"No key can have the id {subject.key_id!r}: check it.")
    return subject


def askable(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """*texts* that can be ids or names at AWS, and the others: records are not trusted with a query."""
    good: list[str] = []
    bad: list[str] = []
    for text in texts:
        (good if _FOLLOWED.fullmatch(text) else bad).append(text)
    return good, bad


def portions(texts: Iterable[str], *, most: int, beside: int) -> Iterator[list[str]]:
    """*texts* in as few portions as fit into statements whose conditions may be *most* characters long.

    Around each text a condition has about *beside* characters.
    """
    portion: list[str] = []
    length = 0
    for text in texts:
        if portion and length + len(text) + beside > most:
            yield portion
            portion, length = [], 0
        portion.append(text)
        length += len(text) + beside
    if portion:
        yield portion
