"""A moment as an option takes it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

from services.base import clock

_AGO = re.compile(r"(\d{1,5})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[datetime]):
    """``7d``, ``36h`` or ``30m`` ago, or a date or time in UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        text = str(value)
        if ago := _AGO.fullmatch(text):
            return clock.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"{text!r} isn't a valid time (use 7d, 36h, 2026-11-20 or 2026-11-20T14:00Z).", param, ctx
            )
        return when.replace(tzinfo=when.tzinfo or UTC)
