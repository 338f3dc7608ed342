"""Text longer than its room: wrapped, scrolled by line, and honest about what is below."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from tui.look.lines import Line, fit, plain, wrap
from tui.widgets.rows import Rows


class Page(Rows):
    """Shows paragraphs, their later lines indented; what does not fit is announced in the last line.

    *more* says how the rest is to be seen, where it is not by the keys of this page itself.
    """

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002
        more: str | None = None,
        indent: int = 2,
    ) -> None:
        super().__init__(id=id)
        self._indent = indent
        self._paragraphs: tuple[Line, ...] = ()
        self._wrapped: list[Line] = []
        self._top = 0
        self._found: int | None = None
        self._more = more

    @property
    def more(self) -> str:
        return self._more or ("j for more" if self.has_focus else "tab, then j")

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._redraw()

    def show(self, paragraphs: Sequence[Line], *, keep_place: bool = True) -> None:
        """Each paragraph is wrapped on its own."""
        self._paragraphs = tuple(paragraphs)
        if self.styles.is_auto_height:
            self.refresh(layout=True)
        if not keep_place:
            self._top = 0
        self._rewrap()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self._wrap(max(1, width - 2))))

    def on_resize(self, event: events.Resize) -> None:
        self._rewrap()

    def render_line(self, y: int) -> Strip:
        if self._drawn_for != self.size:
            # Wrapped for the first paint already: a frame without its text would be seen.
            self._rendering = True
            self._rewrap()
            self._rendering = False
        return super().render_line(y)

    def on_click(self, event: events.Click) -> None:
        """The line that says how much more there is shows it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == self.page_height - 1 and self._top < self._last_top:
            self.do_page_down()
        elif (at := self._top + offset.y) < len(self._wrapped):
            self.clicked(at)

    def clicked(self, index: int) -> None:
        """A hook: the line *index* was clicked."""

    def move(self, by: int) -> None:
        if by:
            self._found = None
        self._top = max(0, min(self._top + by, self._last_top))
        self._redraw()

    @property
    def place(self) -> int:
        return self._top if self._found is None else self._found

    def texts(self) -> Sequence[str]:
        return [plain(line) for line in self._wrapped]

    def move_to(self, index: int) -> None:
        self._top = max(0, min(index, self._last_top)) if index >= 0 else self._last_top
        self._redraw()

    def point_at(self, index: int) -> None:
        """Put the line *index* in sight, and let it stand out until the page is moved."""
        if not self._top <= index < self._top + self.page_height - 1:
            self._top = max(0, min(index - 1, self._last_top))
        self._found = index
        self._redraw()

    @property
    def _last_top(self) -> int:
        return max(0, len(self._wrapped) - self.page_height)

    def _rewrap(self) -> None:
        if (width := self.size.width - 2) > 0:
            self._wrapped = self._wrap(width)
            self.move(0)

    def _wrap(self, width: int) -> list[Line]:
        return [
            line for paragraph in self._paragraphs for line in wrap(paragraph, width, indent=self._indent)
        ]

    def _redraw(self) -> None:
        shown = self._wrapped[self._top : self._top + self.page_height]
        if self._found is not None and 0 <= (at := self._found - self._top) < len(shown):
            shown[at] = tuple((text, "cursor") for text, _ in shown[at])
        below = len(self._wrapped) - self._top - len(shown)
        if below > 0 and shown:
            shown[-1] = ((f"… {below + 1} more lines: {self.more}", "quiet"),)
        width = self.size.width
        self.draw([fit(((" ", "text"), *line), width) for line in shown])
