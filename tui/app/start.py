"""The first paint: the status line alone, while the first real screen is still being imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.screen import Screen

from tui.frame.statusline import StatusLine

if TYPE_CHECKING:
    from tui.app.app import StanchApp


class StartScreen(Screen[None]):
    def compose(self) -> ComposeResult:
        yield StatusLine()

    def on_mount(self) -> None:
        self.call_after_refresh(cast("StanchApp", self.app).begin)
