"""Lines to choose and to type in, one under the other, moved through with tab and the arrows."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Input

from tui.widgets.lines import Lines
from tui.widgets.picker import Picker


class TextRow(Horizontal):
    """A labelled line to type in."""

    def __init__(self, label: str, value: str, placeholder: str, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._label = label
        self._value = value
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        label = Lines(classes="label")
        label.draw([((f"   {self._label:<11}", "quiet"),)])
        yield label
        yield Input(self._value, placeholder=self._placeholder, compact=True)

    @property
    def text(self) -> str:
        return self.query_one(Input).value.strip()


def stops(form: DOMNode) -> list[Widget]:
    """The lines of *form* that can be seen, in order."""
    return [
        widget
        for widget in form.query("Picker, Input").results(Widget)
        if all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))
    ]


def move(form: Widget, by: int) -> None:
    """The line *by* lines on, round the end."""
    found = stops(form)
    at = found.index(form.screen.focused) if form.screen.focused in found else 0
    form.screen.set_focus(found[(at + by) % len(found)])


def picked(form: DOMNode, picker_id: str) -> int:
    return form.query_one(f"#{picker_id}", Picker).index


def typed(form: DOMNode, row_id: str) -> str:
    return form.query_one(f"#{row_id}", TextRow).text
