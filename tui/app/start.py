"""The first paint: the status line alone, while the first real screen is still being imported."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.screen import Screen

from tui.frame.statusline import StatusLine


class StartScreen(Screen[None]):
    """Calls *begin* once it is painted."""

    def __init__(self, begin: Callable[[], None]) -> None:
        super().__init__()
        self._begin = begin

    def compose(self) -> ComposeResult:
        yield StatusLine()

    def on_mount(self) -> None:
        self.call_after_refresh(self._begin)
