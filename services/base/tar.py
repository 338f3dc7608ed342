"""Tar archives: the library takes one that is cut off, or damaged, between two members for whole."""

from __future__ import annotations

import tarfile
from tarfile import (  # type: ignore[attr-defined] # its stub has not all of them
    EmptyHeaderError,
    EOFHeaderError,
    InvalidHeaderError,
    ReadError,
    TruncatedHeaderError,
)


class _Member(tarfile.TarInfo):
    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> _Member:
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
        tarfile.ended = False
        return member


class Tar(tarfile.TarFile):
    """Raises ReadError where the archive has no end, or what should be a member is none."""

    tarinfo = _Member
    ended = False
    """Whether the last that was read marks an end."""
