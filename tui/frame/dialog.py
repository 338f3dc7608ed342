"""What every dialog is: a framed sheet over a screen, which asks one thing."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.frame.base import Commands, Result
from tui.frame.footer import Footer
from tui.frame.notice import Notice
from tui.look.lines import Line, wrap
from tui.widgets.lines import Lines
from tui.widgets.rule import Rule

WIDEST = 104
"""Cells of a dialog: a longer line is hard to read."""


class Dialog(Commands[Result], ModalScreen[Result]):
    """A framed sheet in the middle; the screen below stays in sight, and its graph uncovered if it can."""

    FRAMED = True
    """Whether it has sides too; without them what it shows can be marked with the mouse as a whole."""

    def compose(self) -> ComposeResult:
        self._entitled, self._remark = "", ""
        with Vertical(id="sheet"):
            yield Rule(id="title")
            yield from self.body()
        yield Notice()
        yield Footer()

    def body(self) -> ComposeResult:
        """Its widgets; it is entitled here too."""
        raise NotImplementedError

    def entitle(self, title: str, note: str = "") -> None:
        """What stands in its frame, or, where there is none, in its first line."""
        self._entitled, self._remark = title, note
        if sheet := self.query_one_optional("#sheet"):
            self._draw_title(sheet)

    def tell(self, *told: Line) -> None:
        """Write over what is asked, whole: each paragraph on as many lines as it takes."""
        lines = [((" ", "text"), *line) for each in told for line in wrap(each, self.room - 2, indent=2)]
        widget = self.query_one("#told", Lines)
        widget.styles.height = len(lines)
        widget.draw(lines)

    @property
    def room(self) -> int:
        """Cells of a line within it."""
        width: int = self.app.size.width
        return min(width, WIDEST) - 2 if self._has_frame and self.FRAMED else width

    @property
    def beside(self) -> int:
        """Lines of the screen that its body cannot have: status, frame or title, notice, footer."""
        return 5 if self._has_frame else 4

    @property
    def _has_frame(self) -> bool:
        return not self.stanch.options.plain

    def on_mount(self) -> None:
        sheet = self.query_one("#sheet")
        sheet.set_class(self._has_frame, "-framed" if self.FRAMED else "-open")
        self.query_one("#title").display = not self._has_frame
        self._draw_title(sheet)
        self._place()

    @on(events.Resize)
    def _resized(self) -> None:
        self._place()

    def _draw_title(self, sheet: Widget) -> None:
        if self._has_frame:
            note = Content.styled(f" · {self._remark}", "$quiet") if self._remark else Content("")
            sheet.border_title = Content.styled(self._entitled, "bold") + note
        else:
            self.query_one("#title", Rule).entitle(self._entitled, self._remark)

    def _place(self) -> None:
        """In the middle of what the graph below leaves, where there is so much room, else of the screen."""
        size, graph = self.app.size, self.app.screen_stack[-2].query_one_optional("#flow")
        sheet = self.query_one("#sheet")
        taken = size.height - graph.region.y if graph and graph.region.height > 1 else 1
        # Its text knows its height from its width.
        needed = sheet.get_content_height(size, size, self.room) + 2
        sheet.styles.margin = (1, 0, taken if needed + 1 + taken <= size.height else 1, 0)
