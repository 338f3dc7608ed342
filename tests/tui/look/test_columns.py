"""How the columns of a table share the room there is: by what they hold."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tui.look.columns import Column, widths


def _column(name: str, width: int, **more: Any) -> Column[str]:
    return Column(name, lambda row: (row, "text"), width, **more)


COLUMNS = (
    _column("KEY ID", 21, gap=1),
    _column("USER", 19, flex=2, drop=2),
    _column("SERVICE", 8, flex=1, drop=3, gap=1),
    _column("STATUS", 8, gap=1),
    _column("AGE", 5, drop=5),
)


def test_no_text_is_cut_while_another_column_has_room_that_it_does_not_need() -> None:
    held = [21, 10, 24, 6, 4]
    found = widths(COLUMNS, 80, held)
    assert found[2] >= 24
    assert found[1] >= 10


@pytest.mark.parametrize("seed", range(200))
def test_what_is_given(seed: int) -> None:
    rng = Random(seed)
    held, room = [rng.randint(1, 60) for _ in COLUMNS], rng.choice((59, 79, 119, 199, rng.randint(40, 250)))
    found = widths(COLUMNS, room, held)
    kept = [at for at, width in enumerate(found) if width]
    gaps = sum(COLUMNS[at].gap for at in kept[:-1])
    assert sum(found) + gaps <= room
    if sum(max(held[at], 0 if COLUMNS[at].flex else COLUMNS[at].width) for at in kept) + gaps <= room:
        assert all(found[at] >= held[at] for at in kept)
    cut = [at for at in kept if found[at] < held[at]]
    if cut:
        wasted = sum(max(0, found[at] - held[at]) for at in kept if COLUMNS[at].flex)
        assert wasted == 0


def test_a_column_goes_only_where_the_others_need_its_room() -> None:
    assert all(widths(COLUMNS, 59, [21, 8, 4, 8, 4]))
    assert not widths(COLUMNS, 45, [21, 19, 24, 8, 4])[4]
