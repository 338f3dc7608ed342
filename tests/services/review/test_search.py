"""Many ids looked for together are found where each by itself is, in every way JSON can spell them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.review.search import TOGETHER, Needles

_IDS = [f"ASIA{number:016d}" for number in range(TOGETHER)]
_ELSEWHERE = "ASIAZ999999999999999"
"""Of another account: it is like the others in the first four letters alone."""
_ESCAPED = _IDS[1].replace("A", "\\u0041", 1)
_PIECES = st.sampled_from(
    [
        *(f'"{each}"' for each in (*_IDS, _ELSEWHERE)),
        f'"ASIA{_IDS[0]}"',
        f'"{_IDS[0]}7"',
        f'"{_IDS[0][:-1]}"',
        f'"{{\\"a\\":\\"{_IDS[2]}\\"}}"',
        f'"{_ESCAPED}"',
        '"ASIA0000000000009999"',
        '"leaked"',
        '"a\\nb"',
    ]
)


@given(
    st.lists(_PIECES, max_size=6),
    st.lists(st.sampled_from([*_IDS, _ELSEWHERE, "leaked"]), unique=True, max_size=6),
)
def test_together_they_stand_where_each_by_itself_does(pieces: list[str], texts: list[str]) -> None:
    data = ("[" + ",".join(pieces) + "]").encode()
    alone = [Needles([text]).standing(data) for text in texts]
    expected = "hidden" if "hidden" in alone else "plain" if "plain" in alone else "absent"
    assert Needles(texts).standing(data) == expected


@given(st.lists(_PIECES, max_size=6), st.sampled_from([_IDS, [*_IDS, _ELSEWHERE]]))
def test_what_is_found_together_is_found_by_each(pieces: list[str], ids: list[str]) -> None:
    data = ("[" + ",".join(pieces) + "]").encode()
    places = {data.find(each.encode(), at) for each in ids for at in range(len(data))} - {-1}
    (find,) = Needles(ids).finders()
    found, at = set[int](), find(data, 0)
    while at >= 0:
        found.add(at)
        at = find(data, at + 1)
    assert found == places
