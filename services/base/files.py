"""The one way to this program's files: for their owner alone, never through a link, made and not found.

Everything raises OSError, whose ``strerror`` completes "… cannot be written (…)".
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from services.base.folders import NotPrivate

_PRIVATE = 0o600
MOST_BYTES = 256 << 20
"""Of a file that is read whole, unless somebody knows better: none of this program's comes near."""
ROOM = 16 << 10
"""Bytes that are kept free for a secret, far more than the longest takes."""


class Held(OSError):
    """Another process has the lock."""


class CannotLock(OSError):
    """The file system knows no locks; ``strerror`` says why."""


def read(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """All of a file that is ours; one of more than *most* bytes is an error, and is not read."""
    with open_ours(path) as file:
        require_no_more(file, path, most)
        return file.read()


def require_no_more(file: IO[bytes], path: Path, most: int = MOST_BYTES) -> None:
    """Raise OSError where *file* has more than *most* bytes: to read it would take all memory."""
    if os.fstat(file.fileno()).st_size > most:
        raise OSError(errno.EFBIG, f"it is larger than {most >> 20:,} MB", str(path))


def open_ours(path: Path) -> IO[bytes]:
    """A file that is ours, to be read."""
    return _ours(path, _open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")


def open_foreign(path: Path, *, follow: bool = False) -> IO[bytes]:
    """A regular file whoever made it; what would be waited for without end is an error."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "it isn't a regular file", str(path))
    return os.fdopen(fd, "rb", buffering=0)


def create(path: Path) -> IO[bytes]:
    """A new file; raises FileExistsError where there is one, or a link."""
    return os.fdopen(_open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb")


@contextmanager
def creating(path: Path) -> Iterator[IO[bytes]]:
    """A new file, on disk at the end of the context and gone again where an error ends it.

    Raises FileExistsError where there is one, or a link.
    """
    file = create(path)
    try:
        yield file
        file.flush()
        os.fsync(file.fileno())
        file.close()
    except BaseException as error:
        path.unlink(missing_ok=True)
        with suppress(OSError):
            # It would write once more what it could not.
            file.close()
        if isinstance(error, OSError):
            raise _named(error, path) from None
        raise


def create_once(path: Path, content: bytes) -> None:
    """A file with *content*, whole from the start; of two that make it at once the first one's stays."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with create(beside) as file:
            file.write(content)
        with suppress(FileExistsError):
            path.hardlink_to(beside)
    finally:
        beside.unlink(missing_ok=True)


def open_or_create(path: Path) -> IO[bytes]:
    """A file of ours, to read and write without a buffer; made where it is not there."""
    return _ours(path, _open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK), "r+b")


def append(path: Path, content: bytes) -> None:
    """Add all of *content* to a file of ours and wait until it is on disk, or add nothing of it."""
    new = not os.path.lexists(path)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
    with _ours(path, _open(path, flags), "ab") as file:
        fd = file.fileno()
        before = os.fstat(fd).st_size
        try:
            _write_all(fd, content)
        except OSError as error:
            os.ftruncate(fd, before)
            raise _named(error, path) from None
        os.fsync(fd)
    if new:
        sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Put *content* in the place of *path*, whole or not at all; a link there is replaced, not followed."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """What is written takes the place of *path* at the end of the context, unless an error ends it."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with create(beside) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _named(error, path) from None
        raise
    sync_folder(path.parent)


def write_new(path: Path, content: str, *, force: bool = False) -> None:
    """Write *content* to *path*, of mode 0600; raises OSError, and FileExistsError unless *force*."""
    if force:
        replace(path, content.encode())
        return
    with creating(path) as file:
        file.write(content.encode())


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* last through a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def lock(file: IO[bytes] | int) -> None:
    """Lock *file* until it is closed; raises Held, or CannotLock where the file system has no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Held(error.errno, error.strerror) from None
    except OSError as error:
        raise CannotLock(error.errno, error.strerror) from None


def wait_for_lock(file: IO[bytes]) -> None:
    """Lock *file* until it is closed, once nobody else has it; raises CannotLock where there are no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        raise CannotLock(error.errno, error.strerror) from None


class Reserved:
    """A new file with room taken on disk, so that a secret that is yet to be made has a place.

    Either ``fill`` it or ``give_up``; until it is filled it holds nothing but zeros, and is locked.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        is_abandoned(path, take_away=True)
        self._file: IO[bytes] | None = create(path)
        try:
            with suppress(CannotLock):
                lock(self._file)
            _write_all(self._file.fileno(), b"\0" * ROOM)
            os.fsync(self._file.fileno())
            sync_folder(path.parent)
        except BaseException as error:
            self.give_up()
            if isinstance(error, OSError):
                raise _named(error, path) from None
            raise

    def fill(self, content: bytes) -> None:
        """Make *content* all that the file holds, and wait until it is on disk."""
        if self._file is None:
            raise ValueError("the file was filled or given up")
        fd = self._file.fileno()
        if not os.path.lexists(self.path) or not os.path.samestat(os.fstat(fd), self.path.lstat()):
            raise OSError(errno.ENOENT, "it was removed in the meantime", str(self.path))
        os.lseek(fd, 0, os.SEEK_SET)
        # Over the room that was taken, before that is cut off: there is nothing left to run out of.
        _write_all(fd, content)
        os.ftruncate(fd, len(content))
        os.fsync(fd)
        self._file.close()
        self._file = None

    def give_up(self) -> None:
        """Take the file away, unless it was filled, or is another one by now."""
        if self._file is not None:
            with suppress(OSError):
                if os.path.samestat(os.fstat(self._file.fileno()), self.path.lstat()):
                    self.path.unlink()
            self._file.close()
            self._file = None


def reserve(path: Path) -> Reserved:
    """A new file at *path* with room for a secret; what a killed process left of one is no hindrance."""
    return Reserved(path)


def is_abandoned(path: Path, *, take_away: bool = False) -> bool:
    """Whether *path* is room that a process took which was killed before it could fill it.

    With *take_away* it is gone then, and nobody else can have taken or filled it in between.
    """
    try:
        with _ours(path, _open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not _is_room(file):
                return False
            lock(file)
            # Whoever took it may have filled it until now, or another may have made a new one.
            if not _is_room(file) or not os.path.samestat(os.fstat(file.fileno()), path.lstat()):
                return False
            if take_away:
                path.unlink()
    except OSError:
        return False
    return True


def _is_room(file: IO[bytes]) -> bool:
    file.seek(0)
    content = file.read(ROOM + 1)
    return 0 < len(content) <= ROOM and not content.strip(b"\0")


def _open(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotPrivate(path, "it is a link") from None
        raise


def _named(error: OSError, path: Path) -> OSError:
    """The same error with the file's name, which what is raised while writing lacks."""
    return OSError(error.errno, error.strerror, str(path))


def _write_all(fd: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def _ours(path: Path, fd: int, mode: str) -> IO[bytes]:
    """The open file, where it is a regular one of this user's; closed, and NotPrivate, where it isn't."""
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise NotPrivate(path, "it isn't a regular file")
        if found.st_uid != os.geteuid():
            raise NotPrivate(path, f"it belongs to another user, uid {found.st_uid}")
        if found.st_mode & 0o022:
            raise NotPrivate(path, "others can write to it: chmod go-w")
    except BaseException:
        os.close(fd)
        raise
    return os.fdopen(fd, mode, buffering=0)
