"""Keys typed faster than screens open: each meets what the one before it has opened.

Textual hands a key to the widget that has the focus when it arrives, and runs its command only once the key
has bubbled back up. Over a slow line several keys arrive at once: ``/log`` would lose its letters.

A question is answered only by what was typed once it had been drawn: it may have come late, and over a
screen where the same key means something else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TypeVar
from weakref import WeakSet

from rich.console import RenderableType
from textual import events
from textual.message_pump import MessagePump
from textual.screen import Screen

from tui.app.speaking import speaking
from tui.frame.internals import CompositorUpdate, Displayed, Internals

Result = TypeVar("Result")

MOST_SECONDS = 1.0
"""A widget that goes away may never say that it has heard a key."""

_NO_ANSWERS = ("ctrl+c", "ctrl+l", "ctrl+z")
"""To end, to redraw and to stop for a while is of no question."""

_TOO_EARLY = "What was typed before this question was drawn does not answer it: press the key again."


class TypeAhead(Internals[Result]):
    """Runs a key's command before the next key is looked at, and holds keys back until a screen is there."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._held = True
        self._seen: WeakSet[Screen[Any]] = WeakSet()
        """The questions that were drawn before the key that is next."""

    def displayed(self, screen: Screen[Any], update: RenderableType | None) -> Displayed:
        drawn = super().displayed(screen, update)
        if isinstance(drawn, CompositorUpdate) and _asks(screen) and screen not in self._seen:
            # It comes after all that was typed by now.
            self.call_later(self._seen.add, screen)
        return drawn

    @property
    def unseen(self) -> bool:
        """Whether a question is in sight that no key can be meant for yet."""
        return _asks(self.screen) and self.screen not in self._seen

    def ask_anew(self, screen: Screen[Any]) -> None:
        """Take no key for *screen* that was typed before its next frame, which asks more than the last."""
        self._seen.discard(screen)
        screen.refresh()

    def release_keys(self) -> None:
        """There is a screen that keys can be for; until then they are held back."""
        self._held = False
        self.call_later(self._handle_typed)

    async def on_event(self, event: events.Event) -> None:
        # What is pasted is typed too: in one write with the key that opens its field, it would be lost.
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            self._typed.append(event)
            await self._handle_typed()
        else:
            await super().on_event(event)

    async def _handle_typed(self) -> None:
        while self._typed and not self._held:
            if self.ending or not self.screen_stack:
                # It ends: a screen that opened now would be taken down half made.
                self._typed.clear()
                return
            if not self.screen.is_mounted:
                if not self.screen.call_later(self.call_later, self._handle_typed):
                    # It left before it was there.
                    self.call_later(self._handle_typed)
                return
            event = self._typed.popleft()
            if self._is_too_early(event):
                continue
            hearers = self._hearers()
            if not await self._is_command(event):
                await super().on_event(event)
            await _heard(hearers)

    def _is_too_early(self, event: events.Key | events.Paste) -> bool:
        """Whether it was typed before the question in sight was drawn, and cannot be meant for it."""
        if not self.unseen:
            return False
        if isinstance(event, events.Key) and event.key in _NO_ANSWERS:
            return False
        if screen := speaking(self.screen):
            screen.say(_TOO_EARLY, "warn", topic="early")
        return True

    async def _is_command(self, event: events.Key | events.Paste) -> bool:
        """Whether it is a key with a command, which is run."""
        if isinstance(event, events.Paste) or self._is_written(event):
            return False
        return await self.run_binding(event.key)

    def _is_written(self, event: events.Key) -> bool:
        """Whether the widget that has the focus writes with this key."""
        focused = self.focused
        return focused is not None and focused.check_consume_key(event.key, event.character)

    def _hearers(self) -> list[MessagePump]:
        """Those that a key comes to, one after the other, and what they make of it: a field's enter, say."""
        return [node for node in (self.focused or self.screen).ancestors_with_self if node is not self]


def _asks(screen: Screen[Any]) -> bool:
    # Looked up by name: with the first frame the class of those that ask isn't imported yet.
    return bool(getattr(screen, "ASKS", False))


async def _heard(hearers: Iterable[MessagePump]) -> None:
    """Wait until all of them have done what the key asks: the next may be for what comes of it."""
    for hearer in hearers:
        done = asyncio.Event()
        if hearer.call_later(done.set):
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), MOST_SECONDS)
