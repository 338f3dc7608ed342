"""One event's whole record, and one review's whole findings: text to be read, that acts on nothing."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult

from services.review.record import Event
from services.review.review import Review
from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.look.lines import Line, beginning
from tui.screens.events import texts as eventtexts
from tui.screens.events.commands import RECORD
from tui.settings.context import Subject
from tui.widgets.page import Page
from tui.widgets.rule import Rule


class RecordPage(Page):
    """The fields keep their indents; a long one goes on in the next line."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._fields = eventtexts.record_lines(event)

    def _rewrap(self) -> None:
        if (width := self.size.width - 2) > 0:
            self._wrapped = [line for field in self._fields for line in field_lines(field, width)]
            self.move(0)


class FindingsPage(Page):
    def __init__(self, review: Review) -> None:
        super().__init__()
        self._review = review

    def _rewrap(self) -> None:
        if (width := self.size.width - 2) > 0:
            self._wrapped = eventtexts.full_lines(self._review, width)
            self.move(0)


class RecordScreen(StanchScreen):
    scope = RECORD
    BINDINGS = bindings(scope)

    def __init__(self, event: Event, subject: Subject | None) -> None:
        super().__init__()
        self._event = event
        self._subject = subject

    @property
    def subject(self) -> Subject | None:
        return self._subject

    def body(self) -> ComposeResult:
        yield Rule(f"{self._event.name} {self._event.time:%Y-%m-%d %H:%M:%SZ}", self._event.event_id)
        yield RecordPage(self._event)

    def copied(self) -> str:
        return "\n".join(eventtexts.record_lines(self._event))

    def paged(self) -> str:
        return self.copied()

    @property
    def hook_values(self) -> Mapping[str, str | None]:
        return {**super().hook_values, **eventtexts.hook_values(self._event)}

    def on_mount(self) -> None:
        self.query_one(RecordPage).focus()


class FindingsScreen(StanchScreen):
    scope = RECORD
    BINDINGS = bindings(scope)

    def __init__(self, review: Review, subject: Subject | None) -> None:
        super().__init__()
        self._review = review
        self._subject = subject

    @property
    def subject(self) -> Subject | None:
        return self._subject

    def body(self) -> ComposeResult:
        yield Rule(f"The review of {self._review.subject.user}")
        yield FindingsPage(self._review)

    def copied(self) -> str:
        return "\n".join(self.query_one(FindingsPage).texts())

    def on_mount(self) -> None:
        self.query_one(FindingsPage).focus()


def field_lines(field: str, width: int) -> list[Line]:
    """*field* as it stands, over as many lines as its cells take: nothing of a record is out of sight."""
    indent = len(field) - len(field.lstrip(" "))
    onward = " " * min(indent + 2, width // 2)
    lines: list[Line] = []
    rest, before = field, ""
    while rest or not lines:
        piece = beginning(rest, max(1, width - len(before)))
        lines.append(((before + piece, "text"),))
        rest, before = rest[len(piece) :], onward
    return lines
