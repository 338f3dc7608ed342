"""No cell is sent twice."""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.app.shadow import Shadow

BOLD = Style(bold=True)


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
