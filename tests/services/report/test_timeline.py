"""The attack and the response on one axis: where each begins, and labels that keep off each other."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from services.report import timeline
from services.report.html import to_html
from services.report.model import Report
from services.report.plot import Mark
from services.report.scales import broken
from tests.services.report.conftest import Written, at, event, reading_of, review_of
from tests.services.report.test_pictures import SVG, drawn, graph, number, of_class, words

OWN = "198.51.100.7"
LETTER = 7.0


def narrow(report: Report) -> SVG:
    return drawn(timeline.timeline(report, 350, narrow=True))


def attacked(written: Written, *clocks: str) -> Report:
    """The owner's calls of days before, and one from a new address at each of *clocks*."""
    new = [f"203.0.113.{n}" for n in range(len(clocks))]
    theirs = [event(clock, source_ip=each) for clock, each in zip(clocks, new, strict=True)]
    owners = [event(f"2026-11-2{n}T08:00:00Z", source_ip=OWN) for n in range(3)]
    headline = {"words": "New.", "suspected": True, "new": {"addresses": new}}
    written.opened()
    written.switched("14:02:10", "14:02:11", "14:02:12")
    written.reviewed("14:03:00", review_of(*owners, *theirs, headline=headline))
    return written.report(at("14:10:00"))


def span(label: SVG) -> tuple[float, float]:
    x, length = number(label.get("x")), LETTER * len(label.text or "")
    match label.get("text-anchor"):
        case "end":
            return x - length, x
        case "middle":
            return x - length / 2, x + length / 2
        case _:
            return x, x + length


def lane_of(svg: SVG, name: str) -> list[SVG]:
    """What is drawn in the lane *name*."""
    parts = list(svg)
    first = next(n for n, part in enumerate(parts) if part.get("class") == "name" and part.text == name)
    rest = parts[first + 1 :]
    last = next((n for n, part in enumerate(rest) if part.get("class") == "lane"), len(rest))
    return rest[:last]


def test_calls_from_new_addresses_have_a_lane_of_their_own(written: Written) -> None:
    svg = drawn(timeline.timeline(attacked(written, "13:58:00", "13:59:00", "14:01:00"), 860))
    names = [part.text for part in of_class(svg, "name")]
    assert names[:3] == ["attack", "new addresses", "allowed calls"]
    strokes = [part for part in lane_of(svg, "new addresses") if part.get("class") == "let-in"]
    assert len(strokes) == 3
    assert len([part for part in lane_of(svg, "attack") if part.get("class") == "sign attack"]) == 3


def test_without_a_new_address_there_is_no_such_lane(whole: Written) -> None:
    names = {part.text for part in of_class(drawn(timeline.timeline(whole.report(), 860)), "name")}
    assert not names & {"attack", "new addresses"}


def test_the_axis_begins_with_the_attack_and_not_with_the_case_or_the_owner(written: Written) -> None:
    svg = drawn(timeline.timeline(attacked(written, "13:50:00", "13:58:00"), 860))
    assert (svg.findtext("title") or "").startswith("What was done when, 2026-11-23 13:50:00 UTC to")
    (opened,) = of_class(svg, "moment")
    lane = lane_of(svg, "new addresses")
    assert min(number(part.get("x")) for part in lane) < number(opened.get("x1")) - 100
    assert not [word for word in words(svg) if word.startswith("11-2")], "of the days before nothing is drawn"


def test_of_an_attack_in_one_place_the_first_sign_is_seen(written: Written) -> None:
    clocks = [f"13:{50 + n // 60}:{n % 60:02}" for n in range(0, 200, 5)]
    svg = drawn(timeline.timeline(attacked(written, *clocks), 860))
    signs = [part.findtext("title") or "" for part in lane_of(svg, "attack")]
    assert signs[0].startswith("2026-11-23 13:50:00 UTC: First call from 203.0.113.0")
    assert len(signs) > 5


@pytest.mark.parametrize(
    ("closed", "labels"),
    [
        ("14:58:00", ["opened", "closed"]),
        ("14:24:00", ["opened", "closed"]),
        ("14:04:00", ["opened, closed"]),
    ],
)
def test_the_names_of_opening_and_close_keep_off_each_other(
    written: Written, closed: str, labels: list[str]
) -> None:
    # For so long before the case, and so often, that nothing is cut out.
    attacked(written, *(f"{13 + n // 60}:{n % 60:02}:00" for n in range(0, 62, 8)))
    written.line(closed, "closed")
    svg = narrow(written.report())
    named = [part for part in of_class(svg, "tick") if part.get("y") == "11"]
    assert [part.text for part in named] == labels
    spans = [span(part) for part in named]
    assert all(0 <= begin < end <= 350 for begin, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_the_name_of_a_late_opening_is_inside_the_picture(written: Written) -> None:
    svg = drawn(
        timeline.timeline(attacked(written, *(f"{10 + n // 10}:{n % 10 * 6:02}:00" for n in range(40))), 860)
    )
    (label,) = [part for part in of_class(svg, "tick") if part.text == "opened"]
    assert span(label)[1] <= 860


@pytest.mark.parametrize("width", [350, 860])
def test_what_is_said_of_a_sign_keeps_off_the_others(written: Written, width: float) -> None:
    written.opened("14:00:00")
    for minute in (1, 4, 5, 30):
        back = minute + 1
        written.switched(*[f"14:{minute:02}:00"] * 3)
        written.switched(*[f"14:{back:02}:30"] * 3, status="Active")
    svg = drawn(timeline.timeline(written.report(at("14:40:00")), width, narrow=width < 400))
    lane = lane_of(svg, "deactivate")
    said = [span(part) for part in lane if part.get("class") == "said"]
    signs = [number(ring.get("cx")) for part in lane for ring in part.iter("circle")]
    assert said
    assert len(signs) > len(said)
    assert not [x for x in signs for begin, end in said if begin - 5 < x < end + 5]


def test_a_long_name_of_a_lane_ends_before_the_picture(written: Written) -> None:
    written.opened()
    step = "a-step-of-a-version-that-is-not-known-here"
    written.ok("14:05:01", written.intent("14:05:00", step, "UpdateAccessKey"))
    (name,) = of_class(drawn(timeline.timeline(written.report(), 860)), "name")
    assert (name.text or "").startswith("a-step-of-")
    assert (name.text or "").endswith("…")
    assert span(name)[1] <= 118


def test_that_time_is_compressed_is_said_where_it_is(written: Written, whole: Written) -> None:
    said = "Where the axis is dotted, time is compressed."
    assert said not in to_html(whole.report())
    written.line("20:00:00", "note", text="Much later.")
    assert said in to_html(written.report(at("20:00:10")))


@pytest.mark.parametrize("width", [350, 860])
def test_a_graph_of_two_hours_has_more_than_one_time(width: float) -> None:
    svg = graph(reading_of(*[1.0] * 115), width=width)
    assert {"13:30", "14:00", "14:30"} <= set(words(svg))


def test_many_silences_leave_room_for_what_happened() -> None:
    moments = [at("14:00:00") - timedelta(minutes=11 * 3**n) for n in range(12)]
    scale = broken([*moments, at("14:00:00")], 14, 336)
    assert len(scale.breaks) > 10
    assert all(part.left <= part.right for part in scale.parts)
    ends = [edge for part in scale.parts for edge in (part.left, part.right)]
    assert ends == sorted(ends)
    assert 14 <= ends[0] < ends[-1] <= 336.01


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    morning = [at(f"2027-01-02T09:{n:02}:00Z") for n in range(0, 50, 2)]
    scale = broken([at("14:00:00"), at("14:30:00"), *morning], 0, 800)
    labels = [tick.label for tick in scale.ticks(72, at("14:00:00"))]
    (first,) = [label for label in labels if "-" in label]
    assert first.startswith("2027-01-02 09:")


def test_of_many_marks_in_one_place_the_first_is_named_and_the_others_counted() -> None:
    names = ("deactivate", "reactivate", "access keys off", "access keys on", "deny", "undo deny")
    marks = [Mark(at("13:30:00") + timedelta(seconds=n), name) for n, name in enumerate(names)]
    (label,) = of_class(graph(reading_of(*[1.0] * 60), *marks, width=350), "marked")
    assert "".join(label.itertext()).endswith("deactivate and 5 more")
    assert "access keys on, deny" in (label.findtext("title") or "")
    (whole,) = of_class(graph(reading_of(*[1.0] * 60), *marks, width=1400), "marked")
    assert "".join(whole.itertext()).endswith(" · ".join(names))


def test_a_mark_with_an_endless_name_is_cut() -> None:
    (label,) = of_class(graph(reading_of(*[1.0] * 60), Mark(at("13:30:00"), "x" * 400), width=350), "marked")
    name = label.find("title")
    assert name is not None
    assert (name.tail or "").endswith("x…")
    assert len(name.tail or "") < 40
