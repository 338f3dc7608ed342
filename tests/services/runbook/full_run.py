"""Work in a process of its own, that may be killed at its n-th boundary.

A boundary is: before, within, between and after the writes of every journal line, and before and after every
AWS call. Most of them find disk and account as the one before did, so it may also be killed only where
a line, or half a line, or a change in the account is new. Gone on with, it is as if a responder had started
the program again.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from enum import Enum
from multiprocessing.connection import Connection
from pathlib import Path

# Imported and read once, before the forks, which would each pay for it.
import aiobotocore.config
import aiobotocore.session
import botocore.parsers

from services.aws import cloudtrail, session, tls
from services.aws.call import Call
from services.aws.session import Answer, AwsSession
from services.runbook import journal
from services.runbook.case import CaseBook

__all__ = ["aiobotocore", "botocore", "run"]

for _service in ("iam", "sts", "secretsmanager", "cloudtrail", "cloudwatch", "logs", "s3"):
    session._read_model(session._loader(None), _service)
tls.shared_context(True)


class Boundaries(Enum):
    """Where a process may be killed."""

    CHANGES = "after each line and each change in the account"
    STATES = "also within each line: wherever disk or account are in a new state"
    ALL = "also where they are as they were"


Take = Callable[[AwsSession, CaseBook], Awaitable[None]]
"""The work; it is pickled on its way."""

LOOKUPS_PER_SECOND = 1000.0
"""The sandbox is told not to count them."""


class Counter:
    """Counts boundaries, and kills this process at the one it is told."""

    def __init__(self, kill_at: int | None) -> None:
        self.count = 0
        self.quiet = False
        self._kill_at = kill_at

    def next_is_last(self) -> bool:
        if self.quiet:
            return False
        self.count += 1
        return self.count == self._kill_at

    def reach(self) -> None:
        if self.next_is_last():
            os.kill(os.getpid(), signal.SIGKILL)


def run(
    environment: dict[str, str],
    state: Path,
    take: Take,
    kill_at: int | None,
    where: Boundaries,
    pipe: Connection,
) -> None:
    """Send how many boundaries there were, once all is through."""
    os.environ.update(environment)
    counter = Counter(kill_at)
    watch(counter, where)
    cloudtrail.LOOKUPS_PER_SECOND = LOOKUPS_PER_SECOND
    asyncio.run(_take(take, CaseBook(state)))
    pipe.send(counter.count)


async def _take(take: Take, book: CaseBook) -> None:
    async with AwsSession(regions=("us-east-1",)) as aws:
        await take(aws, book)


def watch(counter: Counter, where: Boundaries) -> None:
    append, replace, send = journal._append, journal._replace, AwsSession.send
    announce = journal._announce
    everywhere = where is Boundaries.ALL

    def quiet_announce(head: Path, content: bytes) -> None:
        # That a line is coming says nothing of the case: killed here, it is as at the line before.
        counted, counter.quiet = counter.quiet, not everywhere
        announce(head, content)
        counter.quiet = counted

    def torn_append(path: Path, line: bytes) -> None:
        if everywhere:
            counter.reach()
        if counter.next_is_last():
            with path.open("ab") as file:
                file.write(line[: len(line) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        append(path, line)
        counter.reach()

    def late_replace(path: Path, content: bytes) -> None:
        replace(path, content)
        counter.reach()

    async def watched_send(self: AwsSession, call: Call) -> Answer:
        if everywhere:
            counter.reach()
        answer = await send(self, call)
        if everywhere or not call.reads:
            counter.reach()
        return answer

    journal._replace = late_replace
    journal._announce = quiet_announce
    if where is not Boundaries.CHANGES:
        journal._append = torn_append
    AwsSession.send = watched_send  # type: ignore[method-assign]
