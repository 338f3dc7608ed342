"""The graph, as strings: no app runs here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.base.sizes import nice_top
from tui.flows.flow import Flow
from tui.flows.graph import graph
from tui.flows.plot import Mark, plot, sparkline
from tui.flows.timescale import Point, Timescale, frame
from tui.look.graphs import ASCII, BLOCKS, BRAILLE, STYLES, Glyphs
from tui.look.lines import plain, width_of

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def minutes(*values: float | None) -> list[Point]:
    return [(START + at * MINUTE, value) for at, value in enumerate(values)]


def drawn(
    points: Sequence[Point],
    width: int,
    height: int,
    *,
    span: int,
    marks: Sequence[Mark] = (),
    now: datetime | None = None,
    glyphs: Glyphs = BLOCKS,
    baseline: Sequence[Point] = (),
) -> list[str]:
    lines = plot(
        points,
        marks,
        width,
        height,
        since=START,
        until=START + span * MINUTE,
        now=now or START + span * MINUTE,
        period_seconds=60,
        glyphs=glyphs,
        baseline=baseline,
    )
    assert len(lines) == height
    assert all(width_of(line) == width for line in lines)
    return [plain(line) for line in lines]


def test_bars_stand_on_zero_and_reach_the_top() -> None:
    ramp = minutes(*(1_000_000 * step for step in range(17)))
    assert drawn(ramp, 23, 3, span=17) == [
        " 20M ┤           ▁▂▂▃▄▅",
        " 10M ┤_▁▂▂▃▄▅▆▆▇███████",
        "   0 ┼┬13:00────┬13:10─",
    ]


def test_a_gap_is_nothing_and_zero_is_a_tick() -> None:
    lines = drawn(minutes(5, None, 0, 5), 4, 2, span=4)
    assert lines[0] == "█ _█"


def test_the_fresh_end_of_the_axis_is_left_empty() -> None:
    lines = drawn(minutes(*[3] * 10), 26, 3, span=20, now=START + 10 * MINUTE)
    assert lines[-1] == "   0 ┼┬13:00─────" + " " * 9
    assert lines[0][6:16] == "█" * 10
    assert lines[0][16:].strip() == ""


def test_what_was_not_read_has_no_axis_under_it() -> None:
    later = [(START + (20 + at) * MINUTE, 5.0) for at in range(10)]
    assert drawn(later, 36, 3, span=30)[-1][6:26].strip() == ""


def test_the_baseline_is_dashed_over_bars_and_gaps_and_hides_no_bars_end() -> None:
    flow = minutes(*[8] * 4, *[None] * 4, *[4] * 4)
    usual = minutes(*[5] * 10, None, 0)
    assert drawn(flow, 18, 5, span=12, baseline=usual) == [
        "   8 ┤████        ",
        "     ┤╌╌╌╌╌╌╌╌╌╌  ",
        "   4 ┤████    ████",
        "     ┤████    ████",
        "   0 ┼┬13:00──────",
    ]


def test_the_axis_has_room_for_the_baseline() -> None:
    assert drawn(minutes(*[1] * 20), 26, 4, span=20, baseline=minutes(*[90] * 20))[0][:6] == " 100 ┤"


def test_braille_is_twice_as_fine_and_has_four_steps_a_cell() -> None:
    flow = minutes(4, 3, 2, 1, None, 0, 8, None)
    assert drawn(flow, 4, 2, span=8, glyphs=BRAILLE)[0] == "⣤⣀_⡇"
    assert drawn(minutes(*range(9)), 5, 3, span=9, glyphs=BRAILLE)[:2] == ["   ⣠⣾", "_⣠⣾⣿⣿"]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 2), (2, 1), (15, 3), (16, 2), (80, 1), (200, 60)])
def test_any_size_is_exactly_filled(width: int, height: int) -> None:
    mark = Mark(START + 3 * MINUTE, "deactivate")
    for values in ((), (7.0,), (None, None), (0.0, 0.0, 0.0), tuple(float(n) for n in range(500))):
        for glyphs in (BLOCKS, BRAILLE, ASCII):
            usual = minutes(*range(70))
            drawn(minutes(*values), width, height, span=60, marks=[mark], glyphs=glyphs, baseline=usual)


def test_one_point_in_one_column() -> None:
    assert drawn(minutes(5), 1, 1, span=1) == ["█"]
    assert drawn(minutes(None), 1, 1, span=1) == [" "]


def test_nothing_but_zeros_lies_on_the_ground() -> None:
    lines = drawn(minutes(*[0] * 10), 16, 4, span=10)
    assert lines[0] == "   1 ┤" + " " * 10
    assert lines[2] == "     ┤" + "_" * 10


def test_a_terabyte_fills_the_column_and_has_its_unit() -> None:
    lines = drawn(minutes(*[1e12] * 10), 16, 5, span=10)
    assert lines[0] == "  1T ┤" + "█" * 10
    assert lines[2] == "500G ┤" + "█" * 10


def test_the_smallest_flow_can_be_seen() -> None:
    assert drawn(minutes(1e9, 1), 2, 4, span=2)[2] == "█▁"


def test_marks_stand_in_their_column_with_their_name() -> None:
    flow = minutes(*[9e6] * 20, *[None] * 20)
    marks = [Mark(START + 20 * MINUTE, "deactivate"), Mark(START + 33 * MINUTE, "deny")]
    lines = drawn(flow, 46, 4, span=40, marks=marks)
    assert lines[0][26:] == "┃deactivate  ┃deny  "
    assert lines[1][26] == lines[2][26] == "┃"
    assert lines[3][26] == lines[3][39] == "┸"


def test_a_name_goes_left_of_its_mark_at_the_edge_and_never_over_another() -> None:
    marks = [Mark(START + 37 * MINUTE, "deactivate"), Mark(START + 39 * MINUTE, "deny")]
    lines = drawn(minutes(*[None] * 40), 46, 4, span=40, marks=marks)
    assert "deactivate┃" in lines[0]
    assert "deny" in lines[1]


def test_marks_outside_the_window_are_left_out() -> None:
    marks = [Mark(START - MINUTE, "deactivate"), Mark(START + 99 * MINUTE, "deny")]
    assert not any("de" in line for line in drawn(minutes(1, 2), 46, 4, span=40, marks=marks))


def test_a_column_of_several_periods_shows_the_largest_and_is_a_gap_only_if_all_are() -> None:
    points = minutes(1, 9, None, None, None, 4)
    assert drawn(points, 3, 1, span=6) == ["▇ ▃"]


def test_a_period_of_several_columns_is_repeated() -> None:
    assert drawn(minutes(4, 8), 8, 1, span=2) == ["▄▄▄▄████"]


def test_ascii_is_ascii() -> None:
    mark = Mark(START + 5 * MINUTE, "deny")
    flow = Flow(
        "a group", ("note",), tuple(minutes(*range(40))), START, START + 40 * MINUTE, START, 60, (mark,)
    )
    assert all(plain(line).isascii() for line in graph(flow, 60, 8, ASCII))


def test_columns_of_several_periods_do_not_shimmer() -> None:
    """The same minute stays in the same bucket while the window moves on."""
    scales = [Timescale.over(START + n * MINUTE, START + (90 + n) * MINUTE, 60, 30) for n in range(10)]
    assert {scale.start % scale.seconds for scale in scales} == {0}


def test_the_window_moves_in_jumps_and_always_holds_now() -> None:
    windows = set()
    for second in range(0, 3600, 20):
        now = START + timedelta(seconds=second)
        since, until = frame(now, timedelta(hours=1), 60)
        assert since <= now < until
        assert until - since == timedelta(hours=1)
        windows.add(since)
    assert len(windows) <= 10


def test_days_are_dated() -> None:
    lines = plot(
        [],
        [],
        70,
        3,
        since=START - timedelta(days=3),
        until=START,
        now=START,
        period_seconds=3600,
    )
    assert "11-22" in plain(lines[-1])


@pytest.mark.parametrize(
    ("largest", "top"), [(0, 1), (1, 1), (1.2, 1.5), (11, 15), (99, 100), (1e6, 1e6), (1_000_001, 1_500_000)]
)
def test_the_axis_ends_at_a_round_number(largest: float, top: float) -> None:
    assert nice_top(largest) == pytest.approx(top)


def test_a_sparkline_is_as_wide_as_asked_and_keeps_its_gaps() -> None:
    assert sparkline(minutes(4, None, 8, 0), 6) == "  ▄ █_"
    assert sparkline([], 3) == "   "
    assert sparkline(minutes(*range(100)), 2) == "██"


def test_numbers_tell_the_same_in_sentences() -> None:
    mark = Mark(START + 5 * MINUTE, "deny")
    points = tuple(minutes(*[1000] * 30, 9000, *[None] * 29))
    flow = Flow("g", (), points, START, START + 60 * MINUTE, START + 59 * MINUTE, 60, (mark,))
    told = [plain(line).rstrip() for line in graph(flow, 90, 8, STYLES["numbers"])]
    assert told == [
        "  g",
        " Newest 9.0 kB at 13:30, largest 9.0 kB at 13:30; 31 points, 29 missing.",
        " deny at 13:05.",
        " Means: from 13:00 1.0 kB, from 13:10 1.0 kB, from 13:20 1.0 kB, from 13:30 9.0 kB, from",
        " 13:40 no point, from 13:50 no point.",
        "",
        "",
        "",
    ]
    nothing = replace(flow, points=(), unit="events")
    assert plain(graph(nothing, 20, 2, STYLES["numbers"])[1]).strip() == "No points."


def test_the_title_says_how_fresh_it_is_as_fully_as_fits() -> None:
    notes = ("flowing 1 MB/min · newest point 2 min old", "flowing 1 MB/min", "▶")
    flow = Flow("/aws/app", notes, (), START, START + MINUTE, START, 60)
    assert plain(graph(flow, 80, 4)[0]).startswith(
        "─ /aws/app ── flowing 1 MB/min · newest point 2 min old ──"
    )
    assert plain(graph(flow, 36, 4)[0]) == "─ /aws/app ── flowing 1 MB/min ─────"
    assert plain(graph(flow, 20, 4)[0]) == "─ /aws/app ── ▶ ────"
