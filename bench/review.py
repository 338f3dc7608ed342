"""The review of trail files, against bare gunzip and against what one would type instead.

STANCH_BENCH_LARGE=1 adds the 3 GB set, which takes minutes to make.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isal import isal_zlib

from bench import fuzz, trailfiles
from bench.measure import Row, ratio
from bench.trailfiles import WANTED

OBJECTS = 200
STANCH = str(Path(sys.executable).with_name("stanch"))


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as name:
        few, many = Path(name, "few"), Path(name, "many")
        size = trailfiles.write(few, OBJECTS, hits=5, every=100)
        trailfiles.write(many, OBJECTS, hits=20)
        yield from _against_gunzip(few, many, size)
        similar, followed, small = Path(name, "similar"), Path(name, "followed"), Path(name, "small")
        trailfiles.write(similar, OBJECTS, hits=5, every=100, others=WANTED)
        yield _row("one core, a name that begins many others, against bare gunzip", similar, 1, 0.6, size)
        # One in twenty objects has sessions, and only those are read a second time.
        trailfiles.write(followed, OBJECTS, hits=4, every=20, sessions=True)
        yield _row("one core with sessions followed, against bare gunzip", followed, 1, 0.5, size)
        size = trailfiles.write(small, 10 * OBJECTS, hits=1, every=100, object_bytes=8_000)
        yield _row(f"one core, {10 * OBJECTS:,} small files, against bare gunzip", small, 1, 0.4, size)
        yield from _against_tools(few)
        yield _memory("304 MB", few)
        yield _memory("304 MB, hits in every object", many)
        if os.environ.get("STANCH_BENCH_LARGE"):
            large = Path(name, "large")
            trailfiles.write(large, 10 * OBJECTS, hits=20, seed=1)
            yield _memory("3 GB, hits in every object", large)
    yield from fuzz.rows()


def _against_gunzip(few: Path, many: Path, size: int) -> Iterator[Row]:
    yield _row("review of trail files on one core, against bare gunzip", few, 1, 0.6, size)
    if len(os.sched_getaffinity(0)) > 1:
        yield _row("the same on two cores, against bare gunzip on one", few, 2, 0.9, size)
    yield _row("one core with hits in every object, against bare gunzip", many, 1, 0.4, size)


def _row(what: str, folder: Path, cores: int, limit: float, size: int) -> Row:
    # Seconds of the peer over ours, which is our speed over its.
    value, note = ratio(lambda: _bare(folder), lambda: _ours(folder, cores), runs=5)
    return Row(what, value, limit, at_most=False, note=f"{note}, {size / 1e6:.0f} MB")


def _against_tools(folder: Path) -> Iterator[Row]:
    ours = min(_ours(folder, 1) for _ in range(3))
    if shutil.which("jq") and shutil.which("zcat"):
        theirs = _jq(folder)
        note = f"{theirs:.2f} s against {ours:.2f} s, both on one core"
        yield Row("review of trail files, against zcat | jq", theirs / ours, 12, at_most=False, note=note)
    else:
        print("zcat | jq is left out: jq is not installed")
    theirs, guessing = _duckdb(folder, AS_JSON), _duckdb(folder, PLAIN)
    note = f"{theirs:.2f} s against {ours:.2f} s, on one core; {guessing / ours:.1f} × where it guesses types"
    yield Row(
        "review of trail files, against DuckDB's read_json", theirs / ours, 25, at_most=False, note=note
    )


@contextmanager
def _cores(count: int) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _bare(folder: Path) -> float:
    with _cores(1):
        begun = time.perf_counter()
        for path in sorted(folder.iterdir()):
            isal_zlib.decompress(path.read_bytes(), 31)
        return time.perf_counter() - begun


def _ours(folder: Path, cores: int) -> float:
    from services.review.review import Subject, Window, run_review

    window = Window(trailfiles.SINCE, trailfiles.UNTIL)
    with _cores(cores):
        begun = time.perf_counter()
        review = asyncio.run(run_review(None, Subject(WANTED), window, source=str(folder)))
        taken = time.perf_counter() - begun
    assert review.events
    assert not review.unreadable
    return taken


def _jq(folder: Path) -> float:
    wanted = f'.Records[] | select(.userIdentity.userName == "{WANTED}")'
    with _cores(1):
        begun = time.perf_counter()
        command = 'zcat "$0"/*.json.gz | jq -c "$1"'
        done = subprocess.run(["sh", "-c", command, str(folder), wanted], check=True, capture_output=True)
        taken = time.perf_counter() - begun
    assert WANTED.encode() in done.stdout
    return taken


# The way that answers with whole records is the one that counts. Left to find the types itself, from a
# sample of 32 files, DuckDB drops what it has not seen there (2 of 2,642 real records lost fields), and with
# all files as the sample it fails where names differ in case alone, as they do in real records.
AS_JSON = """
    SELECT record FROM (
        SELECT unnest(Records) AS record
        FROM read_json('{files}', columns={{Records: 'JSON[]'}}, maximum_object_size=33554432)
    ) WHERE record->>'$.userIdentity.userName' = '{user}'
"""
PLAIN = """
    SELECT to_json(record) FROM (
        SELECT unnest(Records) AS record FROM read_json('{files}', maximum_object_size=33554432)
    ) WHERE record.userIdentity.userName = '{user}'
"""


def _duckdb(folder: Path, query: str) -> float:
    """Seconds it takes to find the whole records, which is what the review answers with."""
    import duckdb

    with _cores(1), duckdb.connect(config={"threads": 1}) as database:
        begun = time.perf_counter()
        found = database.execute(query.format(files=f"{folder}/*.json.gz", user=WANTED)).fetchall()
        taken = time.perf_counter() - begun
    assert found
    return taken


def _memory(what: str, folder: Path) -> Row:
    command = [STANCH, "review", "--user", WANTED, "--source", str(folder), "--json"]
    command += ["--since", trailfiles.SINCE.isoformat(), "--until", trailfiles.UNTIL.isoformat()]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    # 3: files alone never say what was not delivered.
    assert process.returncode == 3, process.returncode
    note = f"{time.perf_counter() - begun:.1f} s for the whole process"
    return Row(f"memory of stanch review, {what}", used.ru_maxrss / 1024, 300, unit="MB", note=note)
