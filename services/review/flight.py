"""Several jobs at once behind a plain async iterator, with nothing left running when it is closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterable
from contextlib import aclosing
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def together(works: Iterable[Coroutine[Any, Any, R]]) -> list[R]:
    """All results, in order; unlike gather it leaves none of the others running when one fails."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await _end(tasks)


async def in_flight(
    items: AsyncGenerator[T, None], work: Callable[[T], Coroutine[Any, Any, R]], *, limit: int
) -> AsyncGenerator[R, None]:
    """What *work* makes of each item, as it is done, *limit* at a time; the first error ends it."""
    running: set[asyncio.Task[R]] = set()
    try:
        async with aclosing(items):
            async for item in items:
                running.add(asyncio.create_task(work(item)))
                if len(running) >= limit:
                    for task in await _some(running):
                        running.discard(task)
                        yield task.result()
        while running:
            for task in await _some(running):
                running.discard(task)
                yield task.result()
    finally:
        await _end(running)


async def ahead(items: AsyncGenerator[T, None], *, limit: int) -> AsyncGenerator[T, None]:
    """The same items, fetched up to *limit* before they are asked for."""
    queue: asyncio.Queue[T] = asyncio.Queue(limit)

    async def fill() -> None:
        async with aclosing(items):
            async for item in items:
                await queue.put(item)

    filling = asyncio.create_task(fill())
    getting: asyncio.Task[T] | None = None
    try:
        while True:
            while not queue.empty():
                yield queue.get_nowait()
            if filling.done():
                break
            getting = asyncio.create_task(queue.get())
            await asyncio.wait({getting, filling}, return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                yield getting.result()
            else:
                # Takes nothing with it: an item put meanwhile stays in the queue.
                await _end([getting])
        await filling
    finally:
        await _end([filling] if getting is None else [filling, getting])


async def merged(streams: Iterable[AsyncGenerator[T, None]]) -> AsyncGenerator[T, None]:
    """The items of all *streams* as they come; the first error ends it."""
    opened = list(streams)
    running = {asyncio.create_task(_next(stream)): stream for stream in opened}
    try:
        while running:
            for task in await _some(running):
                stream = running.pop(task)
                if item := task.result():
                    running[asyncio.create_task(_next(stream))] = stream
                    yield item[0]
    finally:
        await _end(running)
        for stream in opened:
            await stream.aclose()


async def until(items: AsyncGenerator[T, None], stop: asyncio.Event) -> AsyncGenerator[T, None]:
    """The same items, and their end once *stop* is set, however long the next one would take."""
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            coming = asyncio.create_task(_next(items))
            try:
                await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not coming.done():
                    await _end([coming])
            if coming.cancelled() or (item := coming.result()) is None:
                break
            yield item[0]
    finally:
        await _end([stopping])


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, R]) -> R | None:
    """What *work* comes to, or None once *stop* is set, and then nothing of it is left running."""
    stopping, working = asyncio.create_task(stop.wait()), asyncio.create_task(work)
    try:
        await asyncio.wait({stopping, working}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        await _end([stopping, working])


async def _next(stream: AsyncGenerator[T, None]) -> tuple[T] | None:
    try:
        return (await anext(stream),)
    except StopAsyncIteration:
        return None


async def _some(running: Collection[asyncio.Task[R]]) -> set[asyncio.Task[R]]:
    return (await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED))[0]


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
