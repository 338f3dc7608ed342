"""Runs work in a process that is killed at one of its boundaries."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

from sandbox.server import Sandbox
from tests.services.runbook import full_run
from tests.services.runbook.full_run import Boundaries, Take

EVERYWHERE = Boundaries.ALL if os.environ.get("STANCH_EVERY_BOUNDARY") else Boundaries.STATES
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "tests.services.runbook.full_run",
        "tests.services.runbook.routes",
        "tests.services.issuing.routes",
    ]
)


def killed_at(sandbox: Sandbox, state: Path, take: Take, point: int | None, where: Boundaries) -> int | None:
    """Run *take* in a process that is killed at *point*; how many boundaries there were, if it was not."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    arguments = (sandbox.environment(), state, take, point, where, theirs)
    process = _CONTEXT.Process(target=full_run.run, args=arguments)
    process.start()
    theirs.close()
    with ours:
        try:
            count: int | None = ours.recv()
        except EOFError:
            count = None
        process.join()
    assert process.exitcode == (-signal.SIGKILL if count is None else 0)
    return count
