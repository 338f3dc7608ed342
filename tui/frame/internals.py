"""What of Textual is used though it is private: all of it, in one place, and nothing else.

A new release may change any of it: tests/tui/frame/test_internals.py names the one it was read in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeGuard, TypeVar

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._compositor import CompositorUpdate as CompositorUpdate
from textual.app import App
from textual.css.query import NoMatches
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.worker import Worker

Result = TypeVar("Result")

Displayed = RenderableType | CompositorUpdate | None


class Internals(App[Result]):
    """Its hooks are called from within Textual, its methods do what Textual has no public way for."""

    def displayed(self, screen: Screen[Any], update: RenderableType | None) -> Displayed:
        """A hook: what is sent to the terminal in place of *update*; None for nothing."""
        return update

    async def before_shutdown(self) -> None:
        """A hook: what is done before the widgets go."""

    def told_of_defect(self) -> RenderableType:
        """A hook: what is printed where the program ended by an exception, which is being handled."""
        raise NotImplementedError

    def write_to_terminal(self, text: str) -> None:
        """Send *text* as it is, past all that is drawn."""
        if self._driver is not None:
            self._driver.write(text)

    def replace_screen(self, make: Callable[[], Screen[Any]]) -> None:
        """Put another screen in the place of the one in sight."""
        if not self.screen._result_callbacks:
            # Textual gives its first screen none, and asks for one when that is switched.
            self.screen._push_result_callback(self.screen, None)
        self.switch_screen(make())

    async def run_binding(self, key: str) -> bool:
        """Do what *key* is bound to, now and not once it has bubbled up; whether it was bound."""
        return await self._check_bindings(key)

    @property
    def ending(self) -> bool:
        """Whether the program was told to end."""
        return self._exit

    @property
    def can_suspend(self) -> bool:
        """Whether there is a terminal that can be given back for a while."""
        return self._driver is not None and self._driver.can_suspend

    def terminal_size(self) -> Size:
        """What the terminal is now, whatever was told of it."""
        if self._driver is None:
            return self.size
        return Size(*self._driver._get_terminal_size())  # type: ignore[attr-defined]

    def pieces_waiting(self) -> int:
        """How many pieces of output a slow terminal has not taken yet."""
        writer = getattr(self._driver, "_writer_thread", None)
        return 0 if writer is None else int(writer._queue.qsize())

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, self.displayed(screen, renderable))  # type: ignore[arg-type]

    async def _shutdown(self) -> None:
        await self.before_shutdown()
        await super()._shutdown()

    def _fatal_error(self) -> None:
        # Textual's own report prints the locals of every frame, secrets among them.
        self.bell()
        self._exit_renderables.append(self.told_of_defect())
        self._close_messages_no_wait()


class Departing(Screen[Result]):
    """What still comes to it while it is left looks for widgets that are gone, and ends there."""

    @property
    def gone(self) -> bool:
        """A hook: whether it is left, so that its widgets go or have gone."""
        raise NotImplementedError

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except NoMatches:
            if not self.gone:
                raise


def forget_who_is_gone(screen: Screen[Any]) -> None:
    """Where whoever waits for the answer of *screen* is gone: let nobody be told of it."""
    for asked in screen._result_callbacks[-1:]:
        if asked.future and asked.future.done():
            asked.future = None


def once_ended(worker: Worker[Any], then: Callable[[], object]) -> None:
    """Call *then* when *worker* is over, also where it is cancelled before its first step."""
    if worker._task is not None:
        worker._task.add_done_callback(lambda _: then())


def is_frame(update: Displayed) -> TypeGuard[CompositorUpdate]:
    """Whether *update* is of the screen, and not a sequence for the terminal alone."""
    return isinstance(update, (LayoutUpdate, ChopsUpdate))


def laid_out_size(screen: Screen[Any]) -> Size:
    """The size that the widgets of *screen* were laid out for."""
    return screen._compositor.size


def strips_of(screen: Screen[Any]) -> list[Strip]:
    """All lines of *screen*."""
    return screen._compositor.render_strips()


def changed_strips_of(screen: Screen[Any], update: CompositorUpdate) -> list[Strip | None]:
    """The lines of *screen* that *update* may change, and None in place of all others."""
    if not isinstance(update, ChopsUpdate):
        return list(strips_of(screen))
    compositor = screen._compositor
    width, height = compositor.size
    lines = {y for y, _, _ in update.spans if 0 <= y < height}
    if not lines:
        return [None] * height
    across = Region(0, min(lines), width, max(lines) + 1 - min(lines))
    chops = compositor._render_chops(across, lines.__contains__)
    return [Strip.join(chops[y].values()) if y in lines else None for y in range(height)]


def colours_of(console: Console) -> ColorSystem:
    """What colours the terminal has."""
    return console._color_system or ColorSystem.TRUECOLOR
