"""The pictures, read as the SVG they are: from zero, gaps as gaps, marks where they belong."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from services.base.sizes import axis_size, nice_top, per, size
from services.report import plot, timeline
from services.report.markup import Safe, el
from services.report.plot import Mark
from services.report.scales import Straight, broken
from services.traffic.traffic import Reading
from tests.services.report.conftest import Written, at, event, reading_of, review_of

SVG = ElementTree.Element


def drawn(picture: Safe | None) -> SVG:
    assert picture is not None
    return ElementTree.fromstring(picture)


def of_class(svg: SVG, name: str) -> list[SVG]:
    return [part for part in svg.iter() if name in (part.get("class") or "").split()]


def words(svg: SVG) -> list[str]:
    return [found for part in svg.iter("text") if (found := "".join(part.itertext()))]


def graph(reading: Reading, *marks: Mark, width: float = 860) -> SVG:
    return drawn(plot.graph(reading.groups[0], reading, marks, width))


def number(text: str | None) -> float:
    assert text is not None
    return float(text)


def test_the_axis_is_from_zero_in_decimal_units() -> None:
    svg = graph(reading_of(18_400_000.0, 9_000_000.0))
    assert [word for word in words(svg) if "B" in word or word == "0"] == ["20 MB", "10 MB", "0"]


def test_heights_are_in_proportion() -> None:
    (line,) = of_class(graph(reading_of(20_000.0, 10_000.0, 0.0)), "line")
    ys = [float(y) for y in re.findall(r"(?:M\S+ |V)([\d.]+)", line.get("d") or "")]
    (top, half, zero) = sorted(set(ys))
    assert half - top == pytest.approx(zero - half, abs=0.2)
    assert zero - top == pytest.approx(plot.HEIGHT, abs=0.2)


def test_a_gap_is_a_gap_and_a_zero_is_a_line_on_the_ground() -> None:
    assert len(of_class(graph(reading_of(5.0, 6.0, None, None, 7.0, 0.0)), "line")) == 2
    assert of_class(graph(reading_of(None, None)), "line") == []
    (line,) = of_class(graph(reading_of(0.0, 0.0)), "line")
    (axis,) = [
        part for part in of_class(graph(reading_of(0.0, 0.0)), "axis") if part.get("x1") != part.get("x2")
    ]
    assert f"V{float(axis.get('y1') or 0):.1f}" in (line.get("d") or "")


def test_marks_stand_where_they_took_place() -> None:
    reading = reading_of(*[1.0] * 60)
    mark = Mark(at("13:32:00"), "deactivate")
    svg = graph(reading, mark, Mark(at("12:00:00"), "before all points"))
    (line,) = of_class(svg, "mark")
    points = reading.groups[0].points
    scale = Straight(points[0][0], reading.at, 64.0, 852.0)
    assert number(line.get("x1")) == pytest.approx(scale.x(mark.at), abs=0.01)
    assert "deactivate" in " ".join(words(svg))
    assert "before all points" not in " ".join(words(svg))


@pytest.mark.parametrize("width", [350, 860])
def test_no_names_of_marks_overlap(width: float) -> None:
    names = ("deactivate", "deny", "access keys off", "replace", "delete", "undo deny", "groups on")
    marks = [Mark(at("13:40:00") + timedelta(seconds=75 * n), name) for n, name in enumerate(names)]
    svg = graph(reading_of(*[1.0] * 60), *marks, width=width)
    spans: dict[str, list[tuple[float, float]]] = {}
    for label in of_class(svg, "marked"):
        name = label.find("title")
        assert name is not None
        x, length = number(label.get("x")), 6.0 * len(name.tail or "")
        span = (x - length, x) if label.get("text-anchor") == "end" else (x, x + length)
        spans.setdefault(label.get("y") or "", []).append(span)
    for row in spans.values():
        row.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(row))
    told = " · ".join(words(svg))
    assert all(name in told for name in names)


def test_a_long_silence_is_cut_and_said() -> None:
    scale = broken([at("2026-11-19T14:00:00Z"), *(at(f"14:0{n}:00") for n in range(6))], 0, 400)
    assert len(scale.parts) == 2
    ((x, length),) = scale.breaks
    assert length == timedelta(days=4)
    assert scale.parts[0].right < x < scale.parts[1].left
    assert scale.cut(at("2026-11-20T14:00:00Z")) == 0
    assert scale.cut(at("14:03:00")) is None
    assert scale.x(at("14:05:00")) == pytest.approx(400)


def test_what_is_even_is_not_cut() -> None:
    assert broken([at(f"{hour}:00:00") for hour in range(10, 20)], 0, 400).breaks == ()


def test_one_moment_alone_has_an_axis() -> None:
    scale = broken([at("14:00:00")], 0, 400)
    assert 0 <= scale.x(at("14:00:00")) <= 400
    assert [tick.label for tick in scale.ticks(72, at("13:00:00"))] == ["14:00"]


def test_the_first_label_of_another_day_says_which() -> None:
    morning = [at(f"2026-11-24T09:{n:02}:00Z") for n in range(0, 50, 2)]
    scale = broken([at("14:00:00"), at("14:30:00"), *morning], 0, 800)
    labels = [tick.label for tick in scale.ticks(72, at("14:00:00"))]
    (first,) = [label for label in labels if "-" in label]
    assert first.startswith("11-24 09:")
    assert all(label.startswith("09:") for label in labels[labels.index(first) + 1 :])
    assert labels[0] == "14:00"


@pytest.mark.parametrize("width", [350, 860])
def test_labels_of_an_axis_keep_apart(width: float) -> None:
    for hours in (1, 5, 30, 400):
        scale = Straight(at("13:00:00"), at("13:00:00") + timedelta(hours=hours), 0, width)
        ticks = scale.ticks()
        assert 2 <= len(ticks) <= width / 72 + 1
        assert all(after.x - before.x >= 71 for before, after in pairwise(ticks))


def test_the_timeline_has_a_lane_for_each_step(whole: Written) -> None:
    svg = drawn(timeline.timeline(whole.report(), 860))
    names = ["".join(part.itertext()) for part in of_class(svg, "name")]
    assert names == ["allowed calls", "denied calls", "deactivate", "replace", "delete", "review", "notes"]
    assert len(of_class(svg, "force")) == 1
    assert len(of_class(svg, "review")) == 1
    titles = [title.text for title in svg.iter("title")]
    assert "Make the key Inactive: enforced 2026-11-23 14:05:01 UTC" in titles
    assert {"opened", "closed"} <= set(words(svg))


@pytest.mark.parametrize("width", [350, 860])
def test_no_two_silences_are_told_in_one_place(written: Written, width: float) -> None:
    written.opened("12:00:00")
    for clock in ("12:00:05", "13:10:00", "13:10:02", "13:25:00", "20:00:00", "20:00:01", "23:00:00"):
        written.line(clock, "note", text="x")
    svg = drawn(timeline.timeline(written.report(at("23:00:10")), width, narrow=width < 400))
    told = [part for part in svg.iter() if (part.text or "").endswith((" min", " h", " s"))]
    places = sorted((number(part.get("x")), len(part.text or "") * 6.2 / 2) for part in told)
    assert places
    assert all(right - half > left + wide for (left, wide), (right, half) in pairwise(places))


def test_a_lever_has_a_band_as_long_as_it_was_down(written: Written) -> None:
    written.opened()
    written.switched("14:02:10", "14:02:11", "14:02:12")
    written.switched("14:08:00", "14:08:01", "14:08:02", status="Active")
    svg = drawn(timeline.timeline(written.report(at("14:14:00")), 860))
    (band,) = of_class(svg, "down")
    assert 300 < number(band.get("width")) < 400, "six of twelve minutes"


def test_failures_and_silence_have_signs_of_their_own(written: Written) -> None:
    written.opened()
    failed = written.intent("14:02:10", "deactivate", "UpdateServiceSpecificCredential")
    written.line("14:02:30", "outcome", intent=failed, ok=False, unknown=False, error="Throttled.")
    silent = written.intent("14:04:10", "replace", "CreateServiceSpecificCredential")
    written.line("14:04:40", "outcome", intent=silent, ok=False, unknown=True, error="no answer")
    svg = drawn(timeline.timeline(written.report(at("14:06:00")), 860))
    assert len(of_class(svg, "cross")) == 1
    assert len(of_class(svg, "query")) == 1


def test_many_calls_are_few_strokes(written: Written) -> None:
    written.opened()
    begin = at("14:03:00")
    used = [event((begin + timedelta(seconds=n)).isoformat()) for n in range(3000)]
    written.reviewed("14:55:00", review_of(*used))
    svg = drawn(timeline.timeline(written.report(), 860))
    assert 1 <= len(of_class(svg, "let-in")) < 400


def test_a_case_without_an_opening_has_no_timeline(written: Written) -> None:
    written.line("14:00:00", "note", text="?")
    assert timeline.both(written.report()) is None


def test_elements_escape_what_is_not_theirs() -> None:
    assert el("p", "a < b & c", class_='x"y') == '<p class="x&quot;y">a &lt; b &amp; c</p>'
    assert el("p", el("b", "x"), None) == "<p><b>x</b></p>"
    assert el("line", x1=1.5, x2=2.0, y1=0) == '<line x1="1.5" x2="2" y1="0"></line>'


@pytest.mark.parametrize(
    ("count", "written_as"),
    [(0, "0 B"), (999, "999 B"), (999.6, "1.0 kB"), (18_400_000, "18.4 MB"), (123_456, "123 kB")],
)
def test_sizes(count: float, written_as: str) -> None:
    assert size(count) == written_as


def test_axis_sizes() -> None:
    assert [axis_size(value) for value in (0, 500, 2500, 20_000_000)] == ["0", "500 B", "2.5 kB", "20 MB"]
    assert [nice_top(value) for value in (0, 1, 7, 11, 1_000_000, 38_400_000)] == [
        1,
        1,
        8,
        15,
        1_000_000,
        4e7,
    ]
    assert [per(seconds) for seconds in (1, 5, 60, 300, 3600)] == ["s", "5 s", "min", "5 min", "h"]
