"""Documents cut into records, in every shape and however broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.split import containing, split
from tests.growth import cost_for_four_times_as_much

ONE, TWO, THREE = ({"eventID": str(number), "x": ['a "quoted" }{][ \\'] * number} for number in (1, 2, 3))
ALL = [ONE, TWO, THREE]


def read(data: bytes) -> list[Any]:
    return [json.loads(raw) for raw in split(data).records]


@pytest.mark.parametrize(
    "document",
    [
        json.dumps({"Records": ALL}),
        json.dumps({"Records": ALL}, indent=2),
        json.dumps(ALL),
        "\n".join(json.dumps(each) for each in ALL),
        "\r\n".join(json.dumps(each) for each in ALL) + "\r\n\r\n",
        json.dumps({"Records": ALL[:2]}) + "\n" + json.dumps({"Records": ALL[2:]}),
        json.dumps({"Records": ALL[:2]}) + json.dumps({"Records": ALL[2:]}),
        json.dumps(ONE, indent=1) + json.dumps(TWO, indent=1) + json.dumps(THREE, indent=1),
        "\ufeff" + json.dumps({"Records": ALL}),
    ],
    ids=["trail", "indented", "array", "lines", "crlf", "trail lines", "joined", "objects", "bom"],
)
def test_every_shape(document: str) -> None:
    assert read(document.encode()) == ALL
    assert split(document.encode()).trouble is None


@pytest.mark.parametrize("document", [b'{"Records":[]}', b"[]", b' { "Records" : [ ] } '])
def test_no_records_are_no_trouble(document: bytes) -> None:
    assert split(document).records == []
    assert split(document).trouble is None


@pytest.mark.parametrize(
    ("document", "trouble"),
    [(b"", "empty"), (b" \n", "empty"), (b"<html>hello</html>", "not JSON"), (b"42", "not JSON")],
)
def test_what_is_no_document_is_said(document: bytes, trouble: str) -> None:
    assert split(document).records == []
    assert split(document).trouble == trouble


def test_a_cut_document_keeps_its_whole_records() -> None:
    whole = json.dumps({"Records": ALL}).encode()
    third = whole.index(b'{"eventID": "3"')
    for cut in range(third + 1, len(whole) - 3):
        found = split(whole[:cut])
        assert [json.loads(raw) for raw in found.records] == [ONE, TWO]
        assert found.trouble == "cut off or damaged"


def test_one_broken_record_harms_no_other() -> None:
    broken = b'{"Records":[' + b'{"eventID":"1"},{"eventID":"2",,,oh:no},{"eventID":"3"}' + b"]}"
    found = split(broken)
    assert found.records == [b'{"eventID":"1"}', b'{"eventID":"2",,,oh:no}', b'{"eventID":"3"}']
    assert found.trouble == "1 of its records damaged"


def test_a_record_nested_a_hundred_thousand_deep_harms_no_other() -> None:
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    found = split(b'{"Records":[{"n":1},' + deep + b',{"n":2}]}')
    assert found.records == [b'{"n":1}', deep, b'{"n":2}']


def test_lone_surrogates_and_broken_utf8_stay_as_they_are() -> None:
    raws = [b'{"a":"\\ud800"}', b'{"a":"\xff\xfe"}']
    found = split(b'{"Records":[' + b",".join(raws) + b"]}")
    assert (found.records, found.trouble) == (raws, None)


def test_a_cut_string_full_of_quotes_costs_no_more_than_its_length() -> None:
    cut = b'{"Records":[{"a":"' + b'\\"' * 1_000_000
    assert split(cut).records == []
    assert cost_for_four_times_as_much(split, cut) < 10


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_end_in_a_result(data: bytes) -> None:
    found = split(b'{"Records":[{"a":1},' + data)
    assert found.records[:1] == [b'{"a":1}']


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=5), values, max_size=4), max_size=4), st.booleans())
def test_the_slow_way_and_the_fast_one_agree(records: list[dict[str, Any]], ascii_only: bool) -> None:
    whole = json.dumps({"Records": records}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert read(whole) == records
    # What follows makes the fast way give up.
    assert [json.loads(raw) for raw in split(whole + b"{").records] == records


def compact(*records: Any) -> bytes:
    return json.dumps({"Records": records}, separators=(",", ":")).encode()


def _finder(needle: bytes) -> Callable[[bytes, int], int]:
    return lambda data, start: data.find(needle, start)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a", "Records"]), st.sampled_from(['alice"', "bob", [{"x": "alice"}]])
        ),
        max_size=8,
    )
)
@settings(deadline=None)
def test_the_records_that_hold_something_are_cut_out_whole(records: list[Any]) -> None:
    data, needle = compact(*records), b'alice"'
    every = split(data).records
    found = containing(data, [_finder(needle), _finder(b"bob")])
    if found is None:
        assert not records
    else:
        assert found == (len(every), [raw for raw in every if needle in raw or b"bob" in raw])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"Records":[]}',
        compact(ONE)[:-1],
        compact(ONE, TWO).replace(b"},{", b"}, {"),
        compact(ONE)[:-2] + b"]}]}",
        b'{"Records":[{"a":1}],"Records":[{"alice":2}]}',
    ],
    ids=["nothing", "no record", "cut", "spaced", "too much", "twice"],
)
def test_what_cloudtrail_would_not_write_is_left_to_the_careful_way(data: bytes) -> None:
    assert containing(data, [_finder(b"alice")]) is None


def test_lines_that_begin_with_a_time() -> None:
    lines = "\n".join(f"2026-11-20T10:0{n}:00.000Z {json.dumps(each)}" for n, each in enumerate(ALL))
    assert read(lines.encode()) == ALL
    assert split(lines.encode()).trouble is None
    found = split(f"{lines}\nthe end".encode())
    assert [json.loads(raw) for raw in found.records] == ALL
    assert found.trouble == "1 of its lines hold no record"
