"""What a graph of one log group shows, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tui.flows.plot import Mark
from tui.flows.timescale import Point


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything a graph shows, at one moment; *notes* say the same ever more briefly."""

    title: str
    notes: tuple[str, ...]
    points: tuple[Point, ...]
    since: datetime
    until: datetime
    now: datetime
    period_seconds: int
    marks: tuple[Mark, ...] = ()
    baseline: tuple[Point, ...] = ()
    unit: Literal["B", "events"] = "B"
