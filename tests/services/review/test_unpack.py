"""Archives that are cut, or have more behind their end: what of them is not read is told."""

from __future__ import annotations

import pytest
import zstandard

from services.review.unpack import documents
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
