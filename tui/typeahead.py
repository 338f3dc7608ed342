"""Keys typed faster than screens open: each meets what the one before it has opened.

Textual hands a key to the widget that has the focus when it arrives, and runs its command only once the key
has bubbled back up. Over a slow line several keys arrive at once: ``/log`` would lose its letters.
"""

from __future__ import annotations

from collections import deque
from typing import TypeVar

from textual import events
from textual.app import App

Result = TypeVar("Result")


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
            if self._consumed(event) or not await self._check_bindings(event.key):
                await super().on_event(event)

    def _consumed(self, event: events.Key) -> bool:
        """Whether the widget that has the focus writes with this key."""
        focused = self.focused
        return focused is not None and focused.check_consume_key(event.key, event.character)
