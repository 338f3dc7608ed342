"""Keys typed faster than screens open: each meets what the one before it has opened.

Textual hands a key to the widget that has the focus when it arrives, and runs its command only once the key
has bubbled back up. Over a slow line several keys arrive at once: ``/log`` would lose its letters.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TypeVar

from textual import events
from textual.app import App
from textual.widget import Widget

Result = TypeVar("Result")

MOST_SECONDS = 1.0
"""A widget that goes away may never say that it has written."""


class TypeAhead(App[Result]):
    """Runs a key's command before the next key is looked at, and holds keys back until a screen is there."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key] = deque()
        self._held = True

    def release_keys(self) -> None:
        """There is a screen that keys can be for; until then they are held back."""
        self._held = False
        self.call_later(self._handle_typed)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._typed.append(event)
            await self._handle_typed()
        else:
            await super().on_event(event)

    async def _handle_typed(self) -> None:
        while self._typed and not self._held:
            if not self.screen.is_mounted:
                # What is queued there now comes after its mounting.
                self.screen.call_later(self.call_later, self._handle_typed)
                return
            event = self._typed.popleft()
            if writer := self._writer(event):
                await super().on_event(event)
                await _written(writer)
            elif not await self._check_bindings(event.key):
                await super().on_event(event)

    def _writer(self, event: events.Key) -> Widget | None:
        """The widget that has the focus, if it writes with this key."""
        focused = self.focused
        return focused if focused and focused.check_consume_key(event.key, event.character) else None


async def _written(writer: Widget) -> None:
    """Wait until the key is written: else an enter right after it would be heard before it."""
    done = asyncio.Event()
    if writer.call_later(done.set):
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), MOST_SECONDS)
