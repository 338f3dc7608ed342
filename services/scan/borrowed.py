"""A git repository of our own around the objects of another, so that nothing written in that one is obeyed.

git runs programs that a repository's configuration, attributes or hooks name. Here all of these are ours, and
empty: only the objects, as links to regular files, are the stranger's.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

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
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class NotRead(Exception):
    """The folder holds no objects that may be read; the message says why."""


@dataclass
class Borrowed:
    """Our repository in *folder*; *left* says, one phrase each, what of the other was not taken over."""

    folder: Path
    left: list[str] = field(default_factory=list)


@contextmanager
def borrow(gitdir: Path) -> Iterator[Borrowed]:
    """The objects that *gitdir* itself holds, in a repository that lives as long as this context.

    Raises NotRead or OSError.
    """
    objects = gitdir / "objects"
    if objects.is_symlink():
        raise NotRead("its objects are a link to another place, which is not followed: scan that place")
    if not objects.is_dir():
        raise NotRead("it isn't a git repository")
    with tempfile.TemporaryDirectory(prefix="stanch-git-") as name:
        ours = Borrowed(Path(name))
        (ours.folder / "refs").mkdir()
        (ours.folder / "objects" / "pack").mkdir(parents=True)
        (ours.folder / "HEAD").write_text("ref: refs/heads/none\n")
        sha256 = _take_packs(objects, ours) | _take_loose(objects, ours)
        config = _CONFIG.format(version=int(sha256)) + (_SHA256 if sha256 else "")
        (ours.folder / "config").write_text(config)
        _take_shallow(gitdir, ours)
        _name_what_is_elsewhere(objects, ours)
        yield ours


def _take_packs(objects: Path, ours: Borrowed) -> bool:
    """Link each pack that has an index; whether they are of SHA-256."""
    there = _files(objects / "pack", ours)
    packs = [path for path in there if path.suffix == ".pack"]
    indexed = {path.stem for path in there if path.suffix == ".idx"}
    for path in packs:
        if path.stem not in indexed:
            ours.left.append(f"a pack without its index ({path.name})")
            continue
        for part in (path, path.with_suffix(".idx")):
            (ours.folder / "objects" / "pack" / part.name).symlink_to(part.absolute())
    if any(path.suffix == ".promisor" for path in there):
        ours.left.append("objects that this partial clone never fetched")
    return any(len(path.stem) == len("pack-") + 64 for path in packs)


def _take_loose(objects: Path, ours: Borrowed) -> bool:
    """Link each folder of loose objects, or file by file where something else is among them."""
    sha256 = False
    for folder in sorted(objects.iterdir()):
        if not _LOOSE.fullmatch(folder.name):
            continue
        mine = ours.folder / "objects" / folder.name
        files = _files(folder, ours)
        sha256 |= any(len(path.name) == 62 for path in files)
        if not folder.is_symlink() and len(files) == sum(1 for _ in folder.iterdir()):
            mine.symlink_to(folder.absolute())
            continue
        mine.mkdir()
        for path in files:
            if _LOOSE_NAME.fullmatch(path.name):
                (mine / path.name).symlink_to(path.absolute())
    return sha256


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
        ours.left.append(f"something that isn't a regular file among its objects ({folder.name}/{others[0]})")
    return sorted(Path(each.path) for each in there if each.is_file(follow_symlinks=False))


def _take_shallow(gitdir: Path, ours: Borrowed) -> None:
    """Where the history was cut when it was cloned, or git would look for the parents of those commits."""
    shallow = gitdir / "shallow"
    if shallow.is_symlink() or not shallow.is_file():
        return
    ids = [line for line in shallow.read_text(errors="replace").split() if _ID.fullmatch(line)]
    if ids:
        (ours.folder / "shallow").write_text("".join(f"{each}\n" for each in ids))
        ours.left.append("commits that this shallow clone never fetched")


def _name_what_is_elsewhere(objects: Path, ours: Borrowed) -> None:
    for name in ("alternates", "http-alternates"):
        file = objects / "info" / name
        if file.is_symlink() or file.exists():
            ours.left.append(
                f"objects it borrows from another repository (objects/info/{name}): scan that too"
            )
