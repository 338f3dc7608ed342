"""Whatever flows, and whatever was done: nothing that is written on a graph stands on anything else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.flows.flow import Flow
from tui.flows.lanes import GUTTER, Lanes
from tui.flows.marks import Mark
from tui.flows.view import with_cursor
from tui.look.graphs import ASCII, BLOCKS, BRAILLE, Glyphs
from tui.look.lines import plain, width_of

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GROUP = "/aws/hlc-logs/my-application"
WIDTHS = (60, 80, 120, 200)
DEEDS = ("deactivate", "reactivate", "deny", "undo deny", "replace", "delete", "groups off", "sessions")
TIME = re.compile(r"(\d\d:\d\d)")

values = st.lists(st.one_of(st.none(), st.just(0.0), st.floats(1, 1e13)), min_size=60, max_size=60)
deeds = st.lists(st.tuples(st.integers(0, 3599), st.sampled_from(DEEDS)), max_size=9)


def lanes(
    shown: list[float | None],
    done: list[tuple[int, str]],
    width: int,
    height: int,
    count: int,
    log: bool,
    glyphs: Glyphs,
) -> Lanes:
    points = tuple((START + at * MINUTE, value) for at, value in enumerate(shown))
    marks = tuple(Mark(START + timedelta(seconds=at), name) for at, name in done)
    end = START + 60 * MINUTE
    flow = Flow(GROUP, ("▶ flowing", "▶"), points, START, end, end, 60, marks=marks, log=log)
    return Lanes((with_cursor(flow, START + 30 * MINUTE),) * count, width, height, glyphs)


@pytest.mark.parametrize("width", WIDTHS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shown=values,
    done=deeds,
    height=st.integers(6, 30),
    count=st.integers(1, 3),
    log=st.booleans(),
    glyphs=st.sampled_from([BLOCKS, BRAILLE, ASCII]),
)
def test_no_two_labels_overlap(
    width: int,
    shown: list[float | None],
    done: list[tuple[int, str]],
    height: int,
    count: int,
    log: bool,
    glyphs: Glyphs,
) -> None:
    height = max(height, 4 * count + 4)
    marked = lanes(shown, done, width, height, count, log, glyphs)
    drawn = marked.lines()
    lines = [plain(line) for line in drawn]
    assert [width_of(line) for line in drawn] == [width] * height
    titles = [line for line in lines if GROUP in line]
    assert len(titles) == count
    axis = next(at for at, line in reversed(list(enumerate(lines))) if line[GUTTER - 1] == glyphs.corner)
    gutters = [line[: GUTTER - 2].strip() for line in lines[:axis] if line[GUTTER - 1] == glyphs.axis]
    assert all(re.fullmatch(r"[\d.]+ [kMGTPEZY]?B", told) for told in gutters if told), gutters

    # Each clock time is whole, and has room around it.
    times = TIME.findall(lines[axis])
    assert len(re.findall(r"\d", lines[axis][GUTTER:])) == 4 * len(times)
    assert not re.search(r"\d\d:\d\d\d", lines[axis])

    # Every mark is told of by its number, once, on a row of its own.
    if done:
        whole = set()
        for label in re.findall(r"(\d+)-(\d+)|(\d+)", lines[1]):
            first, last = (label[0], label[1]) if label[0] else (label[2], label[2])
            whole |= set(range(int(first), int(last) + 1))
        assert whole >= set(range(1, len(done) + 1)), lines[1]
        names = {name for _, name in done}
        if len(lines) - axis > 1:
            legend = " ".join(lines[axis + 1 :])
            assert all(name in legend for name in names) or " more" in legend
    # What is drawn of the data is what is drawn without any mark.
    rows = marked._lanes[0].rows
    if count == 1 and rows:
        bare = lanes(shown, [], width, rows + 2, 1, log, glyphs)
        without = [plain(line) for line in bare.lines()[1 : rows + 1]]
        top = marked._lanes[0].top
        blank = {" ", glyphs.cursor, glyphs.mark}
        for line, other in zip(lines[top : top + rows], without, strict=True):
            apart = [at for at, pair in enumerate(zip(line, other, strict=True)) if pair[0] != pair[1]]
            assert all(line[at] == glyphs.mark and other[at] in blank for at in apart)
