"""Tar archives: the library believes whatever an archive says of itself, and takes one cut off for whole."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterable
from tarfile import (  # type: ignore[attr-defined] # its stub has not all of them
    EmptyHeaderError,
    EOFHeaderError,
    InvalidHeaderError,
    ReadError,
    TarFile,
    TarInfo,
    TruncatedHeaderError,
)
from typing import IO, Any, NoReturn

_LARGEST = 1 << 50
"""Bytes of a member: no file is larger."""

_LONGEST_DESCRIPTION = 32 << 10
"""Bytes that may describe a member before its content; the library's time grows with their square."""

_DESCRIBING = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)

_MOST_READS_AT_THE_END = 1_000

_OF_LIES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What the library raises where a head says what it did not foresee."""


class _Member(TarInfo):
    @classmethod
    def fromtarfile(cls, tarfile: TarFile) -> _Member:
        assert isinstance(tarfile, Tar)
        try:
            member = super().fromtarfile(tarfile)
        except EOFHeaderError:
            tarfile.ended = True
            raise
        except EmptyHeaderError:
            if not tarfile.ended:
                raise ReadError("it has no end") from None
            raise
        except TruncatedHeaderError:
            raise ReadError("it ends too early") from None
        except InvalidHeaderError:
            what = "there is other data behind its end" if tarfile.ended else "a member's head is damaged"
            raise ReadError(what) from None
        except _OF_LIES:
            raise ReadError("a member's head is damaged") from None
        member.check()
        tarfile.ended = False
        return member

    def check(self) -> None:
        if not 0 <= self.size <= _LARGEST:
            raise ReadError("a member's size is damaged")

    def _proc_member(self, tarfile: TarFile) -> TarInfo:
        self.check()
        if self.type in _DESCRIBING and self.size > _LONGEST_DESCRIPTION:
            raise ReadError("what describes a member is too long")
        member: TarInfo = super()._proc_member(tarfile)  # type: ignore[misc]
        return member

    def _proc_sparse(self, _: TarFile) -> NoReturn:
        _refuse_its_map()

    def _proc_gnusparse_10(self, *_: object) -> None:
        _refuse_its_map()

    def _proc_gnusparse_00(self, member: Any, *headers: Any) -> None:
        super()._proc_gnusparse_00(member, *headers)  # type: ignore[misc]
        _check_map(member.sparse)

    def _proc_gnusparse_01(self, member: Any, *headers: Any) -> None:
        super()._proc_gnusparse_01(member, *headers)  # type: ignore[misc]
        _check_map(member.sparse)


def _check_map(parts: Iterable[tuple[int, int]]) -> None:
    at = 0
    for begin, length in parts:
        if begin < at or length < 0:
            raise ReadError("the map of a member's holes is damaged")
        at = begin + length


def _refuse_its_map() -> NoReturn:
    # However long it is, the library keeps it whole.
    raise ReadError("a file with holes, whose map is not read")


class Tar(TarFile):
    """Raises ReadError where the archive has no end, or what should be a member is none."""

    tarinfo = _Member
    ended = False
    """Whether the last that was read marks an end."""

    def forget(self) -> None:
        """Keep nothing of the members that were read: they may be more than there is room for."""
        self.members.clear()  # type: ignore[attr-defined]


class Ending:
    """A stream that says so where one goes on reading behind its end: the library would for ever."""

    def __init__(self, file: IO[bytes]) -> None:
        self._read: Callable[[int], bytes] = file.read
        self._at_the_end = 0

    def read(self, size: int) -> bytes:
        data = self._read(size)
        self._at_the_end += not data
        if self._at_the_end > _MOST_READS_AT_THE_END:
            raise ReadError("it ends too early")
        return data
