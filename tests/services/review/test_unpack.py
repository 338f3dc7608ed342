"""Archives that are cut, or have more behind their end: what of them is not read is told."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import zipfile
from collections.abc import Callable

import pytest
import zstandard

from services.review.intext import unpacked
from services.review.unpack import documents
from tests.hostile import END, TARS, ZIPS, tar_member
from tests.services.review.wrapped import PACKERS, tarred

LINE = b'{"Records":[]}\n'
LONG = b"".join(b'{"at":%d,"x":"%x"}\n' % (line, line * 7919 * line) for line in range(5000))
WAYS = {way: PACKERS[way] for way in ("gzip", "bzip2", "xz", "zstd", "zip", "tar")} | {
    "zstd without its size": zstandard.ZstdCompressor(write_content_size=False).compress
}


@pytest.mark.parametrize("way", WAYS)
def test_a_cut_is_told_wherever_it_is(way: str) -> None:
    packed = WAYS[way](LONG)
    heads = [512 * block for block in range(2, 8)]
    for cut in (*(len(packed) * part // 23 for part in range(1, 23)), *heads):
        assert any(each.trouble for each in documents("a", packed[:cut])), cut


@pytest.mark.parametrize("zeros", [0, 1024])
@pytest.mark.parametrize("way", WAYS)
def test_what_stands_behind_an_end_is_read_or_told(way: str, zeros: int) -> None:
    pack = WAYS[way]
    for behind in (pack(LONG), LONG):
        found = list(documents("a", pack(LINE) + bytes(zeros) + behind))
        assert LONG in b"".join(each.data for each in found) or any(each.trouble for each in found)


def test_what_follows_a_damaged_head_in_a_tar_is_read_all_the_same() -> None:
    # A head and what it tells of are 512 bytes each, and the damaged one is that of a second member.
    packed = tarred(LINE)[:1024] + b"\xff" * 512 + tarred(LONG)[512:]
    found = list(documents("a", packed))
    assert LONG in b"".join(each.data for each in found)
    assert any(each.trouble for each in found)


@pytest.mark.parametrize("wrong", [*TARS, *ZIPS])
def test_an_archive_that_lies_is_told_and_ends(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.review.unpack.UNPACKED_LIMIT", 4 << 20)
    found = list(documents("a", TARS.get(wrong) or ZIPS[wrong]))
    assert any(each.trouble for each in found)
    assert sum(len(each.data) for each in found) < 8 << 20


def _tar_of(content: bytes) -> bytes:
    return b"".join(tar_member(content, b"%d" % n) for n in range(8)) + END


def _zip_of(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(8):
            archive.writestr(str(n), content)
    return out.getvalue()


@pytest.mark.parametrize(
    "pack",
    [_zip_of, lambda data: _tar_of(gzip.compress(data)), lambda data: _tar_of(bz2.compress(data))],
    ids=["zip", "gzip in tar", "bzip2 in tar"],
)
def test_archives_in_each_other_share_what_they_may_unpack_to(
    pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.review.unpack.UNPACKED_LIMIT", 4 << 20)
    monkeypatch.setattr("services.review.unpack.RATIO", 2)
    bomb = pack(pack(bytes(1 << 20)))
    read, troubles = 0, 0
    for each in documents("a", bomb):
        read, troubles = read + len(each.data), troubles + (each.trouble is not None)
    assert 1 << 20 < read <= 5 << 20
    assert 0 < troubles < 20
    few = list(documents("a", pack(pack(LINE))))
    assert [each.data for each in few if not each.trouble] == [LINE] * 64
    assert len(few) == 64


def test_a_string_may_hold_no_bomb() -> None:
    text = base64.b64encode(gzip.compress(b'{"a":"' + bytes(10 << 20))).decode()
    found = unpacked(text)
    assert found
    assert (len(found[0]) < 4 << 20, found[1]) == (True, False)
