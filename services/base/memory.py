"""What is in this process's memory stays there: secrets and credentials are in it."""

from __future__ import annotations

import resource
import sys

_PR_SET_DUMPABLE = 4


def forbid_core_dumps() -> None:
    """Leave no core behind, however this process or one that it starts may end.

    On Linux a core may go to a program, which no limit keeps away: not to be dumpable does, and keeps other
    processes of this user from attaching besides.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
