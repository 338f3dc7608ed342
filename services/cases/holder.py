"""Who works on a case, and from where."""

from __future__ import annotations

import getpass
import os
import socket
from dataclasses import dataclass
from datetime import datetime

from services.base.clock import parse, stamp
from services.base.text import clean
from services.base.version import VERSION
from services.cases.lines import FORMAT

NAME_SHOWN = 64
"""Characters of a login or a host: what a colleague's machine calls them is a stranger's text."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works on a case, from where, since when."""

    who: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        who, host, since = (clean(each, limit=NAME_SHOWN) for each in (self.who, self.host, self.since))
        return f"{who} on {host} (process {self.pid}) since {stamp(self.begun) if self.begun else since}"

    @property
    def begun(self) -> datetime | None:
        """None where what is written down is no time: anybody who may write the case may write that."""
        try:
            return parse(self.since)
        except (ValueError, OverflowError):
            return None


def responder_here() -> dict[str, str | int]:
    """Who works on this machine, which it is, and what the lines after this one are written by."""
    return {"login": login(), "host": host(), "stanch": VERSION, "format": FORMAT}


def host() -> str:
    return clean(socket.gethostname(), limit=NAME_SHOWN)


def login() -> str:
    try:
        # LOGNAME, USER and their kind say whatever the shell was told.
        return clean(getpass.getuser(), limit=NAME_SHOWN)
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
