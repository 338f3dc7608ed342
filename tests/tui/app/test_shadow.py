"""No cell is sent twice, and what was sent leaves the terminal as a fresh drawing would."""

from __future__ import annotations

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from tui.app.shadow import Shadow

BOLD = Style(bold=True)


def sent(shadow: Shadow, *rows: list[Segment]) -> str:
    strips = [Strip(row) for row in rows]
    size = Size(max(strip.cell_length for strip in strips), len(strips))
    return shadow.sequence(size, strips, ColorSystem.TRUECOLOR)


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


def test_wide_characters_are_never_halved_and_what_follows_is_placed_anew() -> None:
    shadow = Shadow()
    sent(shadow, [Segment("日本 ok")])
    assert sent(shadow, [Segment("日曜 ok")]) == "\x1b[1;3H  \x1b[1;3H曜\x1b[1;5H "
    assert sent(shadow, [Segment("ab曜 ok")]) == "\x1b[1;1Hab"


def test_after_forgetting_everything_is_sent_again() -> None:
    shadow = Shadow()
    first = sent(shadow, [Segment("word")])
    shadow.forget()
    assert shadow.lost
    assert sent(shadow, [Segment("word")]) == first


def test_what_was_sent_at_another_size_counts_for_nothing() -> None:
    shadow = Shadow()
    first = sent(shadow, [Segment("word")])
    sent(shadow, [Segment("word, wider")])
    assert sent(shadow, [Segment("word")]) == first


def test_a_line_that_is_not_given_stays_as_it_was_sent() -> None:
    shadow = Shadow()
    sent(shadow, [Segment("one")], [Segment("two")])
    strips = [None, Strip([Segment("ten")])]
    assert shadow.sequence(Size(3, 2), strips, ColorSystem.TRUECOLOR) == "\x1b[2;2Hen"
    assert sent(shadow, [Segment("one")], [Segment("ten")]) == ""


WIDTH = 12
ODD = "aé…─✓‼日曜⚡❤🙂🇩\u0301\ufe0f\u093f\u1f3fḍ한﷽"
ROW = st.lists(st.tuples(st.sampled_from(ODD), st.booleans()), max_size=WIDTH)


def row(characters: list[tuple[str, bool]]) -> list[Segment]:
    """As many of *characters* as fit into a line, and blanks."""
    segments, width = list[Segment](), 0
    for character, bold in characters:
        if width + cell_len(character) <= WIDTH:
            segments.append(Segment(character, BOLD if bold else None))
            width += cell_len(character)
    return [*segments, Segment(" " * (WIDTH - width))]


def terminal() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, 2)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[?7l")
    return screen, stream


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(ROW, ROW), min_size=2, max_size=5))
def test_a_terminal_of_another_opinion_on_widths_shows_what_a_fresh_drawing_would(
    frames: list[tuple[list[tuple[str, bool]], list[tuple[str, bool]]]],
) -> None:
    """pyte's widths are others than Rich's for some of these."""
    shadow, (screen, stream) = Shadow(), terminal()
    for first, second in frames:
        stream.feed(sent(shadow, row(first), row(second)))
        fresh, fresh_stream = terminal()
        fresh_stream.feed(sent(Shadow(), row(first), row(second)))
        assert [dict(screen.buffer[y]) for y in (0, 1)] == [dict(fresh.buffer[y]) for y in (0, 1)]
