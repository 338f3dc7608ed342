"""A record is read whole: nothing that a stranger wrote into it is out of sight, however wide or deep."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.look.lines import fit, plain, width_of
from tui.screens.events.record import field_lines

WRITTEN = st.text(st.sampled_from('aé漢語🙂"{ \u0301'), max_size=200)


@given(WRITTEN, st.integers(0, 60), st.integers(12, 120))
def test_every_character_is_in_sight(written: str, depth: int, width: int) -> None:
    field = f'{" " * depth}"userAgent": "{written}"'
    lines = field_lines(field, width)
    assert all(width_of(line) <= width for line in lines)
    drawn = [plain(fit(line, width)) for line in lines]
    assert "…" not in "".join(drawn)
    assert "".join(drawn).replace(" ", "") == field.replace(" ", "")


def test_what_follows_wide_characters_is_in_sight() -> None:
    field = f'  "userAgent": "{"漢" * 90}, then this"'
    assert any("then this" in plain(fit(line, 78)) for line in field_lines(field, 78))
