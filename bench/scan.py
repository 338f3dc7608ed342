"""The scan for leaked keys: what only looks like keys, and a git history, each against a peer."""

from __future__ import annotations

import io
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Row, ratio
from services.scan.scan import Scan
from services.scan.tokens import hits

MEGABYTE = 1 << 20
LOOK_ALIKES = (
    b"ACWL",
    b"ABSK",
    b"APIAACWM",
    b"AEAA",
    b"ACWLYYYYY",
    b"ACWLYS1hdC0xMjM0NTY3ODkwMTI6////",
    b"H4sI",
)
COMMITS, FILES, BYTES = 1000, 40, 25_000


def rows() -> Iterator[Row]:
    for unit in LOOK_ALIKES:
        one, four = (((unit * MEGABYTE)[: size * MEGABYTE]) for size in (1, 4))
        value, note = ratio(lambda four=four: _looked(four), lambda one=one: _looked(one))  # type: ignore[misc]
        yield Row(f"scan of 4 MB of {unit.decode()[:12]}…, against 1 MB", value, 6, note=note)
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as name:
        size = _history(Path(name))
        value, note = ratio(lambda: _scanned(Path(name)), lambda: _cat_file(Path(name)), runs=5)
        what = "scan of a git history, against git cat-file alone"
        yield Row(what, value, 4, note=f"{note}, {size / 1e6:.0f} MB of objects")


def _looked(data: bytes) -> float:
    begun = time.perf_counter()
    for _ in hits(io.BytesIO(data)):
        pass
    return time.perf_counter() - begun


def _scanned(folder: Path) -> float:
    begun, scan = time.perf_counter(), Scan()
    scan.path(folder)
    assert scan.objects > COMMITS
    assert not scan.unreadable
    return time.perf_counter() - begun


def _cat_file(folder: Path) -> float:
    begun = time.perf_counter()
    every = ("cat-file", "--batch-all-objects", "--unordered", "--batch")
    with subprocess.Popen(["git", "-C", str(folder), *every], stdout=subprocess.PIPE) as process:
        assert process.stdout
        while process.stdout.read(4 * MEGABYTE):
            pass
    return time.perf_counter() - begun


def _history(folder: Path) -> int:
    """Commits that change a line of a large file each; gives the bytes of all objects."""
    subprocess.run(["git", "-C", str(folder), "init", "-q"], check=True)
    stream, size = io.BytesIO(), 0
    files = [
        b"".join(b"%08d of %04d\n" % (line, file) for line in range(BYTES // 17)) for file in range(FILES)
    ]
    for commit in range(COMMITS):
        stream.write(b"commit refs/heads/main\ncommitter a <a@b.c> %d +0000\n" % (1_700_000_000 + commit))
        stream.write(b"data 4\nmore\n")
        for number in {commit % FILES, commit * 7 % FILES, commit * 11 % FILES, commit * 13 % FILES}:
            content = files[number].replace(b"%08d" % (commit % (BYTES // 17)), b"x%07d" % commit, 1)
            files[number] = content
            stream.write(b"M 100644 inline f%d.txt\ndata %d\n%s\n" % (number, len(content), content))
            size += len(content)
    into = ["git", "-C", str(folder), "fast-import", "--quiet"]
    subprocess.run(into, input=stream.getvalue(), check=True)
    subprocess.run(["git", "-C", str(folder), "repack", "-adq"], check=True)
    return size
