"""A whole runbook in a process of its own, that may be killed at its n-th boundary.

A boundary is: before, within, between and after the writes of every journal line, and before and after every
AWS call. Run again, it goes on with its case, as a responder would.
"""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from services.aws import session
from services.aws.call import Call
from services.aws.session import Answer, AwsSession
from services.runbook import journal, opening, settle
from services.runbook.case import CaseBook
from services.runbook.engine import Runbook
from services.runbook.plan import State, StepName
from services.runbook.situation import Options

# AWS's models are read once, before the forks.
for _service in ("iam", "sts", "secretsmanager", "cloudtrail", "logs", "s3"):
    session._read_model(session._loader(None), _service)

OPTIONS = Options(override="the service is gone", source="s3")
DEEDS = (StepName.DEACTIVATE, StepName.REVIEW, StepName.REPLACE, StepName.DELETE, StepName.DENY)


class Boundaries:
    """Counts boundaries, and kills this process at the one it is told."""

    def __init__(self, kill_at: int | None) -> None:
        self.count = 0
        self._kill_at = kill_at

    def reach(self) -> None:
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def run(environment: dict[str, str], state: Path, key_id: str, kill_at: int | None, pipe: Connection) -> None:
    """Send how many boundaries there were, once the whole run is through."""
    os.environ.update(environment)
    boundaries = Boundaries(kill_at)
    _watch(boundaries)
    asyncio.run(take(CaseBook(state), key_id))
    pipe.send(boundaries.count)


def _watch(boundaries: Boundaries) -> None:
    # The sandbox's IAM agrees with itself at once, so nothing is gained by asking again.
    settle.PATIENCE = timedelta()
    append, replace, send = journal._append, journal._replace, AwsSession.send

    def torn_append(path: Path, line: bytes) -> None:
        boundaries.reach()
        boundaries.count += 1
        if boundaries.count == boundaries._kill_at:
            with path.open("ab") as file:
                file.write(line[: len(line) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        append(path, line)
        boundaries.reach()

    def late_replace(path: Path, content: bytes) -> None:
        replace(path, content)
        boundaries.reach()

    async def watched_send(self: AwsSession, call: Call) -> Answer:
        boundaries.reach()
        answer = await send(self, call)
        boundaries.reach()
        return answer

    journal._append, journal._replace = torn_append, late_replace
    AwsSession.send = watched_send  # type: ignore[method-assign]


async def take(book: CaseBook, key_id: str) -> None:
    """Take all steps that were not taken yet, and lift the hold at the end."""
    async with AwsSession(regions=("us-east-1",)) as aws:
        runbook = await opening.look_up(aws, book, key_id, user="web")
        with opening.begin(runbook, book):
            await runbook.resume()
            for step in DEEDS:
                if not runbook.state.step(step).state.holds and not _lifted(runbook, step):
                    await runbook.apply(step, OPTIONS)
            if not _lifted(runbook, StepName.DENY):
                await runbook.undo(StepName.DENY, OPTIONS)


def _lifted(runbook: Runbook, step: StepName) -> bool:
    return step is StepName.DENY and runbook.state.step(step).state is State.UNDONE
