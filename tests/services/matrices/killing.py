"""Work in a process of its own that is killed at one of its boundaries, as often as there are any.

The process takes its way whole once, to know them. Then, with its clients made and all that it needs in
memory, it is forked for each: the fork is what is killed. Gone on with, it is as if a responder had started
the program again.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import re
import selectors
import signal
import traceback
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from services.aws import cloudtrail
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from tests.samples import EVERYTHING
from tests.services.matrices.boundaries import Boundaries

Take = Callable[[AwsSession, CaseBook], Awaitable[None]]
"""The work; it is pickled on its way."""

TORN = re.compile(r"^within | without its head$")
SAME = re.compile(
    r"^(opened|verified|told|closed|override|metadata) of |^outcome of (?!.*: (Create|Reset)Service)"
)
"""What a line of these kinds leaves to do is the same whatever the step."""
LOOKUPS_PER_SECOND = 1000.0
"""The sandbox is told not to count them."""


class Victim:
    """That process, begun when it is first needed."""

    def whole(self, state: Path, take: Take, regions: tuple[str, ...]) -> list[str]:
        """Have it take the whole way; the names of its boundaries."""
        named: list[str] = self._ask(state, take, regions, None)
        assert named
        return named

    def kill(self, state: Path, take: Take, regions: tuple[str, ...], point: int) -> None:
        """Have it killed at its *point*th boundary, the first being 1."""
        assert self._ask(state, take, regions, point) == -signal.SIGKILL

    def end(self) -> None:
        if "_pipe" in self.__dict__:
            self._pipe.close()
            self._process.join()

    def _ask(self, *asked: object) -> Any:
        self._pipe.send(asked)
        return self._pipe.recv()

    @cached_property
    def _pipe(self) -> Connection:
        # Not a fork of this one, where the sandbox's threads are at work.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,))
        self._process.start()
        theirs.close()
        return ours


@dataclass(frozen=True, slots=True)
class Way:
    """Work on a subject of its own: where its cases are, and what asks whether all is as it must end."""

    state: Path
    take: Take
    check: Callable[[], None]


def whole(victim: Victim, regions: tuple[str, ...], way: Way) -> list[str]:
    """Have it taken by a process that lives; the names of its boundaries."""
    named = victim.whole(way.state, way.take, regions)
    way.check()
    return named


async def survive(
    victim: Victim,
    regions: tuple[str, ...],
    begin: Callable[[int], Way],
    choose: Callable[[list[str]], list[int]],
) -> str:
    """Kill a way at each boundary chosen, go on with it here, and check; how many it came through."""
    named = whole(victim, regions, begin(0))
    chosen = choose(named)
    async with AwsSession(regions=regions) as aws:
        for point in chosen:
            way = begin(point)
            victim.kill(way.state, way.take, regions, point)
            try:
                await way.take(aws, CaseBook(way.state))
                way.check()
            except Exception as error:
                error.add_note(f"killed at boundary {point}: {named[point - 1]}")
                raise
    return f"{len(chosen)} of {len(named)} boundaries survived"


def points(
    named: list[str],
    *,
    known: Sequence[list[str]] = (),
    lines: bool = True,
    torn: bool = False,
    anew: str = "",
) -> list[int]:
    """The boundaries to be killed at: one of each name that is not *known* from another way; or all.

    Half a line, or one that head.json does not name yet, is left out unless *torn*. Without *lines* it is
    killed on both sides of every change, and while a secret is in hand, but not after lines that say the same
    of every step. Known or not, it is killed at those of the operation *anew*.
    """
    if EVERYTHING:
        return list(range(1, len(named) + 1))
    first = {name: point for point, name in reversed([*enumerate(named, 1)])}
    for name in [*first]:
        own = anew and name.endswith(anew)
        seen = any(name in other for other in known) and not own
        if seen or (TORN.search(name) and not torn) or (not lines and SAME.search(name)):
            del first[name]
    return sorted(first.values())


def _serve(pipe: Connection) -> None:
    cloudtrail.LOOKUPS_PER_SECOND = LOOKUPS_PER_SECOND
    boundaries, ready = Boundaries(), dict[tuple[str, ...], AwsSession]()
    boundaries.watch()
    # Whatever a fork writes to, were it the marks of the collector, it has to copy first.
    gc.disable()
    # A loop of a kind that a fork shares nothing of with its parent.
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        while True:
            try:
                state, take, regions, point = pipe.recv()
            except EOFError:
                return
            boundaries.begin(point)
            if point is None:
                aws = ready.setdefault(regions, AwsSession(regions=regions))
                runner.run(_whole(aws, take, CaseBook(state)))
                pipe.send(boundaries.named)
                continue
            # Threads do not come along into a fork.
            runner.get_loop().set_default_executor(ThreadPoolExecutor())
            if (pid := os.fork()) == 0:
                try:
                    runner.run(_take(ready[regions], take, CaseBook(state)))
                finally:
                    # It came to its end alive, and nothing that is its parent's may go on here.
                    traceback.print_exc()
                    os._exit(1)
            pipe.send(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


async def _whole(ready: AwsSession, take: Take, book: CaseBook) -> None:
    """Also makes *ready* the clients that it took: they have no connection yet."""
    async with AwsSession(regions=await ready.regions()) as aws:
        await take(aws, book)
        for service, region, once in aws._clients:
            await ready.client(service, region, once=once)


async def _take(aws: AwsSession, take: Take, book: CaseBook) -> None:
    await take(aws, book)
