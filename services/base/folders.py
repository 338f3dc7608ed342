"""Folders for nobody else's eyes."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

NOWHERE = Path(os.devnull, "stanch")
"""Where state would be kept of a user who has no home folder."""


def of_user(find: Callable[[], Path], variable: str) -> Path:
    """The folder of this user that *find* names, or NOWHERE where there is none.

    *variable* is the one of the environment that names its place outright. An empty or relative HOME would
    put the folder below the root, or wherever one stands.
    """
    home = os.environ.get("HOME")
    if home is not None and not Path(home).is_absolute() and not os.environ.get(variable):
        return NOWHERE
    try:
        found = find()
    except (RuntimeError, KeyError):
        return NOWHERE
    return found if found.is_absolute() else NOWHERE


def expanded(path: str) -> Path:
    """*path* with a leading ``~`` for the home it stands for; as it is where there is no such home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


class NotPrivate(OSError):
    """A place that somebody else made, or can write to; ``strerror`` says which, as a phrase."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(errno.EPERM, why, str(path))


def make_private(folder: Path) -> None:
    """Make *folder* and what is missing above it, mode 0700; raises OSError, and NotPrivate as below."""
    # The mode that mkdir is given holds for the last folder alone, not for those it makes on the way.
    if not os.path.lexists(folder):
        _require_nobody_above(folder)
        if not os.path.lexists(folder.parent):
            make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    require_private(folder)


def make_new(folder: Path) -> None:
    """Make *folder* in one that is private; raises FileExistsError where there is one."""
    folder.mkdir(mode=0o700)


def require_private(folder: Path) -> None:
    """Raise NotPrivate where *folder* is a link, another user's, or one that others can write to or replace.

    One that is not there is nobody's. Of those above it the owner counts, and that not everybody can write.
    """
    if folder.is_relative_to(NOWHERE):
        raise NotPrivate(folder, "there is no home folder")
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(found.st_mode):
        raise NotPrivate(folder, "it is a link")
    if not stat.S_ISDIR(found.st_mode):
        raise NotPrivate(folder, os.strerror(errno.ENOTDIR))
    if found.st_uid != os.geteuid():
        raise NotPrivate(folder, f"it belongs to another user, uid {found.st_uid}")
    if found.st_mode & 0o022:
        raise NotPrivate(folder, "others can write to it: chmod go-w")
    _require_nobody_above(folder)


def _require_nobody_above(folder: Path) -> None:
    if folder.is_relative_to(NOWHERE):
        raise NotPrivate(folder, "there is no home folder")
    # The folder it is in, links on the way resolved, and all above that.
    for above in folder.absolute().resolve().parents:
        try:
            found = above.stat()
        except FileNotFoundError:
            continue
        if found.st_uid not in (0, os.geteuid()):
            raise NotPrivate(folder, f"{above} above it belongs to another user, uid {found.st_uid}")
        # In a folder like /tmp everybody can write, but nobody can replace what is another's.
        if found.st_mode & 0o002 and not found.st_mode & stat.S_ISVTX:
            raise NotPrivate(folder, f"anyone can write to {above} above it")
