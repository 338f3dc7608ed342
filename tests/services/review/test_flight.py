"""Jobs at once: bounded, in any order, and none left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from services.review.flight import ahead, in_flight, merged, together


async def numbers(count: int, closed: list[int] | None = None) -> AsyncGenerator[int, None]:
    try:
        for number in range(count):
            await asyncio.sleep(0)
            yield number
    finally:
        if closed is not None:
            closed.append(count)


async def drained(items: AsyncGenerator[int, None], into: list[int] | None = None) -> None:
    async with aclosing(items):
        async for item in items:
            if into is not None:
                into.append(item)


def others() -> set[asyncio.Task[object]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


async def test_in_flight_does_all_and_never_more_than_its_limit_at_once() -> None:
    now = most = 0

    async def work(number: int) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        for _ in range(5):
            await asyncio.sleep(0)
        now -= 1
        return number * 2

    async with aclosing(in_flight(numbers(50), work, limit=4)) as results:
        found = [result async for result in results]
    assert sorted(found) == [number * 2 for number in range(50)]
    assert most == 4


async def test_in_flight_ends_with_the_first_error_and_leaves_nothing() -> None:
    async def work(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        await asyncio.Event().wait()
        return number

    with pytest.raises(ValueError, match="three"):
        await drained(in_flight(numbers(50), work, limit=10))
    assert not others()


@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_ahead_keeps_order_and_loses_nothing(limit: int) -> None:
    async with aclosing(ahead(numbers(200), limit=limit)) as items:
        assert [item async for item in items] == list(range(200))
    assert not others()


async def test_ahead_hands_an_error_on_after_what_came_before_it() -> None:
    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        yield 2
        raise ValueError("gone")

    found: list[int] = []
    with pytest.raises(ValueError, match="gone"):
        await drained(ahead(failing(), limit=10), found)
    assert found == [1, 2]


async def test_ahead_closes_what_it_reads_when_it_is_left() -> None:
    closed: list[int] = []
    async with aclosing(ahead(numbers(1000, closed), limit=5)) as items:
        assert await anext(items) == 0
    assert closed == [1000]
    assert not others()


async def test_merged_gives_everything_of_all() -> None:
    async with aclosing(merged([numbers(3), numbers(0), numbers(5)])) as items:
        assert sorted([item async for item in items]) == [0, 0, 1, 1, 2, 2, 3, 4]


async def test_merged_closes_all_on_an_error() -> None:
    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("gone")

    closed: list[int] = []
    with pytest.raises(ValueError, match="gone"):
        await drained(merged([numbers(1000, closed), failing()]))
    assert closed == [1000]
    assert not others()


async def test_together_keeps_order_and_leaves_nothing_on_an_error() -> None:
    async def number(value: int) -> int:
        await asyncio.sleep(0)
        if value < 0:
            raise ValueError("negative")
        return value

    async def forever() -> int:
        await asyncio.Event().wait()
        return 0

    assert await together(number(value) for value in (3, 1, 2)) == [3, 1, 2]
    with pytest.raises(ValueError, match="negative"):
        await together([forever(), number(-1), forever()])
    assert not others()


async def test_a_cancelled_reader_leaves_nothing() -> None:
    started = asyncio.Event()

    async def work(number: int) -> int:
        started.set()
        await asyncio.Event().wait()
        return number

    reader = asyncio.create_task(drained(in_flight(ahead(numbers(100), limit=5), work, limit=3)))
    await started.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert not others()
