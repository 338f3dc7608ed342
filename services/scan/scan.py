"""Looks for leaked API keys in files, git histories and streams; names them, and never their secrets."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from services.base.text import clean
from services.keys.token import Token
from services.scan import history
from services.scan.history import GitObject, HistoryError
from services.scan.tokens import Stream, hits


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key was found: a *path* and *line*; in a history, also the *commit* that brought it."""

    path: str
    line: int
    commit: str | None = None
    object_id: str | None = None

    def __str__(self) -> str:
        within = (
            f"{self.commit[:12]}:" if self.commit else f"{self.object_id[:12]}:" if self.object_id else ""
        )
        return f"{within}{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Found:
    token: Token
    place: Place

    def as_json(self) -> dict[str, object]:
        token, place = self.token, self.place
        return {
            "service": token.service,
            "prefix": token.prefix,
            "alias": token.alias,
            "user": token.user,
            "account": token.account,
            "looks_cut": token.looks_cut,
            "path": place.path,
            "line": place.line,
            "commit": place.commit,
            "object": place.object_id,
        }


@dataclass
class Scan:
    """What was looked at, what was found, and what could not be read, with the words that say why."""

    found: list[Found] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0
    objects: int = 0
    bytes_read: int = 0
    on_progress: Callable[[Scan], None] = field(default=lambda scan: None, repr=False)

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Each key once, in the order found."""
        return tuple({found.token.alias: found.token for found in self.found}.values())

    def path(self, path: Path) -> None:
        """A file, or a folder with all that is below it; links are followed only where they are *path*."""
        if not path.exists():
            self.unreadable.append((clean(path), "there is no such file or folder"))
        elif path.is_dir():
            for each in self._below(path):
                self._file(each)
        else:
            self._file(path)

    def stream(self, stream: Stream, name: str) -> None:
        self.files += 1
        for hit in hits(_Counted(stream, self)):
            self.found.append(Found(hit.token, Place(name, hit.line)))

    def _below(self, top: Path) -> Iterator[Path]:
        def unreadable(error: OSError) -> None:
            self.unreadable.append((clean(error.filename), error.strerror or "it cannot be read"))

        for name, folders, files in os.walk(top, onerror=unreadable):
            folder = Path(name)
            if history.is_repository(folder):
                self._history(folder)
                if not (folder / ".git").exists():
                    folders.clear()
                    continue
            folders[:] = sorted(each for each in folders if each != ".git")
            yield from (folder / each for each in sorted(files) if not (folder / each).is_symlink())

    def _file(self, path: Path) -> None:
        try:
            # A pipe or a device would be waited for without end.
            if not stat.S_ISREG(path.stat().st_mode):
                return
            with path.open("rb", buffering=0) as file:
                self.stream(file, clean(path))
        except OSError as error:
            self.unreadable.append((clean(path), error.strerror or "it cannot be read"))

    def _history(self, repository: Path) -> None:
        try:
            for each in history.objects(repository):
                self.objects += 1
                for hit in hits(_Counted(each, self)):
                    self.found.append(Found(hit.token, self._place(repository, each, hit.line)))
        except (HistoryError, ValueError) as error:
            self.unreadable.append((f"the history of {clean(repository)}", str(error)))

    def _place(self, repository: Path, found: GitObject, line: int) -> Place:
        if found.kind == "commit":
            return Place(f"{clean(repository)}, the commit's message", line, found.id, found.id)
        commit, path = history.where(repository, found.id) or (None, "")
        return Place(clean(f"{repository}/{path}".rstrip("/")), line, commit, found.id)


@dataclass
class _Counted:
    """Counts what is read of a stream."""

    stream: Stream | IO[bytes]
    scan: Scan

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.scan.bytes_read += len(data)
        self.scan.on_progress(self.scan)
        return data
