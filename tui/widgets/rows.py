"""What tables and pages have in common: more lines than fit, a way to move, and keys for it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from tui.commands.bindings import bindings
from tui.commands.lists import LIST
from tui.widgets.lines import Lines

_WHEEL = 3


class Rows(Lines, can_focus=True):
    """Moves by the commands of the scope ``list``; a subclass says what moving means."""

    BINDINGS = bindings(LIST)

    def move(self, by: int) -> None:
        raise NotImplementedError

    def move_to(self, index: int) -> None:
        """The first row is 0, the last is -1."""
        raise NotImplementedError

    @property
    def place(self) -> int:
        """The row that the cursor is on, or the first in sight."""
        return 0

    def texts(self) -> Sequence[str]:
        """What each row says, to be searched."""
        return ()

    def point_at(self, index: int) -> None:
        """Show where something was found."""
        self.move_to(index)

    @property
    def page_height(self) -> int:
        return max(1, self.size.height)

    def action_command(self, command_id: str) -> None:
        getattr(self, f"do_{command_id}")()

    def do_down(self) -> None:
        self.move(1)

    def do_up(self) -> None:
        self.move(-1)

    def do_page_down(self) -> None:
        self.move(max(1, self.page_height - 1))

    def do_page_up(self) -> None:
        self.move(-max(1, self.page_height - 1))

    def do_half_down(self) -> None:
        self.move(max(1, self.page_height // 2))

    def do_half_up(self) -> None:
        self.move(-max(1, self.page_height // 2))

    def do_top(self) -> None:
        self.move_to(0)

    def do_bottom(self) -> None:
        self.move_to(-1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-_WHEEL)
