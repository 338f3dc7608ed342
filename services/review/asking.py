"""Waiting for a query that runs at AWS, and stopping it when nobody waits for it any more."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import chain, repeat
from typing import Protocol, TypeVar

from services.aws.cloudtrail import Sleep
from services.aws.errors import AwsError, NotAws, ReadOnly
from services.review.model import SourceUnavailable, Subject

PAUSES = (0.2, 0.3, 0.5, 1.0, 2.0)
"""Seconds between two looks; the last is repeated."""

LONGEST = 4 * 3600.0
"""Seconds that a query is waited for: AWS ends one after an hour, Athena after four at most."""

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
    """What *look* sees once it is done; raises NotAws where that takes longer than AWS lets a query run."""
    waited, pauses = 0.0, chain(PAUSES, repeat(PAUSES[-1]))
    while not (seen := await look()).done:
        if waited >= LONGEST:
            raise NotAws(
                "the query", "it goes on for longer than AWS lets one run: nobody waits for it any more"
            )
        pause = next(pauses)
        await sleep(pause)
        waited += pause
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
