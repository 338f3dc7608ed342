"""Patience is counted in what was waited, or by a clock that nobody sets, and never by the time of day."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import services
import tui

WAITS = ("sleep", "_sleep", "pause", "_pause", "wait_for")
TIMES_OF_DAY = ("now", "_now", "utcnow", "time", "today")


def loops() -> Iterator[tuple[str, set[str]]]:
    """Every loop that waits, and the names of all that it calls."""
    for package in (services, tui):
        for path in Path(package.__file__ or "").parent.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if not any(f"{wait}(" in text for wait in WAITS):
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.While | ast.For | ast.AsyncFor):
                    calls = {_name(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
                    if calls & set(WAITS):
                        yield (
                            f"{path.relative_to(Path(package.__file__ or '').parent.parent)}:{node.lineno}",
                            calls,
                        )


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_no_loop_that_waits_asks_what_time_it_is() -> None:
    found = dict(loops())
    assert len(found) > 10
    assert {place: asked for place, calls in found.items() if (asked := calls & set(TIMES_OF_DAY))} == {}
