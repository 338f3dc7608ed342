"""CSV whose cells are what was in them, and no formulas."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services
import tui
from services.base.text import clean
from services.quoting.spreadsheet import inert, to_csv

SIGNS = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "\ufe66",
    "\ufe62",
    "\ufe63",
    "\ufe6b",
    "\u207c",
    "\u208a",
)
FORMULAS = (
    *(f"{sign}cmd|' /C calc'!A0" for sign in SIGNS),
    *(f"{before}=1+1" for before in ("\t", "\r", "\n", " ", "\x00", "\ufeff", "\u200b", '"', "'", "\xa0 ")),
    "\tx",
    "\rx",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text(text: str) -> None:
    assert inert(text).startswith("'")
    assert inert([text, "x"]).startswith("'")


@pytest.mark.parametrize("text", ["a", "arn:aws:iam::1:user/a-b", "1.2.3.4", "a=b", "", "2026-11-23T14:02Z"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


def test_numbers_stay_numbers() -> None:
    assert [inert(each) for each in (-1, 2.5, True, None)] == ["-1", "2.5", "True", ""]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_no_cell_of_any_row_is_a_formula_whatever_separates_them(cells: list[str]) -> None:
    row = {str(number): cell for number, cell in enumerate(cells)}
    text = to_csv([row])
    read = list(csv.reader(io.StringIO(text)))
    assert len(read) == 2
    assert len(read[1]) == len(cells)
    for told, cell in zip(read[1], cells, strict=True):
        assert told.replace("'", "") == clean(cell).replace("'", "")
        for part in re.split(r"[;\t|]", told):
            assert part.strip()[:1] not in SIGNS


def test_there_is_one_writer_of_csv() -> None:
    folders = [Path(each.__file__ or "").parent for each in (services, tui)]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    writers = [file.name for file in files if re.search(r"csv\.(Dict)?[wW]riter|from csv", file.read_text())]
    assert writers == ["spreadsheet.py"]
