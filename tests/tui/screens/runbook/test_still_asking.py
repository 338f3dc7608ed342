"""That AWS is still being asked is said of the question that waits, and not once its dialog is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from tests.tui.conftest import LeakedKey
from tests.tui.screens.runbook.test_runbook_screen import opened
from tui.screens.runbook.screen import RunbookScreen

WORDS = "deactivate: asking AWS what stands in its way…"


async def test_it_is_said_of_the_question_that_waits_alone(
    leaked_key: LeakedKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[Callable[[], object]] = []

    def set_timer(self: RunbookScreen, delay: float, callback: Callable[[], object]) -> None:
        late.append(callback)

    async with opened(tmp_path, leaked_key) as driver:
        screen = cast(RunbookScreen, driver.app.screen)
        monkeypatch.setattr(RunbookScreen, "set_timer", set_timer)
        waits, said = asyncio.Event(), list[str]()
        monkeypatch.setattr(screen, "say", lambda words, *more, **named: said.append(words))

        async def one(asking: Any) -> None:
            await waits.wait()

        async def another(asking: Any) -> None:
            await waits.wait()

        screen._ask(one, WORDS)
        (first,) = late
        first()
        assert said == [WORDS]
        waits.set()
        await driver.until(lambda: screen._asking is None, "it was not answered")
        waits.clear()
        screen._ask(another)
        first()
        assert said == [WORDS]
        waits.set()
        await driver.until(lambda: screen._asking is None, "it was not answered")


async def test_it_is_not_said_beneath_the_dialog(
    leaked_key: LeakedKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[Callable[[], object]] = []
    async with opened(tmp_path, leaked_key) as driver:
        screen = cast(RunbookScreen, driver.app.screen)
        with monkeypatch.context() as patched:
            patched.setattr(RunbookScreen, "set_timer", lambda self, delay, callback: late.append(callback))
            await driver.press("enter")
            await driver.wait("Leave it")
        assert late
        for each in late:
            each()
        assert WORDS not in str(screen.query_one("Notice").render())
        assert screen._asking
