"""What the pen writes looks as each piece written by itself would, and says no colour twice."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.strip import Strip

from tui.app.pen import Pen

COLOURS = st.one_of(
    st.none(),
    st.sampled_from(["default", "red", "bright_blue", "white", "#0a1b2c"]),
    st.integers(0, 255).map(lambda number: Color.from_ansi(number).name),
)
STYLES = st.builds(
    Style,
    color=COLOURS,
    bgcolor=COLOURS,
    bold=st.booleans(),
    italic=st.booleans(),
    underline=st.booleans(),
    reverse=st.booleans(),
    strike=st.booleans(),
    dim=st.just(None),
)
PIECES = st.lists(st.tuples(STYLES, st.sampled_from(["a", "b ", "  ", "─"])), max_size=12)


def shown(text: str) -> object:
    screen = pyte.Screen(30, 1)
    stream = pyte.Stream(screen)
    stream.feed(text)
    return dict(screen.buffer[0])


@pytest.mark.parametrize("colours", [ColorSystem.STANDARD, ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR])
@settings(max_examples=200, deadline=None)
@given(pieces=PIECES)
def test_pieces_look_as_each_by_itself(pieces: list[tuple[Style, str]], colours: ColorSystem) -> None:
    pen = Pen(colours)
    written = "".join([*(pen.written(style, text) for style, text in pieces), pen.lifted(), "."])
    alone = "".join([*(Strip.render_style(style, text, color_system=colours) for style, text in pieces), "."])
    assert shown(written) == shown(alone)
    assert len(written) <= len(alone)


def test_only_what_changes_is_said() -> None:
    pen = Pen(ColorSystem.EIGHT_BIT)
    grey = Style(color="color(246)", bgcolor="color(233)")
    assert pen.written(grey, "a") == "\x1b[38;5;246;48;5;233ma"
    assert pen.written(grey, "b") == "b"
    assert pen.written(grey + Style(color="color(38)"), "c") == "\x1b[38;5;38mc"
    assert pen.written(Style(bold=True), "d") == "\x1b[0;1md"
    assert pen.lifted() == "\x1b[0m"
    assert pen.lifted() == ""


def test_a_link_ends_by_itself() -> None:
    pen = Pen(ColorSystem.EIGHT_BIT)
    pen.written(Style(bold=True), "a")
    linked = pen.written(Style(link="https://example.com"), "b")
    assert linked.startswith("\x1b[0m\x1b]8;id=")
    assert linked.endswith("b\x1b]8;;\x1b\\")
    assert pen.lifted() == ""
