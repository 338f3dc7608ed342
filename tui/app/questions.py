"""A question that comes late is asked only where its screen is still in sight.

AWS may take seconds until it can be said what is to be confirmed; what is typed elsewhere would answer it.
"""

from __future__ import annotations

from typing import Any, TypeVar

from textual.screen import Screen
from textual.worker import get_current_worker

from tui.app.speaking import speaking
from tui.frame.internals import Internals

Result = TypeVar("Result")

_LEFT = "Nothing was done: you left before the question could be asked. Choose it again there."


class Questions(Internals[Result]):
    async def push_screen_wait(self, screen: Screen[Any] | str, *, mode: str | None = None) -> Any:
        """What *screen* is closed with; False where it asks yes or no for one that is out of sight."""
        # With the first dialog this is imported.
        from tui.dialogs.yesno import YesNoDialog

        asker = get_current_worker().node
        if isinstance(screen, YesNoDialog) and asker is not self and asker.screen is not self.screen:
            if seen := speaking(self.screen):
                seen.say(_LEFT)
            return False
        return await super().push_screen_wait(screen, mode=mode)
