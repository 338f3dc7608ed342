"""The time by AWS's clock, from the Date of its answers: by it AWS says when something was made."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.aws.skew import date_of

ABOUT_A_SECOND = timedelta(seconds=2)
"""How well it is known: answers tell whole seconds."""


class AwsClock:
    """Runs on between answers by a clock that nobody sets; knows nothing before the first answer."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._heard: tuple[datetime, float] | None = None

    def hear(self, http_response: Any, **_: Any) -> None:
        """A handler of botocore's ``after-call``."""
        headers = getattr(http_response, "headers", None) or {}
        if told := date_of({name.lower(): value for name, value in headers.items()}):
            self._heard = told, self._ticks()

    def now(self) -> datetime | None:
        """At least this late, and at most about a second later: a Date has whole seconds."""
        if self._heard is None:
            return None
        told, at = self._heard
        return told + timedelta(seconds=self._ticks() - at)
