"""A folder or a file of records, without AWS."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import aclosing
from pathlib import Path

from services.review.batch import Batch
from services.review.flight import in_flight
from services.review.model import Unreadable
from services.review.scan import NOT_API_CALLS, Scan, Scanner

SOURCE = "path"
SUFFIXES = (".json", ".gz", ".jsonl", ".ndjson")
GROUP_FILES = 64
GROUP_BYTES = 2_000_000
GROUPS_IN_FLIGHT = 3


async def read_path(path: Path, scanner: Scanner, pool: Executor) -> AsyncGenerator[Batch, None]:
    """Every file of records under *path*, or *path* itself whatever its name."""
    loop = asyncio.get_running_loop()
    groups, troubles = await loop.run_in_executor(pool, find, path)
    total = sum(len(group) for group in groups)
    if troubles:
        yield Batch(SOURCE, str(path), Scan(unreadable=troubles))

    async def each() -> AsyncGenerator[list[Path], None]:
        for group in groups:
            yield group

    async def scan(group: list[Path]) -> Batch:
        found = await loop.run_in_executor(pool, scanner.files, group)
        return Batch(SOURCE, str(group[-1]), found, total)

    async with aclosing(in_flight(each(), scan, limit=GROUPS_IN_FLIGHT)) as batches:
        async for batch in batches:
            yield batch


def find(path: Path) -> tuple[list[list[Path]], list[Unreadable]]:
    """The files to read, in groups worth a thread's while, and the folders that could not be listed."""
    if not path.is_dir():
        return [[path]], []
    groups: list[list[Path]] = []
    troubles: list[Unreadable] = []
    weight = GROUP_BYTES

    def failed(error: OSError) -> None:
        troubles.append(Unreadable.of(error.filename, error.strerror or error))

    for folder, folders, names in os.walk(path, onerror=failed):
        folders.sort()
        for file in (Path(folder, name) for name in sorted(names)):
            if file.suffix not in SUFFIXES or NOT_API_CALLS.search(str(file.relative_to(path))):
                continue
            try:
                size = file.stat().st_size
            except OSError as error:
                failed(error)
                continue
            if not file.is_file():
                continue
            if weight + size > GROUP_BYTES or len(groups[-1]) >= GROUP_FILES:
                groups.append([])
                weight = 0
            groups[-1].append(file)
            weight += size
    return groups, troubles
