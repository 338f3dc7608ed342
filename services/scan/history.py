"""A git repository as a stream of objects: everything that was ever committed, deleted since or not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.base.text import clean


class HistoryError(Exception):
    """git could not read the repository; the message is a sentence."""


@dataclass
class GitObject:
    """One object's bytes, to be read in pieces."""

    id: str
    kind: str
    _from: IO[bytes]
    _left: int

    def read(self, size: int) -> bytes:
        data = self._from.read(min(size, self._left))
        if not data and self._left:
            raise HistoryError("git ended in the middle of an object")
        self._left -= len(data)
        return data


def is_repository(folder: Path) -> bool:
    """Whether *folder* is a work tree's top, or a bare repository."""
    return (folder / ".git").exists() or (
        (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()
    )


def objects(repository: Path) -> Iterator[GitObject]:
    """Every object there is, reachable or not, in no order; raises HistoryError."""
    with _git(repository, "cat-file", "--batch-all-objects", "--unordered", "--batch") as (out, process):
        while header := out.readline():
            name, kind, size = header.decode("ascii", "replace").split()
            found = GitObject(name, kind, out, int(size))
            yield found
            while found.read(1 << 20):
                pass
            out.read(1)
        if process.wait():
            assert process.stderr
            raise HistoryError(clean(process.stderr.read().decode("utf-8", "replace"), limit=300))


def where(repository: Path, object_id: str) -> tuple[str, str] | None:
    """The first commit that brought the object, and the path it had there; None where no commit has it."""
    options = ("--all", "--no-renames", f"--find-object={object_id}", "--format=%H", "--name-only", "-z")
    with _git(repository, "log", *options) as (out, _):
        told = out.read().decode("utf-8", "surrogateescape").replace("\n", "\0")
    commit = path = None
    expects_path = False
    for part in filter(None, told.split("\0")):
        if len(part) in (40, 64) and not part.strip("0123456789abcdef"):
            commit, expects_path = part, True
        elif expects_path:
            path, expects_path = part, False
    return (commit, path) if commit and path else None


@contextmanager
def _git(repository: Path, *arguments: str) -> Iterator[tuple[IO[bytes], subprocess.Popen[bytes]]]:
    # A partial clone would fetch what it lacks, and a prompt would wait for ever.
    environment = {
        **os.environ,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
    }
    try:
        process = subprocess.Popen(
            ["git", "-C", str(repository), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
    except FileNotFoundError:
        raise HistoryError("git is not installed, so the history cannot be read") from None
    with process:
        assert process.stdout
        try:
            yield process.stdout, process
        finally:
            if process.poll() is None:
                process.kill()
