"""Spans in exactly the cells there are, and no cell sent twice."""

from __future__ import annotations

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.app.shadow import Shadow
from tui.widgets.lines import Line, changed, fit, plain, width_of, wrap

BOLD = Style(bold=True)


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


def _update(*rows: list[Segment]) -> LayoutUpdate:
    width = sum(segment.cell_length for segment in rows[0])
    return LayoutUpdate([[Strip(row)] for row in rows], Region(0, 0, width, len(rows)))


def sent(shadow: Shadow, *rows: list[Segment]) -> str:
    console = Console(color_system="truecolor", force_terminal=True)
    return shadow.exact(_update(*rows)).render_segments(console)


def test_the_same_screen_again_sends_nothing() -> None:
    shadow = Shadow()
    rows = [Segment("one two"), Segment(" three", BOLD)]
    assert "three" in sent(shadow, rows)
    assert sent(shadow, rows) == ""
    assert sent(shadow, [Segment("one "), Segment("two"), Segment(" three", BOLD)]) == ""


def test_only_the_changed_cells_are_sent() -> None:
    shadow = Shadow()
    sent(shadow, [Segment("at 14:02:09 all is quiet, and stays so")])
    assert sent(shadow, [Segment("at 14:02:10 all is quiet, and stays si")]) == "\x1b[1;10H10\x1b[1;38Hi"


def test_a_style_that_changed_is_a_change() -> None:
    shadow = Shadow()
    sent(shadow, [Segment("word")])
    assert sent(shadow, [Segment("wo"), Segment("rd", BOLD)]) == "\x1b[1;3H\x1b[1mrd\x1b[0m"


def test_wide_characters_are_never_halved() -> None:
    shadow = Shadow()
    sent(shadow, [Segment("日本 ok")])
    assert sent(shadow, [Segment("日曜 ok")]) == "\x1b[1;3H曜"
    assert sent(shadow, [Segment("ab曜 ok")]) == "\x1b[1;1Hab"


def test_after_forgetting_everything_is_sent_again() -> None:
    shadow = Shadow()
    first = sent(shadow, [Segment("word")])
    shadow.forget()
    assert sent(shadow, [Segment("word")]) == first
