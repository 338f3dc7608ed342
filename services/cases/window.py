"""When a call can have taken place, by AWS's clock: what was made outside that time, another call made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

REACH = timedelta(seconds=10)
"""Within so long after it is sent a call takes place, unless the network holds it back."""

LATEST = timedelta(minutes=2)
"""Longer than any time-out: later, no call that was given up can take place."""

_WHOLE_SECONDS = timedelta(seconds=1)
"""AWS's times are cut to these."""


class Fit(Enum):
    """How the time at which something was made stands to a call's window."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    NEAR = "near"
    """Neither can be said: the call may have been held back for so long."""


@dataclass(frozen=True, slots=True)
class Window:
    """*sent* is when the call went out, *given_up* when its answer was waited for no more, by AWS's clock."""

    sent: datetime | None
    given_up: datetime | None = None

    def fit(self, made: datetime | None) -> Fit:
        if self.sent is None or made is None:
            return Fit.NEAR
        if made < self.sent.replace(microsecond=0) or made > self.sent + LATEST:
            return Fit.OUTSIDE
        last = max(self.sent + REACH, self.given_up or self.sent)
        return Fit.INSIDE if made <= last + _WHOLE_SECONDS else Fit.NEAR
