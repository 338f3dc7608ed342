"""The line that tells how far a command is gives way to a question."""

from __future__ import annotations

import io
import sys

import pytest

from tui.shell.progress import Progress, held


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_drawn_over_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    line, another = Progress(), Progress()
    line("waiting for iam")
    with held():
        asked = screen.getvalue()
        assert asked.endswith("\r" + " " * len("waiting for iam") + "\r")
        line("waiting for iam: 7 s")
        another("3 of 9")
        with held():
            line.done()
        another("4 of 9")
        assert screen.getvalue() == asked
    another("5 of 9")
    assert screen.getvalue() == asked + "\r5 of 9"
