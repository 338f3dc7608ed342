"""Hostile text, made inert."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.base.text import clean


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b]52;c;aGk=\x07",
        "\x1b[2J",
        "\x9b31m",
        "a\x00b",
        "\u202egpj.exe",
        "\u2066x\u2069",
        "zero\u200bwidth",
        "\ud800",
        "\u2028",
        "\U000e0041",
    ],
)
def test_nothing_a_terminal_acts_on_is_left(hostile: str) -> None:
    assert not any(
        unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in clean(hostile)
    )


def test_ordinary_text_is_left_alone() -> None:
    assert clean("Fluent-Bit/3.1 (Köln) [x] 日本") == "Fluent-Bit/3.1 (Köln) [x] 日本"


def test_lines_become_one_and_length_is_bounded() -> None:
    assert clean("a\nb\tc") == "a b c"
    assert clean("x" * 10_000_000, limit=10) == "x" * 10 + "…"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
