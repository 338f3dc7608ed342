"""A line to type a filter into, done with at once on enter."""

from __future__ import annotations

from collections.abc import Callable

from textual.widgets import Input


class FilterField(Input):
    """Calls *done* within the key itself: a message would come after the next key was written into it."""

    def __init__(self, done: Callable[[], None], *, placeholder: str, id: str) -> None:  # noqa: A002
        super().__init__(placeholder=placeholder, id=id, compact=True)
        self._done = done

    async def action_submit(self) -> None:
        if self.is_attached and self.screen.is_current:
            self._done()
