"""This program's files: for their owner alone, through no link, and of nobody else."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from services.base import files
from services.base.files import CannotLock, Held
from services.base.folders import NOWHERE, NotPrivate, make_private, require_private

ROOT = os.geteuid() == 0


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def created(path: Path) -> None:
    files.create(path).close()


def written(path: Path) -> None:
    with files.creating(path) as file:
        file.write(b"x" * 100)


def opened(path: Path) -> None:
    files.open_or_create(path).close()


def appended(path: Path) -> None:
    files.append(path, b"x")


def replaced(path: Path) -> None:
    files.replace(path, b"x")


def reserved(path: Path) -> None:
    files.reserve(path).fill(b"x\n")


WRITERS: tuple[Callable[[Path], None], ...] = (created, opened, appended, replaced, reserved)
MASKS = (0o000, 0o002, 0o022, 0o077)


@pytest.mark.parametrize("umask", MASKS)
@pytest.mark.parametrize("write", WRITERS)
def test_what_is_made_is_for_its_owner_alone(
    tmp_path: Path, write: Callable[[Path], None], umask: int
) -> None:
    before = os.umask(umask)
    try:
        make_private(tmp_path / "a" / "b")
        write(tmp_path / "a" / "b" / "file")
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (0o700, 0o700)
    assert mode(tmp_path / "a" / "b" / "file") == 0o600


@pytest.mark.parametrize("dangling", [False, True])
@pytest.mark.parametrize("write", WRITERS)
def test_no_link_is_written_through(tmp_path: Path, write: Callable[[Path], None], dangling: bool) -> None:
    other = tmp_path / "other"
    if not dangling:
        other.write_bytes(b"mine")
    (tmp_path / "file").symlink_to(other)
    if write is replaced:
        write(tmp_path / "file")
        assert not (tmp_path / "file").is_symlink()
    else:
        with pytest.raises(OSError, match=r"link|exists"):
            write(tmp_path / "file")
    assert not other.exists() if dangling else other.read_bytes() == b"mine"


def test_no_link_is_read_through_and_nothing_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "other")
    (tmp_path / "other").write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "folder", "pipe"):
        with pytest.raises(OSError, match=r"link|regular|directory"):
            files.read(tmp_path / name)
        with pytest.raises(OSError, match=r"link|regular|directory"):
            files.append(tmp_path / name, b"x")
    for name in ("folder", "pipe"):
        with pytest.raises(OSError, match=r"regular|directory"):
            files.open_foreign(tmp_path / name)


def test_a_file_that_others_can_write_is_refused(tmp_path: Path) -> None:
    for bits in (0o620, 0o602):
        (tmp_path / "file").write_bytes(b"x")
        (tmp_path / "file").chmod(bits)
        with pytest.raises(NotPrivate, match="others can write"):
            files.read(tmp_path / "file")
        (tmp_path / "file").unlink()


@pytest.mark.skipif(not ROOT, reason="only root can give a file away")
def test_what_belongs_to_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    os.chown(tmp_path / "file", 4242, -1)
    for refuse in (files.read, opened, appended):
        with pytest.raises(NotPrivate, match="another user"):
            refuse(tmp_path / "file")
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 4242, -1)
    with pytest.raises(NotPrivate, match="another user"):
        require_private(home)
    with pytest.raises(NotPrivate, match="above it belongs to another user"):
        make_private(home / ".local" / "state" / "stanch")
    assert list(home.iterdir()) == [], "nothing is made in somebody else's home"


def test_a_folder_that_is_a_link_or_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").touch()
    for name, why in {"link": "a link", "file": "Not a directory|exists"}.items():
        with pytest.raises((NotPrivate, FileExistsError), match=why):
            make_private(tmp_path / name)
    for bits in (0o770, 0o707, 0o1777):
        (tmp_path / "real").chmod(bits)
        with pytest.raises(NotPrivate, match="others can write"):
            require_private(tmp_path / "real")
    (tmp_path / "real").chmod(0o755)
    require_private(tmp_path / "real")
    require_private(tmp_path / "not there")


def test_a_folder_below_one_that_everybody_can_write_to(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(NotPrivate, match="anyone can write"):
        make_private(tmp_path / "open" / "stanch")
    assert not (tmp_path / "open" / "stanch").exists()
    (tmp_path / "open").chmod(0o1777)
    make_private(tmp_path / "open" / "stanch")


def test_nowhere_is_no_folder() -> None:
    for refuse in (make_private, require_private):
        with pytest.raises(NotPrivate, match="no home folder"):
            refuse(NOWHERE / "cases")


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk; nothing half written, nothing left beside."""
    files.append(tmp_path / "journal", b"one\n")
    files.replace(tmp_path / "head", b"one")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    try:
        for write in (
            lambda: files.append(tmp_path / "journal", b"x" * 100),
            lambda: files.replace(tmp_path / "head", b"x" * 100),
            lambda: written(tmp_path / "new"),
            lambda: files.reserve(tmp_path / "secret"),
        ):
            with pytest.raises(OSError, match="File too large"):
                write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "journal": b"one\n",
        "head": b"one",
    }


def test_the_room_for_a_secret_is_taken_before_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    room = files.reserve(path)
    assert path.stat().st_size == files.ROOM
    assert not path.read_bytes().endswith(b"\n"), "a reader must not take it for a secret"
    assert not files.is_abandoned(path), "it is kept for this one"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # From here on nothing can grow.
    resource.setrlimit(resource.RLIMIT_FSIZE, (files.ROOM, limits[1]))
    try:
        room.fill(b"the secret\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (path.read_bytes(), mode(path)) == (b"the secret\n", 0o600)
    room.give_up()
    assert path.exists(), "one that was filled stays"
    with pytest.raises(FileExistsError):
        files.reserve(path)
    other = files.reserve(tmp_path / "other")
    other.give_up()
    assert not (tmp_path / "other").exists()


def test_room_that_was_taken_away_is_not_filled(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    room = files.reserve(path)
    path.unlink()
    path.write_text("another's")
    with pytest.raises(OSError, match="removed in the meantime"):
        room.fill(b"the secret\n")
    room.give_up()
    assert path.read_text() == "another's"


@pytest.mark.parametrize(
    ("content", "abandoned"),
    [(b"\0" * files.ROOM, True), (b"\0" * 7, True), (b"", False), (b"\0\n", False), (b"a token\n", False)],
)
def test_what_a_killed_process_left_is_told_from_a_file(
    tmp_path: Path, content: bytes, abandoned: bool
) -> None:
    path = tmp_path / "secret"
    with files.create(path) as file:
        file.write(content)
    assert files.is_abandoned(path) is abandoned
    if abandoned:
        files.reserve(path).fill(b"the secret\n")
        assert path.read_bytes() == b"the secret\n"


def test_room_that_is_filled_or_made_anew_just_now_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes with one file: what the other does between the look and the lock counts."""
    real = fcntl.flock

    def before_the_lock(deed: Callable[[], object]) -> None:
        def locking(fd: int, operation: int) -> None:
            monkeypatch.setattr(fcntl, "flock", real)
            deed()
            real(fd, operation)

        monkeypatch.setattr(fcntl, "flock", locking)

    filled = files.reserve(tmp_path / "filled")
    before_the_lock(lambda: filled.fill(b"the secret\n"))
    with pytest.raises(FileExistsError):
        files.reserve(filled.path)
    assert filled.path.read_bytes() == b"the secret\n"

    left, made = tmp_path / "left", list[files.Reserved]()
    files.replace(left, b"\0" * files.ROOM)
    before_the_lock(lambda: made.append(files.reserve(left)))
    with pytest.raises(FileExistsError):
        files.reserve(left)
    made[0].fill(b"the secret\n")
    assert left.read_bytes() == b"the secret\n"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EIO])
def test_only_a_lock_that_is_held_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with files.open_or_create(tmp_path / "lock") as one, files.open_or_create(tmp_path / "lock") as two:
        files.lock(one)
        with pytest.raises(Held):
            files.lock(two)

        def no_locks(fd: object, operation: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "flock", no_locks)
        with pytest.raises(CannotLock):
            files.lock(two)
