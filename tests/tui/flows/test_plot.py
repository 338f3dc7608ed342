"""The graph, as strings: no app runs here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tui.flows.flow import Flow, Layer
from tui.flows.lanes import Lanes, graph
from tui.flows.marks import Mark
from tui.flows.plot import sparkline
from tui.flows.ruler import linear, logarithmic
from tui.flows.timescale import Point, Timescale, frame
from tui.flows.view import with_cursor
from tui.look.graphs import ASCII, BLOCKS, BRAILLE, STYLES, Glyphs
from tui.look.lines import Line, plain, width_of

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def minutes(*values: float | None) -> tuple[Point, ...]:
    return tuple((START + at * MINUTE, value) for at, value in enumerate(values))


def flow(*values: float | None, span: int | None = None, **other: Any) -> Flow:
    until = START + (span or len(values)) * MINUTE
    known = {"title": "/aws/app", "notes": (), "now": until, "period_seconds": 60, **other}
    return Flow(points=minutes(*values), since=START, until=until, **known)


def drawn(shown: Flow | Sequence[Flow], width: int, height: int, glyphs: Glyphs = BLOCKS) -> list[str]:
    flows = (shown,) if isinstance(shown, Flow) else tuple(shown)
    lines = Lanes(flows, width, height, glyphs).lines()
    assert [width_of(line) for line in lines] == [width] * height
    return [plain(line) for line in lines]


def test_bars_stand_on_zero_and_labels_at_exact_heights() -> None:
    assert drawn(flow(*(1_000_000 * step for step in range(17))), 26, 6) == [
        "─ /aws/app ───────────────",
        "  16 MB ┤             ▂▄▆█",
        "        │         ▂▄▆█████",
        "   8 MB ┤     ▂▄▆█████████",
        "        │_▂▄▆█████████████",
        "  0/min ┼┬13:00────┬13:10─",
    ]


def test_a_gap_is_nothing_and_zero_is_a_tick() -> None:
    assert drawn(flow(5, None, 0, 5), 4, 3)[1] == "█ _█"


def test_the_fresh_end_of_the_axis_is_left_empty() -> None:
    lines = drawn(flow(*[3] * 10, span=20, now=START + 10 * MINUTE), 29, 4)
    assert lines[-1] == "  0/min ┼┬13:00─────" + " " * 9
    assert lines[-2][9:] == "█" * 10 + " " * 10


@pytest.mark.parametrize("width", range(30, 205, 7))
@pytest.mark.parametrize("glyphs", [BLOCKS, BRAILLE])
def test_the_last_hour_is_an_hour_at_every_width(width: int, glyphs: Glyphs) -> None:
    """Whatever the width: no older point is drawn, none of the hour is left out."""
    now = START + 3 * 60 * MINUTE + timedelta(seconds=17)
    since, until = frame(now, timedelta(hours=1), 60)
    first = now.replace(second=0) - timedelta(hours=1)
    assert since <= first
    assert now < until

    def shown(*with_bytes: int) -> bool:
        points = tuple((START + at * MINUTE, 9.0 if at in with_bytes else None) for at in range(180))
        told = Flow("", (), points, since, until, now, 60, first=first)
        return any(set(plain(line)[9:].strip()) - set("│┊") for line in graph(told, width, 8, glyphs)[1:-1])

    assert not shown(*range(120))
    assert all(shown(at) for at in range(120, 180))


def test_a_window_moves_in_jumps_and_always_holds_its_span() -> None:
    windows = set()
    for second in range(0, 3600, 20):
        now = START + timedelta(seconds=second)
        since, until = frame(now, timedelta(hours=1), 60)
        assert since <= now - timedelta(hours=1)
        assert now < until
        windows.add(since)
    assert len(windows) <= 14


def test_what_was_not_read_has_no_axis_under_it() -> None:
    late = replace(flow(*[5.0] * 30), first=START + 20 * MINUTE)
    assert drawn(late, 39, 4)[-1][9:29].strip() == ""
    assert drawn(late, 39, 4)[-2][9:] == " " * 20 + "█" * 10


def test_the_baseline_is_dashed_over_bars_and_gaps_and_hides_no_bars_end() -> None:
    shown = flow(*[8] * 4, *[None] * 4, *[4] * 4, baseline=minutes(*[5] * 10, None, 0))
    assert drawn(shown, 21, 6)[1:] == [
        "    8 B ┤████        ",
        "        │╌╌╌╌╌╌╌╌╌╌  ",
        "    4 B ┤████    ████",
        "        │████    ████",
        "  0/min ┼┬13:00──────",
    ]


def test_the_axis_has_room_for_the_baseline() -> None:
    shown = flow(*[1] * 20, baseline=minutes(*[90] * 20))
    assert "100 B" in drawn(shown, 29, 6)[1]


def test_braille_is_twice_as_fine_and_has_four_steps_a_cell() -> None:
    assert drawn(flow(4, 3, 2, 1, None, 0, 8, None), 4, 3, BRAILLE)[1] == "⣤⣀_⡇"


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 2), (2, 1), (15, 3), (18, 2), (80, 1), (200, 60)])
def test_any_size_is_exactly_filled(width: int, height: int) -> None:
    marks = (Mark(START + 3 * MINUTE, "deactivate"),)
    for values in ((), (7.0,), (None, None), (0.0, 0.0, 0.0), tuple(float(n) for n in range(500))):
        for glyphs in (BLOCKS, BRAILLE, ASCII, STYLES["numbers"]):
            shown = flow(*values, span=60, marks=marks, baseline=minutes(*range(70)), log=bool(width % 2))
            drawn(shown, width, height, glyphs)
            layers = (Layer("/a", minutes(*values)), Layer("/b", ()))
            drawn([replace(shown, layers=layers), shown], width, height, glyphs)


def test_nothing_but_zeros_lies_on_the_ground() -> None:
    lines = drawn(flow(*[0] * 10), 19, 6)
    assert lines[4] == "        │" + "_" * 10
    assert all(line[9:].strip() == "" for line in lines[1:4])


def test_a_terabyte_fills_the_column_and_has_its_unit() -> None:
    lines = drawn(flow(*[1e12] * 10), 19, 6)
    assert lines[1] == "   1 TB ┤" + "█" * 10
    assert lines[3] == " 500 GB ┤" + "█" * 10


def test_the_smallest_flow_can_be_seen() -> None:
    assert drawn(flow(1e9, 1), 2, 5)[3] == "█▁"


def test_on_a_logarithmic_scale_each_power_of_ten_is_as_high() -> None:
    lines = drawn(flow(*[1e3] * 5, *[1e4] * 5, *[1e5] * 5, *[0] * 2, *[1e6] * 5, log=True), 31, 8)
    assert [line[:8].strip() for line in lines[1:]] == ["1 MB", "", "100 kB", "", "10 kB", "", "1 kB"]
    assert lines[1][9:] == " " * 17 + "█" * 5
    assert lines[3][9:] == " " * 10 + "█" * 5 + "  " + "█" * 5
    assert lines[6][9:] == "▁" * 5 + "█" * 10 + "__" + "█" * 5


@pytest.mark.parametrize("rows", range(1, 40))
def test_labels_stand_where_their_value_does_with_some_between(rows: int) -> None:
    for largest in (0, 1, 7, 1234, 5e6, 9.99e11):
        ruler = linear(largest, rows)
        assert ruler.top >= largest
        assert all(ruler.height(value) == pytest.approx(row) for row, value in ruler.labels.items())
        assert len(ruler.labels) >= min(rows, 2) + 1
        powers = logarithmic(max(1, largest / 1e4), largest, rows)
        assert powers.top >= largest
        assert all(powers.height(value) == pytest.approx(row) for row, value in powers.labels.items())


def test_marks_are_numbered_with_their_names_where_nothing_else_is_written() -> None:
    marks = (Mark(START + 20 * MINUTE, "deactivate"), Mark(START + 33 * MINUTE, "deny"))
    lines = drawn(flow(*[9e6] * 20, *[None] * 20, marks=marks), 49, 6)
    assert lines[1][9 + 20 :] == "1 deactivate 2 deny "
    assert all(line[29] == line[42] == "┃" for line in lines[2:5])
    assert lines[5][29] == lines[5][42] == "┸"
    assert lines[4][9:29] == "█" * 20


def test_a_mark_hides_no_bar() -> None:
    marks = (Mark(START + 5 * MINUTE, "deny"),)
    bare, marked = flow(*[3, 9] * 10), flow(*[3, 9] * 10, marks=marks)
    with_mark, without = drawn(marked, 29, 7), drawn(bare, 29, 6)
    assert [line[14] for line in with_mark[2:6]] == [
        line[14] if line[14] != " " else "┃" for line in without[1:5]
    ]


def test_marks_too_close_for_their_numbers_share_one_and_all_are_in_the_legend() -> None:
    names = ("deactivate", "deny", "replace", "groups off")
    marks = tuple(Mark(START + (30 + at) * MINUTE, name) for at, name in enumerate(names))
    lines = drawn(flow(*[9e6] * 30, *[None] * 10, marks=marks), 69, 14)
    assert "1-3 4" in lines[1]
    assert lines[-2].strip() == "1 deactivate 13:30:00 · 2 deny 13:31:00 · 3 replace 13:32:00"
    assert lines[-1].strip() == "4 groups off 13:33:00"
    low = drawn(flow(*[9e6] * 30, *[None] * 10, marks=marks), 69, 6)
    assert "1 deactivate · 2 deny · 3 replace" in low[1]


def test_one_line_goes_through_all_lanes() -> None:
    marks = (Mark(START + 30 * MINUTE, "deactivate"),)
    shown = [flow(*[9e6] * 40, marks=marks, title=title) for title in ("/a", "/b", "/c")]
    lines = Lanes(shown, 69, 20).lines()
    at = 9 + 45
    column = [cell for line in lines[1:-2] for cell in [_role(line, at)]]
    assert column == ["mark"] * len(column)
    assert len(column) == 17


def _role(line: Line, at: int) -> str:
    for text, role in line:
        if at < len(text):
            return role
        at -= len(text)
    raise IndexError


def test_marks_outside_the_window_are_left_out() -> None:
    marks = (Mark(START - MINUTE, "deactivate"), Mark(START + 99 * MINUTE, "deny"))
    assert not any("de" in line for line in drawn(flow(1, 2, span=40, marks=marks), 46, 4))


def test_what_comes_after_what_was_to_stop_it_has_another_tone() -> None:
    marks = (Mark(START + 5 * MINUTE, "deactivate"),)
    lines = graph(flow(*[9] * 20, marks=marks, stopped=marks[0].at), 29, 6)
    assert [_role(lines[4], 9 + at) for at in (4, 5, 6, 19)] == ["bar 1", "mark", "late bar", "late bar"]


def test_the_cursor_reads_time_and_value_and_says_where_there_is_none() -> None:
    shown = flow(*[1_000_000] * 10, None, *[9_000_000] * 9)
    at = with_cursor(shown, START + 12 * MINUTE)
    assert at.notes[0] == "13:12 9.0 MB/min · min 1.0 mean 4.8 max 9.0 last 9.0 MB/min"
    assert with_cursor(shown, START + 10 * MINUTE).notes[-1] == "13:10 no point"
    assert with_cursor(shown, START + 99 * MINUTE) == shown
    lines = Lanes((at,), 29, 6).lines()
    assert [plain(line)[21] for line in lines[1:5]] == ["┊", "█", "█", "█"] or _role(lines[4], 21) == "accent"
    assert {_role(line, 21) for line in lines[1:5]} == {"accent"}


def test_a_column_that_is_pointed_at_is_the_period_that_is_drawn_there() -> None:
    lanes = Lanes((flow(*range(20)),), 49, 6)
    assert lanes.moment(3) is None
    for x in range(9, 49):
        moment = lanes.moment(x)
        assert moment is not None
        assert lanes.scale.cell(moment + MINUTE / 2) in (x - 9, x - 10, x - 8)


def test_a_column_of_several_periods_shows_the_largest_and_is_a_gap_only_if_all_are() -> None:
    assert drawn(flow(1, 9, None, None, None, 4), 3, 3)[1] == "▇ ▃"


def test_a_period_of_several_columns_is_repeated() -> None:
    assert drawn(flow(4, 8), 8, 3)[1] == "▄▄▄▄████"


def test_flows_that_are_stacked_are_told_apart_without_colour() -> None:
    one, other = minutes(*[3] * 10), minutes(*[1] * 5, *[None] * 5)
    layers = (Layer("/a", one), Layer("/b", other))
    lines = drawn(flow(*[4] * 5, *[3] * 5, layers=layers), 29, 14)
    assert lines[-1].strip() == "█ /a   ▓ /b"
    columns = ["".join(line[at] for line in lines[1:-2]).replace(" ", "") for at in (10, 20)]
    assert columns[0].count("█") == columns[1].count("█") == 3 * columns[0].count("▓")
    assert "▓" not in columns[1]


def test_ascii_is_ascii() -> None:
    marks = (Mark(START + 5 * MINUTE, "deny"),)
    layers = (Layer("/a", minutes(*range(40))),)
    for other in ({}, {"layers": layers}, {"log": True}):
        shown = flow(
            *range(40), title="a group", notes=("note",), marks=marks, cursor=START + MINUTE, **other
        )
        assert all(plain(line).replace("·", ".").isascii() for line in graph(shown, 60, 14, ASCII))


def test_days_are_dated() -> None:
    shown = Flow("", (), (), START - timedelta(days=3), START, START, 3600)
    assert "11-22" in plain(graph(shown, 70, 3)[-1])


def test_a_scale_fits_any_number_of_cells() -> None:
    scale = Timescale(START, START + 60 * MINUTE, 52)
    chosen = scale.largest(minutes(*range(60)), MINUTE)
    assert len(chosen) == 52
    assert None not in chosen
    assert chosen == sorted(chosen, key=lambda index: index or 0)


def test_a_sparkline_is_as_wide_as_asked_and_keeps_its_gaps() -> None:
    assert sparkline(minutes(4, None, 8, 0), 6) == "  ▄ ▇_"
    assert sparkline([], 3) == "   "
    assert sparkline(minutes(*range(100)), 2) == "▇▇"


def test_numbers_tell_the_same_in_sentences() -> None:
    marks = (Mark(START + 5 * MINUTE, "deny"),)
    shown = flow(*[1000] * 30, 9000, *[None] * 29, title="g", marks=marks)
    told = [plain(line).rstrip() for line in graph(shown, 90, 8, STYLES["numbers"])]
    assert told == [
        "  g",
        " Last 9.0 kB/min at 13:30, maximum 9.0 kB/min at 13:30, minimum 1.0 kB/min at 13:00, mean",
        " 1.3 kB/min; 31 points, 29 missing.",
        " 1 deny at 13:05.",
        " Means: from 13:00 1.0 kB/min, from 13:10 1.0 kB/min, from 13:20 1.0 kB/min, from 13:30",
        " 9.0 kB/min, from 13:40 no point, from 13:50 no point.",
        "",
        "",
    ]
    nothing = replace(shown, points=(), unit="events")
    assert plain(graph(nothing, 20, 2, STYLES["numbers"])[1]).strip() == "No points."


def test_the_title_says_how_fresh_it_is_as_fully_as_fits() -> None:
    notes = ("flowing 1 MB/min · newest point 2 min old", "flowing 1 MB/min", "▶")
    shown = flow(1, notes=notes)
    assert plain(graph(shown, 80, 4)[0]).startswith(
        "─ /aws/app ── flowing 1 MB/min · newest point 2 min old ──"
    )
    assert plain(graph(shown, 36, 4)[0]) == "─ /aws/app ── flowing 1 MB/min ─────"
    assert plain(graph(shown, 20, 4)[0]) == "─ /aws/app ── ▶ ────"
