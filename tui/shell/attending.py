"""While a command runs: what it waits for is said, an interrupt ends it at once, a wrong clock is told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from services.aws.session import AwsSession

T = TypeVar("T")

SILENT_SECONDS = 5.0
"""A call that takes longer is named."""
LAST_SECONDS = 2.0
"""How long a thread may take to end once nobody waits for it any more: a look-up of a name takes minutes."""


class _Hurried(ThreadPoolExecutor):
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + LAST_SECONDS
        for thread in self._threads if wait else ():
            thread.join(max(0.0, until - time.monotonic()))


async def attended(
    work: Coroutine[Any, Any, T],
    sessions: Iterable[AwsSession],
    say: Callable[[str], None],
    complain: Callable[[str], None],
) -> T:
    """*work* to its end; *say* is told what *sessions* wait for, and "" once it came."""
    asyncio.get_running_loop().set_default_executor(_Hurried(thread_name_prefix="stanch"))
    watching = asyncio.create_task(_watch(sessions, say))
    try:
        return await work
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        if ahead := [each.clock_ahead for each in sessions if each.clock_ahead]:
            _tell_skew(ahead, complain)


def _tell_skew(ahead: Iterable[timedelta], complain: Callable[[str], None]) -> None:
    from services.aws.skew import NOTICED, ahead_in_words

    if off := [each for each in ahead if abs(each) >= NOTICED]:
        complain(f"{ahead_in_words(off[0])}: correct it; times in journals and reports are off by that much.")


async def _watch(sessions: Iterable[AwsSession], say: Callable[[str], None]) -> None:
    said = False
    while True:
        await asyncio.sleep(1.0)
        found = [each.waiting for each in sessions if each.waiting]
        what, seconds = max(found, key=lambda each: each[1], default=("", 0.0))
        if seconds >= SILENT_SECONDS:
            say(f"waiting for {what}: {seconds:.0f} s, ctrl+c stops it")
            said = True
        elif said:
            say("")
            said = False
