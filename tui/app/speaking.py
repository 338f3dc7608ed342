"""Whether the screen in sight can say something, known without what all such screens are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.screen import Screen

if TYPE_CHECKING:
    from tui.frame.base import Commands


def speaking(screen: Screen[object]) -> Commands[Any] | None:
    """*screen*, where it says sentences; the first one, which is painted before any other, cannot."""
    # With the first real screen this is imported: it would hold up the first paint.
    from tui.frame.base import Commands

    return screen if isinstance(screen, Commands) else None
