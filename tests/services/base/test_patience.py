"""Patience is counted in what was waited, or by a clock that nobody sets, and never by the time of day."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import services
import tui

WAITS = ("sleep", "_sleep", "pause", "_pause", "wait_for")
TIMES_OF_DAY = ("now", "_now", "utcnow", "time", "today")


def loops() -> Iterator[tuple[str, set[str]]]:
    """Every loop that waits, and the names of all that it calls."""
    for package in (services, tui):
        for path in Path(package.__file__ or "").parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.While | ast.For | ast.AsyncFor):
                    calls = {_name(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
                    if calls & set(WAITS):
                        yield (
                            f"{path.relative_to(Path(package.__file__ or '').parent.parent)}:{node.lineno}",
                            calls,
                        )


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


LOOPS = dict(loops())


def test_there_are_such_loops() -> None:
    assert len(LOOPS) > 10


@pytest.mark.parametrize("place", LOOPS)
def test_no_loop_that_waits_asks_what_time_it_is(place: str) -> None:
    assert not LOOPS[place] & set(TIMES_OF_DAY)
