"""When a call can have taken place, by AWS's clock: what was made outside that time, another call made."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.aws.awsclock import ABOUT_A_SECOND

LATEST = timedelta(minutes=2)
"""Longer than any time-out: later, no call that was given up can take place."""


def outside(sent: datetime | None, made: datetime | None) -> bool:
    """Whether a call that went out at *sent* cannot have made what was *made* then; AWS cuts its times."""
    if sent is None or made is None:
        return False
    return made < sent.replace(microsecond=0) or made > sent + LATEST


def after(sent: datetime | None, made: datetime | None) -> bool:
    """Whether what was *made* then was not there yet when a call about it went out at *sent*."""
    return sent is not None and made is not None and made > sent + ABOUT_A_SECOND
