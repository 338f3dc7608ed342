"""A sentence over the footer that goes away by itself; what matters longer is in the error log."""

from __future__ import annotations

from typing import Literal

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

Level = Literal["info", "warn", "alarm"]

_SIGNS = {"info": "·", "warn": "!", "alarm": "‼"}
_COLOURS = {"info": "$accent", "warn": "$warning", "alarm": "$error"}
SECONDS = 8.0


class Notice(Static):
    """Shows the newest sentence said, with a sign for its weight."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._timer: Timer | None = None
        self.words = ""

    def say(self, words: str, level: Level = "info") -> None:
        self.words = words
        sign = Content.styled(_SIGNS[level] + " ", f"bold {_COLOURS[level]}")
        self.update(sign + Content(words))
        self.add_class("-shown")
        self.screen.add_class("-noticed")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SECONDS, self.hush)

    def hush(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.words = ""
        self.remove_class("-shown")
        self.screen.remove_class("-noticed")
