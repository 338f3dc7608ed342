"""Unpacking: whole, cut, damaged, more than one, and bombs."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
from collections.abc import Callable
from secrets import token_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.gunzip import BOMB_BYTES, Unpacked, gunzip
from services.review.unpack import documents
from tests.growth import cost_for_four_times_as_much

TEXT = bytes(random.Random(1).choices(range(97, 123), k=300_000))
PACKED = gzip.compress(TEXT)


def test_what_is_no_gzip_is_handed_back() -> None:
    assert gunzip(b'{"Records":[]}').data == b'{"Records":[]}'
    assert gunzip(b"").data == b""
    assert gunzip(b"").trouble is None


def test_several_members_are_one_text() -> None:
    found = gunzip(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0" * 512)
    assert (found.data, found.trouble) == (b"one two", None)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_members_of_any_size_are_one_text(pack: Callable[[bytes], bytes]) -> None:
    texts = [TEXT[:size] for size in (5000, 0, 1, 900, 1500, 0, 70_000, 3, 300_000, 20)]
    packed = b"".join(map(pack, texts))
    (found,) = documents("x", packed)
    assert (found.data, found.trouble) == (b"".join(texts), None)
    (found,) = documents("x", packed[:-5])
    assert found.trouble == "cut off"
    assert found.data[: len(TEXT)] == b"".join(texts)[: len(TEXT)]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_great_many_empty_members_take_no_longer_than_there_are(pack: Callable[[bytes], bytes]) -> None:
    empty = pack(b"")
    packed = pack(TEXT) + empty * (4_000_000 // len(empty))
    (found,) = documents("x", packed)
    assert (found.data == TEXT, found.trouble) == (True, None)
    # Copying all that follows for each of them grows with the square.
    assert cost_for_four_times_as_much(lambda part: list(documents("x", part)), packed) < 10


def test_rubbish_after_the_end_is_said_and_harms_nothing() -> None:
    found = gunzip(PACKED + b"rubbish")
    assert found.data == TEXT
    assert found.trouble == "data that isn't gzip after its end"


@pytest.mark.parametrize("cut", [3, 11, 1000, len(PACKED) // 2, len(PACKED) - 9, len(PACKED) - 1])
def test_a_cut_keeps_what_stood_before_it(cut: int) -> None:
    found = gunzip(PACKED[:cut])
    assert found.trouble == "cut off"
    assert TEXT.startswith(found.data)
    # Deflate gives all it has: of half the bytes there is about half the text.
    assert len(found.data) > len(TEXT) * cut / len(PACKED) * 0.8 - 1000


def test_damage_keeps_what_stood_before_it() -> None:
    packed = bytearray(PACKED)
    packed[len(packed) // 2 :] = b"\xff" * (len(packed) - len(packed) // 2)
    found = gunzip(bytes(packed))
    assert found.trouble in ("damaged", "cut off")
    assert found.data[:100_000] == TEXT[:100_000]


def test_a_wrong_checksum_is_said() -> None:
    packed = PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:]
    assert gunzip(packed).trouble == "damaged"


@pytest.mark.parametrize("lie", [0, 0xFFFFFFFF])
def test_a_bomb_is_read_to_the_limit_whatever_it_says_of_its_size(lie: int) -> None:
    bomb = gzip.compress(b"0" * 5_000_000)[:-4] + lie.to_bytes(4, "little")
    found = gunzip(bomb, limit=1_000_000)
    assert len(found.data) == 1_000_000
    assert found.trouble == "larger than 1 MB unpacked: the rest was left unread"


def test_members_share_the_limit() -> None:
    found = gunzip(gzip.compress(b"0" * 800_000) * 3, limit=1_000_000)
    assert len(found.data) == 1_000_000
    assert found.trouble is not None


def test_exactly_the_limit_is_no_bomb() -> None:
    assert gunzip(gzip.compress(b"0" * 1_000_000), limit=1_000_000).trouble is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 400), st.integers(0, 255))
def test_any_change_of_any_byte_ends_in_a_result(text: bytes, at: int, value: int) -> None:
    packed = bytearray(gzip.compress(text))
    packed[at % len(packed)] = value
    found = gunzip(bytes(packed))
    assert found.data == text or found.trouble or not packed.startswith(b"\x1f\x8b")


def test_of_a_bomb_little_is_unpacked() -> None:
    found = gunzip(gzip.compress(b"0" * (3 * BOMB_BYTES)))
    assert (len(found.data), found.over) == (BOMB_BYTES, True)
    assert found.trouble is not None
    assert "as bombs are" in found.trouble


def test_what_ids_keep_from_packing_well_is_no_bomb() -> None:
    data = b"".join(b'{"eventID":"%s"}' % token_bytes(16).hex().encode() + b" " * 900 for _ in range(20_000))
    assert len(data) > BOMB_BYTES
    assert gunzip(gzip.compress(data)) == Unpacked(data)
