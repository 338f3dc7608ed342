"""Work that is brought to a safe end before its task is: what was sent is answered, and written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def unbroken(work: Coroutine[Any, Any, T], on_cancel: Callable[[], None]) -> T:
    """Await *work*; cancelled, tell it by *on_cancel*, let it come to its end, and be cancelled then."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            cancelled = error
            on_cancel()
        except BaseException:  # noqa: BLE001 (it is the task's, which is asked for it below)
            break
    if cancelled is not None:
        if not task.cancelled():
            task.exception()
        raise cancelled
    return task.result()
