"""A sentence over the footer that goes away by itself; what matters longer is in the error log."""

from __future__ import annotations

import time
from typing import Literal, NamedTuple

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

Level = Literal["info", "warn", "alarm"]

_SIGNS = {"info": "·", "warn": "!", "alarm": "‼"}
_COLOURS = {"info": "$accent", "warn": "$warning", "alarm": "$error"}
SECONDS = 8.0
LEAST_SECONDS = 2.0
"""So long a sentence stays, whatever else is said."""


class _Said(NamedTuple):
    words: str
    level: Level
    topic: str
    at: float
    """By the monotonic clock."""

    @property
    def content(self) -> Content:
        return Content.styled(_SIGNS[self.level] + " ", f"bold {_COLOURS[self.level]}") + Content(self.words)


class Notice(Static):
    """Shows the newest sentence, with a sign for its weight, and beneath it one said just before."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._timer: Timer | None = None
        self._said: list[_Said] = []

    def say(self, words: str, level: Level = "info", topic: str = "") -> None:
        """What is said of the same *topic* takes the other's place at once."""
        now = time.monotonic()
        before = [
            said
            for said in self._said
            if now - said.at < LEAST_SECONDS and said.words != words and not (topic and said.topic == topic)
        ]
        self._show([_Said(words, level, topic, now), *before[:1]])

    def hush(self, topic: str = "") -> None:
        """Say nothing more: of *topic* alone where one is given."""
        self._show([said for said in self._said if topic and said.topic != topic])

    def _show(self, said: list[_Said]) -> None:
        if said == self._said:
            return
        self._said = said
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if said:
            self.update(Content("\n").join(each.content for each in said))
            self._timer = self.set_timer(SECONDS, self.hush)
        self.set_class(bool(said), "-shown")
        self.screen.set_class(bool(said), "-noticed")
