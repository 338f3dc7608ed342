"""One policy's whole document, to be read."""

from __future__ import annotations

import json

from textual.app import ComposeResult

from services.base.text import clean
from services.keys.keydetails import PolicyFound
from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.look.lines import Line
from tui.screens.keys.commands import POLICY_DOCUMENT
from tui.settings.context import Subject
from tui.widgets.page import Page
from tui.widgets.rule import Rule


class PolicyDocumentScreen(StanchScreen):
    scope = POLICY_DOCUMENT
    BINDINGS = bindings(scope)

    def __init__(self, policy: PolicyFound, subject: Subject) -> None:
        super().__init__()
        self._policy = policy
        self._subject = subject

    @property
    def subject(self) -> Subject:
        return self._subject

    def body(self) -> ComposeResult:
        yield Rule(clean(self._policy.name), "its document")
        yield Page(indent=10)

    def copied(self) -> str:
        return json.dumps(self._policy.document, indent=2)

    def on_mount(self) -> None:
        page = self.query_one(Page)
        page.show([((clean(self._policy.words), "strong"),), (), *_lines(self._policy)])
        page.focus()


def _lines(policy: PolicyFound) -> list[Line]:
    told = json.dumps(policy.document, indent=2, ensure_ascii=False)
    return [((clean(line), "text"),) for line in told.splitlines()]
