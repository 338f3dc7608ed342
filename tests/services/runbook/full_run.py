"""A route in a process of its own, that may be killed at its n-th boundary.

A boundary is: before, within, between and after the writes of every journal line, and before and after every
AWS call. Most of them find disk and account as the one before did, so a route may also be killed only where
a line, or half a line, or a change in the account is new. Gone on with, it is as if a responder had started
the program again.
"""

from __future__ import annotations

import asyncio
import os
import signal
from enum import Enum
from multiprocessing.connection import Connection
from pathlib import Path

# Imported and read once, before the forks, which would each pay for it.
import aiobotocore.config
import aiobotocore.session
import botocore.parsers

from services.aws import cloudtrail, session
from services.aws.call import Call
from services.aws.session import Answer, AwsSession
from services.runbook import journal
from services.runbook.case import CaseBook
from tests.services.runbook.routes import ROUTES, Patient

__all__ = ["aiobotocore", "botocore", "run"]

for _service in ("iam", "sts", "secretsmanager", "cloudtrail", "logs", "s3"):
    session._read_model(session._loader(None), _service)


class Boundaries(Enum):
    """Where a route may be killed."""

    CHANGES = "after each line and each change in the account"
    STATES = "also within each line: wherever disk or account are in a new state"
    ALL = "also where they are as they were"


LOOKUPS_PER_SECOND = 1000.0
"""The sandbox is told not to count them."""


class Counter:
    """Counts boundaries, and kills this process at the one it is told."""

    def __init__(self, kill_at: int | None) -> None:
        self.count = 0
        self._kill_at = kill_at

    def next_is_last(self) -> bool:
        self.count += 1
        return self.count == self._kill_at

    def reach(self) -> None:
        if self.next_is_last():
            os.kill(os.getpid(), signal.SIGKILL)


def run(
    environment: dict[str, str],
    state: Path,
    route: str,
    patient: tuple[str, str, str],
    kill_at: int | None,
    where: Boundaries,
    pipe: Connection,
) -> None:
    """Send how many boundaries there were, once the whole route is through."""
    os.environ.update(environment)
    counter = Counter(kill_at)
    watch(counter, where)
    cloudtrail.LOOKUPS_PER_SECOND = LOOKUPS_PER_SECOND
    asyncio.run(_take(route, CaseBook(state), Patient({}, *patient)))
    pipe.send(counter.count)


async def _take(route: str, book: CaseBook, patient: Patient) -> None:
    async with AwsSession(regions=("us-east-1",)) as aws:
        await ROUTES[route].take(aws, book, patient)


def watch(counter: Counter, where: Boundaries) -> None:
    append, replace, send = journal._append, journal._replace, AwsSession.send
    everywhere = where is Boundaries.ALL

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
    if where is not Boundaries.CHANGES:
        journal._append = torn_append
    AwsSession.send = watched_send  # type: ignore[method-assign]
