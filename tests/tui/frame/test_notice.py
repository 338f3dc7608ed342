"""What was said a moment ago is not lost to what is said next, and one topic says one thing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult

from tui.frame import notice
from tui.frame.notice import Notice


class Noticing(App[None]):
    def compose(self) -> ComposeResult:
        yield Notice()


@asynccontextmanager
async def noticing() -> AsyncIterator[Notice]:
    app = Noticing()
    async with app.run_test():
        yield app.query_one(Notice)


def shown(said: Notice) -> list[str]:
    return str(said.render()).splitlines() if said.has_class("-shown") else []


async def test_what_was_said_just_now_stays_beneath_what_comes_next() -> None:
    async with noticing() as said:
        said.say("3 records saved.")
        said.say("review: not seen used", "warn")
        assert shown(said) == ["! review: not seen used", "· 3 records saved."]
        said.say("a third", "alarm")
        assert shown(said) == ["‼ a third", "! review: not seen used"]
        said.hush()
        assert shown(said) == []


async def test_what_was_there_long_enough_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice, "LEAST_SECONDS", 0.0)
    async with noticing() as said:
        said.say("old")
        said.say("new")
        assert shown(said) == ["· new"]


async def test_the_same_again_is_said_once() -> None:
    async with noticing() as said:
        said.say("Refreshed.")
        said.say("Refreshed.")
        assert shown(said) == ["· Refreshed."]


async def test_a_topic_takes_its_own_place_and_no_others() -> None:
    async with noticing() as said:
        said.say("3 records saved.")
        said.say("Waiting: 10 s.", topic="waiting")
        said.say("Waiting: 11 s.", topic="waiting")
        assert shown(said) == ["· Waiting: 11 s.", "· 3 records saved."]
        said.hush("waiting")
        assert shown(said) == ["· 3 records saved."]
