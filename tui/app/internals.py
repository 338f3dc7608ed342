"""What of Textual is used though it is private: all of it, in one place, and nothing else.

A new release may change any of it: tests/tui/app/test_internals.py names the one it was read in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate as ChopsUpdate
from textual._compositor import CompositorUpdate as CompositorUpdate
from textual._compositor import LayoutUpdate as LayoutUpdate
from textual.app import App
from textual.screen import Screen

Result = TypeVar("Result")


class Internals(App[Result]):
    """Its hooks are called from within Textual, its methods do what Textual has no public way for."""

    def painted(self, update: LayoutUpdate | ChopsUpdate) -> CompositorUpdate:
        """A hook: what is sent to the terminal in place of *update*."""
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

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, (LayoutUpdate, ChopsUpdate)):
            super()._display(screen, self.painted(renderable))  # type: ignore[arg-type]
        else:
            super()._display(screen, renderable)

    async def _shutdown(self) -> None:
        await self.before_shutdown()
        await super()._shutdown()

    def _fatal_error(self) -> None:
        # Textual's own report prints the locals of every frame, secrets among them.
        self.bell()
        self._exit_renderables.append(self.told_of_defect())
        self._close_messages_no_wait()


def colours_of(console: Console) -> ColorSystem:
    """What colours the terminal has."""
    return console._color_system or ColorSystem.TRUECOLOR
