"""A git repository of our own around the objects of another, so that nothing written in that one is obeyed.

git runs programs that a repository's configuration, attributes or hooks name. Here all of these are ours, and
empty: only the objects, as links to regular files, are the stranger's.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.base import files
from services.base.text import clean

_CONFIG = """\
[core]
	repositoryformatversion = {version}
	bare = true
	attributesFile = /dev/null
	hooksPath = /dev/null
	fsmonitor = false
[gc]
	auto = 0
[maintenance]
	auto = false
"""
_SHA256 = "[extensions]\n\tobjectFormat = sha256\n"
_LOOSE = re.compile(r"[0-9a-f]{2}")
_LOOSE_NAME = re.compile(r"[0-9a-f]{38}|[0-9a-f]{62}")
_GITS_OWN = re.compile(rf"{_LOOSE.pattern}/({_LOOSE_NAME.pattern})|pack/[^/]+\.(pack|idx)")
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHA1_BYTES, _SHA256_BYTES = 20, 32


class NotRead(Exception):
    """The folder holds no objects that may be read; the message says why."""


@dataclass
class Borrowed:
    """Our repository in *folder*; *left* says, one phrase each, what of the other was not taken over."""

    folder: Path
    left: list[str] = field(default_factory=list)
    id_bytes: int = _SHA1_BYTES
    empty: bool = True

    def take(self, folder: str, path: Path) -> None:
        """Link *path* into the *folder* of the objects."""
        mine = self.folder / "objects" / folder
        mine.mkdir(parents=True, exist_ok=True)
        (mine / path.name).symlink_to(path.absolute())
        self.empty = False


def is_an_object(objects: Path, file: Path) -> bool:
    """Whether *file* in the folder *objects* has a name under which git keeps objects."""
    return _GITS_OWN.fullmatch(file.relative_to(objects).as_posix()) is not None


@contextmanager
def borrow(gitdir: Path) -> Iterator[Sequence[Borrowed]]:
    """The objects that *gitdir* itself holds, in a repository for each kind of hash that they are named by.

    They live as long as this context. Raises NotRead or OSError.
    """
    objects = gitdir / "objects"
    if objects.is_symlink():
        raise NotRead("its objects are a link to another place, which is not followed: scan that place")
    if not objects.is_dir():
        raise NotRead("it isn't a git repository")
    with tempfile.TemporaryDirectory(prefix="stanch-git-") as name:
        # One repository by what a name or its configuration says would let a file hide all others.
        sha1 = _new(Path(name, "sha1"), _SHA1_BYTES, _CONFIG.format(version=0))
        sha256 = _new(Path(name, "sha256"), _SHA256_BYTES, _CONFIG.format(version=1) + _SHA256)
        _take_packs(objects, sha1, sha256)
        _take_loose(objects, sha1, sha256)
        _take_shallow(gitdir, sha1, sha256)
        _name_what_is_elsewhere(gitdir, sha1)
        yield [sha1] if sha256.empty else [sha1, sha256]


def _new(folder: Path, id_bytes: int, config: str) -> Borrowed:
    (folder / "refs").mkdir(parents=True)
    (folder / "objects" / "pack").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    (folder / "config").write_text(config)
    return Borrowed(folder, id_bytes=id_bytes)


def _take_packs(objects: Path, sha1: Borrowed, sha256: Borrowed) -> None:
    """Link each pack that has an index of its own."""
    there = _files(objects / "pack", sha1)
    indexed = {path.stem for path in there if path.suffix == ".idx"}
    for path in (each for each in there if each.suffix == ".pack"):
        index = path.with_suffix(".idx")
        if path.stem not in indexed:
            sha1.left.append(f"a pack without its index ({clean(path.name)})")
        elif ours := next(
            (each for each in (sha1, sha256) if _is_index_of(index, path, each.id_bytes)), None
        ):
            ours.take("pack", path)
            ours.take("pack", index)
        else:
            sha1.left.append(f"a pack that doesn't match its index ({clean(path.name)})")
    if any(path.suffix == ".promisor" for path in there):
        sha1.left.append("objects that this partial clone never fetched")


def _is_index_of(index: Path, pack: Path, id_bytes: int) -> bool:
    """Whether both end as they do where a hash has that many bytes: with the hash of the pack."""
    return _before_end(index, 2 * id_bytes)[:id_bytes] == _before_end(pack, id_bytes) != b""


def _before_end(path: Path, size: int) -> bytes:
    """The last *size* bytes; nothing where there are fewer."""
    with files.open_foreign(path) as file:
        if os.fstat(file.fileno()).st_size < size:
            return b""
        file.seek(-size, os.SEEK_END)
        return file.read(size)


def _take_loose(objects: Path, sha1: Borrowed, sha256: Borrowed) -> None:
    """Link each folder of loose objects, or file by file where something else is among them."""
    for folder in sorted(objects.iterdir()):
        if not _LOOSE.fullmatch(folder.name):
            continue
        loose = _files(folder, sha1)
        if not folder.is_symlink() and _are_all_of_sha1(folder):
            (sha1.folder / "objects" / folder.name).symlink_to(folder.absolute())
            sha1.empty = False
            continue
        for path in loose:
            if _LOOSE_NAME.fullmatch(path.name):
                (sha1 if len(path.name) == 2 * _SHA1_BYTES - 2 else sha256).take(folder.name, path)


def _are_all_of_sha1(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return all(
            each.is_file(follow_symlinks=False)
            and len(each.name) == 2 * _SHA1_BYTES - 2
            and _LOOSE_NAME.fullmatch(each.name)
            for each in entries
        )


def _files(folder: Path, ours: Borrowed) -> list[Path]:
    """The regular files in *folder*: a link may lead anywhere, and a pipe would be waited for without end."""
    if folder.is_symlink():
        ours.left.append(f"{folder.name} among its objects, a link to another place")
        return []
    try:
        with os.scandir(folder) as entries:
            there = list(entries)
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        ours.left.append(f"{folder.name} among its objects, which isn't a folder")
        return []
    others = [each.name for each in there if not each.is_file(follow_symlinks=False)]
    if others:
        name = clean(others[0])
        ours.left.append(f"something that isn't a regular file among its objects ({folder.name}/{name})")
    return sorted(Path(each.path) for each in there if each.is_file(follow_symlinks=False))


def _take_shallow(gitdir: Path, sha1: Borrowed, sha256: Borrowed) -> None:
    """Where the history was cut when it was cloned, or git would look for the parents of those commits."""
    try:
        with files.open_foreign(gitdir / "shallow") as file:
            lines = file.read().decode("ascii", "replace").split()
    except OSError:
        return
    if not (ids := [line for line in lines if _ID.fullmatch(line)]):
        return
    sha1.left.append("commits that this shallow clone never fetched")
    for ours in (sha1, sha256):
        if mine := [each for each in ids if len(each) == 2 * ours.id_bytes]:
            (ours.folder / "shallow").write_text("".join(f"{each}\n" for each in mine))


def _name_what_is_elsewhere(gitdir: Path, ours: Borrowed) -> None:
    for name in ("objects/info/alternates", "objects/info/http-alternates", "commondir"):
        if os.path.lexists(gitdir / name):
            ours.left.append(f"objects it borrows from another repository ({name}): scan that too")
