"""Looks for leaked credentials in files, git histories and streams; names them, and never their secrets."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from services.base import files, zips
from services.base.text import clean
from services.base.walk import is_folder, is_link, walk
from services.keys.recognise import AnyKey
from services.keys.telling import key_json
from services.scan import history
from services.scan.borrowed import Borrowed, NotRead, borrow, is_an_object
from services.scan.history import GitObject, HistoryError
from services.scan.tokens import Hit, Stream, hits
from services.scan.unpacking import BROKEN, Budget, NotUnpacked, Peeked, TooLarge, parts, unread

_INSIDE = " > "
"""Between what is packed and what is in it."""
_DEEPEST = 8
"""Layers of packing in each other that are looked through."""


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
    key: AnyKey
    place: Place

    def as_json(self) -> dict[str, object]:
        place = self.place
        return key_json(self.key) | {
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
    def keys(self) -> tuple[AnyKey, ...]:
        """Each credential once, in the order found."""
        return tuple({(found.key.kind, found.key.name): found.key for found in self.found}.values())

    def path(self, path: Path) -> None:
        """A file, or a folder with all that is below it; links are followed only where they are *path*."""
        try:
            path.stat()
        except OSError as error:
            there = None if isinstance(error, FileNotFoundError) else error.strerror
            self._leave(clean(path), there or "there is no such file or folder")
            return
        if path.is_dir():
            repositories: list[Path] = []
            for each in self._below(path, repositories):
                self._file(each)
            for gitdir in repositories:
                self._history(gitdir)
        else:
            self._file(path)

    def stream(self, stream: Stream, name: str) -> None:
        self.files += 1
        for inside, hit in self._hits(stream, name):
            self.found.append(Found(hit.key, Place(name + inside, hit.line)))

    def _hits(self, stream: Stream, name: str) -> Iterator[tuple[str, Hit]]:
        """What is in *stream*, or packed in it, each with the names of what it is packed in."""
        budget = Budget()
        counted = Peeked(_Counted(stream, self), taken=budget.earn)
        return self._unpacked(counted, name, "", budget, 0)

    def _unpacked(
        self, stream: Peeked, name: str, inside: str, budget: Budget, depth: int
    ) -> Iterator[tuple[str, Hit]]:
        packed, why = parts(stream, budget), unread(stream.head)
        if packed is not None and depth >= _DEEPEST:
            packed, why = None, "packed in too many layers"
        if packed is None:
            if why:
                self._leave(name + inside, f"it is {why}, which is not unpacked")
            for hit in hits(stream):
                yield inside, hit
            if zips.is_end(stream.tail) and not why:
                self._leave(f"{name}{inside}{_INSIDE}the zip archive at its end", "its file begins otherwise")
            return
        try:
            for part, content in packed:
                within = f"{inside}{_INSIDE}{clean(part)}" if part else inside
                if isinstance(content, NotUnpacked):
                    self._leave(name + within, str(content))
                    continue
                self.on_progress(self)
                yield from self._unpacked(Peeked(content), name, within, budget, depth + 1)
        except TooLarge:
            if depth:
                raise
            self._leave(name, "it unpacks to far more than its size; the rest of it is left out")
        except BROKEN as error:
            self._leave(name + inside, f"it is damaged, or only a part ({clean(error, limit=100)})")

    def _below(self, top: Path, repositories: list[Path]) -> Iterator[Path]:
        """Every file below *top* but the objects of git repositories, which are noted in *repositories*."""

        def unreadable(error: OSError) -> None:
            self._leave(clean(error.filename), error.strerror or "it cannot be read")

        around: list[Path] = []
        for folder, folders, names in walk(top, unreadable):
            if ".git" in (*folders, *names) and (why := _not_in_place(folder / ".git", top)):
                self._leave(_history_of(folder), why)
            # What was left is not come back to: however many there are, few have the folder in them.
            while around and not folder.is_relative_to(around[-1]):
                around.pop()
            if history.is_repository(folder):
                repositories.append(folder)
                around.append(folder)
            store = _store_around(folder, around)
            for each in (folder / name for name in names):
                if not is_link(each) and not (store and is_an_object(store, each)):
                    yield each

    def _file(self, path: Path) -> None:
        try:
            # A pipe or a device would be waited for without end.
            if not stat.S_ISREG(path.stat().st_mode):
                return
            with files.open_foreign(path, follow=True) as file:
                self.stream(file, clean(path))
        except OSError as error:
            self._leave(clean(path), error.strerror or "it cannot be read")

    def _history(self, gitdir: Path) -> None:
        """All objects of a repository; nothing in it is run or obeyed, and what is elsewhere is named."""
        named = gitdir.parent if gitdir.name == ".git" else gitdir
        try:
            with borrow(gitdir) as repositories:
                for repository in repositories:
                    self._objects_or_why(repository, named)
        except NotRead as error:
            self._leave(_history_of(named), str(error))
        except OSError as error:
            self._leave(_history_of(named), error.strerror or "it cannot be read")

    def _objects_or_why(self, repository: Borrowed, named: Path) -> None:
        try:
            self._objects(repository, named)
        except HistoryError as error:
            repository.left.append(str(error))
        finally:
            for left in dict.fromkeys(repository.left):
                self._leave(_history_of(named), left)

    def _objects(self, repository: Borrowed, named: Path) -> None:
        commits: list[str] = []
        found: list[tuple[int, GitObject, str]] = []
        for each in history.objects(repository):
            self.objects += 1
            if each.kind == "commit":
                commits.append(each.id)
            for inside, hit in self._hits(each, f"{clean(named)}, object {each.id[:12]}"):
                found.append((len(self.found), each, inside))
                self.found.append(Found(hit.key, _place(named, each, hit.line)))
        contents = {each.id for _, each, _ in found if each.kind in ("blob", "tree")}
        try:
            origins = history.origins(repository, commits, contents)
        except HistoryError:
            repository.left.append("which commits brought the keys that were found")
            return
        for at, each, inside in found:
            if each.id in origins:
                commit, path = origins[each.id]
                before = self.found[at]
                place = replace(before.place, path=clean(named / path) + inside, commit=commit)
                self.found[at] = Found(before.key, place)

    def _leave(self, what: str, why: str) -> None:
        self.unreadable.append((what, why))


def _history_of(folder: Path) -> str:
    return f"the history of {clean(folder)}"


def _not_in_place(git: Path, top: Path) -> str | None:
    """Why the repository of a ``.git`` is not read with what is below *top*; None where it is."""
    if is_link(git):
        return "its .git is a link, which is not followed: scan its target"
    if is_folder(git):
        return None if history.is_repository(git) else "its .git isn't a git repository"
    try:
        with files.open_foreign(git) as file:
            named = file.read(4096).decode("utf-8", "surrogateescape").removeprefix("gitdir:").strip()
        target = (git.parent / named).resolve()
        if not target.is_relative_to(top.resolve()):
            return f"its .git leads to another place, which is not followed: scan {clean(named)} too"
        # A linked worktree has its objects in the repository it belongs to.
        if os.path.lexists(target / "commondir") and not history.is_repository(target):
            with files.open_foreign(target / "commondir") as file:
                shared = file.read(4096).decode("utf-8", "surrogateescape").strip()
            target = (target / shared).resolve()
            if not target.is_relative_to(top.resolve()):
                return f"its objects are in another place, which is not followed: scan {clean(target)} too"
    except (OSError, ValueError, RuntimeError):
        return "its .git cannot be read"
    # A submodule's repository is below the one it belongs to, and is read there.
    return None if history.is_repository(target) else "its .git leads to no git repository"


def _store_around(folder: Path, around: Sequence[Path]) -> Path | None:
    """The objects of a repository *around* the *folder*, where it is in them or is them."""
    return next((each / "objects" for each in around if folder.is_relative_to(each / "objects")), None)


def _place(named: Path, found: GitObject, line: int) -> Place:
    if found.kind in ("commit", "tag"):
        commit = found.id if found.kind == "commit" else None
        return Place(f"{clean(named)}, the {found.kind}'s message", line, commit, found.id)
    return Place(clean(named), line, None, found.id)


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
