"""What is packed is looked through, in as many layers as people have, and named; what cannot be is said."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from services.scan.scan import Scan
from services.scan.unpacking import Budget
from tests.services.keys import leaks


def scanned(path: Path) -> Scan:
    scan = Scan()
    scan.path(path)
    return scan


def tar(name: str, content: bytes, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as packed:  # type: ignore[call-overload]
        member = tarfile.TarInfo(name)
        member.size = len(content)
        packed.addfile(member, io.BytesIO(content))
    return out.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return out.getvalue()


WAYS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "gzip": (gzip.compress, ""),
    "gzip twice": (lambda text: gzip.compress(gzip.compress(text)), ""),
    "bzip2": (bz2.compress, ""),
    "xz": (lzma.compress, ""),
    "zstd": (zstandard.compress, ""),
    "zstd of many frames": (lambda text: zstandard.compress(b"a=1\n") + zstandard.compress(text), ""),
    "tar.zst": (lambda text: zstandard.compress(tar("etc/app.env", text)), " > etc/app.env"),
    "tar": (lambda text: tar("etc/app.env", text), " > etc/app.env"),
    "tar.gz": (lambda text: tar("etc/app.env", text, "w:gz"), " > etc/app.env"),
    "zip": (lambda text: zipped("app.env", text), " > app.env"),
    "image": (lambda text: tar("ab/layer.tar", tar("app/.env", text)), " > ab/layer.tar > app/.env"),
    "oci image": (
        lambda text: tar("blobs/sha256/ab", gzip.compress(tar("app/.env", text))),
        " > blobs/sha256/ab > app/.env",
    ),
    "zip in tar": (lambda text: tar("a.jar", zipped("a.properties", text)), " > a.jar > a.properties"),
    "manifest": (
        lambda text: gzip.compress(
            json.dumps({"kind": "Secret", "data": {"a": base64.b64encode(text).decode()}}).encode()
        ),
        "",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_found_where_it_is_packed(way: str, tmp_path: Path) -> None:
    rng = random.Random(way)
    pack, inside = WAYS[way]
    for leak in (leaks.token(rng), leaks.pair(rng, leaks.PAIRS[0]), leaks.short_term(rng)):
        path = tmp_path / "packed"
        path.write_bytes(pack(f"# ours\n{leak.text}\n".encode()))
        scan = scanned(path)
        assert [found.key.name for found in scan.found] == [leak.name]
        assert scan.found[0].place.path == f"{path}{inside}"
        assert scan.unreadable == []


def test_what_is_damaged_or_cut_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    rng = random.Random(1)
    leak = leaks.token(rng)
    text = leak.text.encode() + b"\n" + rng.randbytes(200_000)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(text)[:-50_000])
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04" + rng.randbytes(1000))
    (tmp_path / "later.txt").write_bytes(leaks.token(rng, alias="later-at-123456789012").text.encode())
    scan = scanned(tmp_path)
    assert {found.key.name for found in scan.found} == {leak.name, "later-at-123456789012"}
    assert sorted(Path(what).name for what, _ in scan.unreadable) == ["bad.zip", "cut.gz"]


def long(pack: Callable[[bytes], bytes]) -> bytes:
    return pack(b"".join(b"%d words %x\n" % (line, line * 7919 * line) for line in range(5000)))


@pytest.mark.parametrize("way", [*WAYS, "zstd without its size"])
def test_what_is_cut_anywhere_is_named(way: str, tmp_path: Path) -> None:
    unsized = zstandard.ZstdCompressor(write_content_size=False).compress
    packed = long(WAYS[way][0] if way in WAYS else unsized)
    path = tmp_path / "cut"
    heads = [512 * block for block in range(2, 8)]
    for cut in (*(len(packed) * part // 23 for part in range(1, 23)), *heads, len(packed) - 1):
        path.write_bytes(packed[:cut])
        assert scanned(path).unreadable, cut


@pytest.mark.parametrize("zeros", [0, 1024])
@pytest.mark.parametrize("way", WAYS)
def test_what_stands_behind_an_end_is_read_or_named(way: str, zeros: int, tmp_path: Path) -> None:
    pack, path = WAYS[way][0], tmp_path / "more"
    leak = leaks.token(random.Random(way))
    path.write_bytes(pack(b"nothing\n") + bytes(zeros) + pack(leak.text.encode()))
    assert [found.key.name for found in scanned(path).found] == [leak.name]
    path.write_bytes(pack(b"nothing\n") + bytes(zeros) + leak.text.encode())
    assert len(scanned(path).unreadable) == 1


def test_a_zip_archive_behind_a_script_is_named(tmp_path: Path) -> None:
    inside = zipped("app.properties", leaks.token(random.Random(1)).text.encode())
    (tmp_path / "app.jar").write_bytes(b"#!/bin/sh\nexec java -jar $0\n" + inside)
    (tmp_path / "of-zips.py").write_bytes(b'END = b"PK\x05\x06"\n')
    ((what, _),) = scanned(tmp_path).unreadable
    assert what == f"{tmp_path / 'app.jar'} > the zip archive at its end"


def test_what_unpacks_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.scan.scan.Budget", lambda: Budget(1 << 20))
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(64 << 20)))
    scan = scanned(tmp_path / "bomb.gz")
    assert scan.found == []
    assert ["far more than its size" in why for _, why in scan.unreadable] == [True]


def test_what_hides_its_text_and_is_not_unpacked_is_named(tmp_path: Path) -> None:
    text = leaks.token(random.Random(3)).text.encode()
    deep = text
    for _ in range(9):
        deep = gzip.compress(deep)
    unread = {
        "a.pack": b"PACK\0\0\0\2\0\0\0\1" + zlib.compress(text),
        "a.bundle": b"# v2 git bundle\n\nPACK" + zlib.compress(text),
        "a.7z": b"7z\xbc\xaf\x27\x1c" + zlib.compress(text),
        "a.rar": b"Rar!\x1a\x07\0" + zlib.compress(text),
        "a.lz4": b"\x04\x22\x4d\x18" + zlib.compress(text),
        "a.avro": b"Obj\x01" + zlib.compress(text),
        "a.pdf": b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode>>stream\n" + zlib.compress(text),
        "ab" * 19: zlib.compress(b"blob 9\0" + text),
        "deep": deep,
        "cut.zst": zstandard.compress(random.Random(4).randbytes(600_000) + text)[:-5000],
        "bad.zst": zstandard.compress(text)[:8] + b"\xff" * 50,
    }
    for name, data in unread.items():
        (tmp_path / name).write_bytes(data)
    scan = scanned(tmp_path)
    assert sorted(Path(what.partition(" > ")[0]).name for what, _ in scan.unreadable) == sorted(unread)


def test_names_in_an_archive_are_hostile(tmp_path: Path) -> None:
    leak = leaks.token(random.Random(2))
    (tmp_path / "a.tar").write_bytes(tar("a\x1b]52;c;aGk=\x07/b\n", leak.text.encode()))
    (found,) = scanned(tmp_path / "a.tar").found
    assert "\x1b" not in str(found.place)
    assert "\n" not in str(found.place)
