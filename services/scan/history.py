"""A git repository as a stream of objects: everything that was ever committed, deleted since or not."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.base.text import clean
from services.base.walk import is_folder
from services.scan.borrowed import Borrowed


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
    """Whether *folder* is itself where git keeps objects and refs: ``.git``, or a bare repository."""
    return os.path.lexists(folder / "HEAD") and all(is_folder(folder / name) for name in ("objects", "refs"))


def objects(repository: Borrowed) -> Iterator[GitObject]:
    """Every object there is, reachable or not, in no order; raises HistoryError."""
    arguments = ("cat-file", "--batch-all-objects", "--unordered", "--batch")
    with _git(repository, *arguments) as out:
        while header := out.readline():
            name, _, rest = header.decode("ascii", "replace").strip().partition(" ")
            kind, _, size = rest.partition(" ")
            if not size.isdecimal():
                repository.left.append(f"an object that cannot be read ({clean(name, limit=64)})")
                continue
            found = GitObject(name, kind, out, int(size))
            yield found
            while found.read(1 << 20):
                pass
            out.read(1)


def origins(
    repository: Borrowed, commits: Iterable[str], wanted: Collection[str]
) -> Mapping[str, tuple[str, str]]:
    """Of each *wanted* object the first of *commits* that brought it, and the path it had there.

    One pass over the commits, however many objects are wanted; raises HistoryError.
    """
    found: dict[str, tuple[str, str]] = {}
    if not wanted:
        return found
    # Each object is listed once. To compare trees would walk a tree as often as it is named, and ten trees
    # of ten names each, one in the other, are ten thousand million paths.
    options = (
        "--no-walk=sorted",
        "--reverse",
        "--objects",
        "--in-commit-order",
        "--missing=allow-any",
        "--stdin",
    )
    ids, commit = set(commits), ""
    with _git(repository, "rev-list", *options, given=ids) as out:
        for line in out:
            named, _, path = line.rstrip(b"\n").partition(b" ")
            each = named.decode("ascii", "replace")
            if each in ids:
                commit = each
            elif each in wanted:
                found.setdefault(each, (commit, path.decode("utf-8", "surrogateescape")))
    return {
        each: (commit, path if whole else f"{path}…")
        for (each, (commit, path)), whole in zip(found.items(), _are_whole(repository, found), strict=True)
    }


def _are_whole(repository: Borrowed, found: Mapping[str, tuple[str, str]]) -> Iterator[bool]:
    """Whether each path leads to its object: git ends the list's paths at the first line break in a name."""
    # One that begins like this would be looked up below the current folder.
    asked = [f"{commit}:{path if not path.startswith('.') else ''}" for commit, path in found.values()]
    with _git(repository, "cat-file", "--batch-check=%(objectname)", given=asked) as out:
        for each, line in zip(found, out, strict=True):
            yield line.strip().decode("ascii", "replace") == each or found[each][1].startswith(".")


@contextmanager
def _git(repository: Borrowed, *arguments: str, given: Iterable[str] = ()) -> Iterator[IO[bytes]]:
    """Standard output of git, which gets no environment, no credentials and no configuration but ours."""
    with tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as asked:
        asked.writelines(f"{line}\n".encode("utf-8", "surrogateescape") for line in given)
        asked.seek(0)
        process = subprocess.Popen(
            [_program(), *arguments],
            cwd=repository.folder,
            stdin=asked,
            stdout=subprocess.PIPE,
            # A pipe that nobody reads would fill, and be waited for without end.
            stderr=complaints,
            env=_environment(repository.folder),
        )
        with process:
            assert process.stdout
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
            failed = process.wait()
            complaints.seek(0)
            if complaint := _sentence(complaints.read(2000), repository.folder):
                # git goes on without a pack that it can't read, and ends as if all had been there.
                repository.left.append(f"what git can't read ({complaint})")
            if failed:
                raise HistoryError(complaint or "git failed, and doesn't say why")


def _sentence(complaints: bytes, folder: Path) -> str:
    said = complaints.decode("utf-8", "replace").replace(f"{folder}/", "").strip()
    return clean(said, limit=300)


def _program() -> str:
    # A relative entry of PATH would find a program of the folder that is looked through.
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(entry for entry in entries if Path(entry).is_absolute())
    if found := shutil.which("git", path=path):
        return found
    raise HistoryError("git is not installed, so the history cannot be read")


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "LC_ALL": "C",
        "GIT_DIR": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        # No transport, so that nothing is fetched, by whatever program.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
    }
