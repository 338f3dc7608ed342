"""Folders that others made, however deep they are and however long their names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path


def walk(
    top: Path, failed: Callable[[OSError], None], *, follow: bool = False
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """*top* and each folder below it, with the names of the folders in it and of all else, both in order.

    It goes on in those folders that are still in the list when the next is asked for; in links to folders
    only with *follow*. What cannot be listed is handed to *failed*.
    """
    # Before Python 3.12 os.walk calls itself for each folder in another, a thousand times at most.
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        if not follow and folder is not top and is_link(folder):
            continue
        folders: list[str] = []
        names: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for each in entries:
                    (folders if is_folder(each) else names).append(each.name)
        except OSError as error:
            failed(error)
            continue
        folders.sort()
        names.sort()
        yield folder, folders, names
        waiting.extend(folder / name for name in reversed(folders))


def is_folder(path: Path | os.DirEntry[str]) -> bool:
    """Whether it is a folder, or a link to one; not where that cannot be told, as of a path too long."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_link(path: Path) -> bool:
    """Whether it is a link; not where that cannot be told, as of a path too long."""
    try:
        return path.is_symlink()
    except OSError:
        return False
