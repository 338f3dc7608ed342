"""Spans in exactly the cells there are."""

from __future__ import annotations

import re

import pytest

from tui.look.lines import Line, changed, fit, plain, width_of, wrap


@pytest.mark.parametrize("width", [0, 1, 2, 5, 11, 40])
def test_fit_is_exact_whatever_the_width(width: int) -> None:
    line: Line = (("key ", "text"), ("日本語", "strong"), (" user", "quiet"))
    if width:
        assert width_of(fit(line, width)) == width
    else:
        assert plain(fit(line, 0)) == ""


def test_fit_says_that_it_cut() -> None:
    assert plain(fit((("cloudwatch", "text"),), 6)) == "cloud…"


def test_wrap_breaks_between_words_and_keeps_roles() -> None:
    line: Line = (("! ", "warn"), ("its user also has access keys", "text"))
    wrapped = wrap(line, 16, indent=2)
    assert [plain(part).rstrip() for part in wrapped] == ["! its user also", "  has access", "  keys"]
    assert wrapped[0][0] == ("! ", "warn")


def test_what_is_wrapped_fits_with_nothing_cut_off_its_last_word() -> None:
    risks: Line = (
        ("‼ never expires", "alarm"),
        ("  ", "text"),
        ("! old", "warn"),
        ("  ", "text"),
        ("! x", "warn"),
    )
    wrapped = wrap(risks, 22, indent=2)
    assert [plain(part) for part in wrapped] == ["‼ never expires  ! old", "  ! x"]
    for width in range(4, 40):
        assert all(
            width_of(part) <= width for part in wrap((("of 23:28 991 kB and 1.0 MB. ", "text"),), width)
        )


@pytest.mark.parametrize("width", [-3, 0, 1, 2])
def test_wrap_ends_where_there_is_hardly_any_room(width: int) -> None:
    """A widget is drawn before it has its size, too."""
    wrapped = wrap((("newest 12 kB", "text"),), width, indent=2)
    assert "".join("".join(plain(part).split()) for part in wrapped) == "newest12kB"


def test_wrap_breaks_a_word_longer_than_the_line() -> None:
    wrapped = wrap((("x" * 25, "text"),), 10)
    assert [plain(part) for part in wrapped] == ["x" * 10, "x" * 10, "x" * 5]
    assert "".join(plain(part) for part in wrap((("日" * 9, "text"),), 5)) == "日" * 9


def test_changed_names_the_cells_that_differ_and_no_more() -> None:
    old: Line = (("account 1", "text"), ("   14:02:09", "quiet"))
    new: Line = (("account 1", "text"), ("   14:02:10", "quiet"))
    assert changed(old, old) is None
    assert changed(old, new) == (18, 2)
    assert changed((("日本 a", "text"),), (("日本 b", "text"),)) == (5, 1)
    assert changed((("same", "text"),), (("same", "strong"),)) == (0, 4)


@pytest.mark.parametrize(
    "named",
    [
        "arn:aws:iam::123456789012:role/stanch-responder",
        "ACCARZPUZDIKEO67WR322",
        "0f9e8d7c-0000-4000-8000-000000000000",
        "123456789012",
    ],
)
def test_an_id_that_is_told_of_is_whole_or_not_there(named: str) -> None:
    told = f"Not allowed on {named}, by a boundary"
    for width in range(1, len(told) + 2):
        line = plain(fit(((told, "text"),), width))
        assert width_of(((line, "text"),)) == width
        assert named in line or not set(re.findall(r"\w{4,}", named)) & set(re.findall(r"\w{4,}", line)), line
        assert line.rstrip().endswith("…") or told in line
