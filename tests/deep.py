"""Folders so deep, or with paths so long, that neither the library nor the system takes them as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_PATH = 4096
"""Bytes that the system takes, with the one that ends them."""
_NAME = "n" * 200


@contextmanager
def deep_folder(top: Path, depth: int) -> Iterator[Path]:
    """The last of *depth* folders, one in the other below *top*; at the end all are gone."""
    # Whatever cleans up behind a test may fail of them as well.
    made = [top]
    for _ in range(depth):
        made.append(made[-1] / "d")
        made[-1].mkdir()
    try:
        yield made[-1]
    finally:
        for folder in reversed(made[1:]):
            for each in list(folder.iterdir()):
                each.unlink()
            folder.rmdir()


def folder_of_length(top: Path, length: int) -> Path:
    """A folder below *top* whose path has *length* bytes."""
    folder = top
    while (left := length - len(os.fsencode(folder)) - 1) > 0:
        # One byte could not be had with a slash before it.
        folder = folder / _NAME[: left if left <= 200 else min(200, left - 2)]
        folder.mkdir()
    return folder


def long_folder(top: Path) -> None:
    """Folders below *top* that go on where no path leads any more."""
    last = folder_of_length(top, LONGEST_PATH - 50)
    opened = os.open(last, os.O_RDONLY | os.O_DIRECTORY)
    os.mkdir(_NAME, dir_fd=opened)
    os.close(opened)
