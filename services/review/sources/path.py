"""A folder or a file of records, without AWS."""

from __future__ import annotations

import asyncio
import errno
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Executor
from contextlib import aclosing
from pathlib import Path

from services.base.walk import is_link, walk
from services.review.batch import Batch
from services.review.flight import in_flight
from services.review.model import Unreadable
from services.review.scan import Scan, Scanner

SOURCE = "path"
NOT_CALLS = re.compile(r"(^|/)\d{12}/CloudTrail-(Digest|Insight)/")
"""The folders in which CloudTrail keeps what it delivers beside the records of calls."""
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
    if path.is_char_device() or path.is_block_device():
        return [], [Unreadable.of(str(path), "a device, and not a file")]
    if not path.is_dir():
        return [[path]], []
    groups: list[list[Path]] = []
    troubles: list[Unreadable] = []
    weight = 0

    def failed(error: OSError) -> None:
        troubles.append(Unreadable.of(error.filename, error.strerror or error))

    for file in _walk(path, failed):
        if NOT_CALLS.search(file.relative_to(path).as_posix()):
            continue
        try:
            size = file.stat().st_size
        except OSError as error:
            failed(error)
            continue
        # What a link leads to below /proc has no size, and some of it never ends.
        if not file.is_file() or (not size and file.is_symlink()):
            troubles.append(Unreadable.of(str(file), "not a regular file"))
            continue
        if not groups or weight + size > GROUP_BYTES or len(groups[-1]) >= GROUP_FILES:
            groups.append([])
            weight = 0
        groups[-1].append(file)
        weight += size
    return groups, troubles


def _leads_away(folder: Path, top: Path) -> bool:
    if not is_link(folder):
        return False
    try:
        return not folder.resolve().is_relative_to(top.resolve())
    except (OSError, RuntimeError):
        return True


def _walk(top: Path, failed: Callable[[OSError], None]) -> Iterator[Path]:
    """Every file under *top*; links to folders in it are followed, each folder is read once."""
    seen: set[tuple[int, int]] = set()
    for folder, folders, names in walk(top, failed, follow=True):
        try:
            status = folder.stat()
        except OSError as error:
            failed(error)
            folders.clear()
            continue
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        for name in [each for each in folders if _leads_away(folder / each, top)]:
            # Whoever made the folder could have all of this machine read.
            failed(OSError(errno.EXDEV, "a link to another place, which is not followed", f"{folder}/{name}"))
            folders.remove(name)
        yield from (folder / name for name in names)
