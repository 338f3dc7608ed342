"""Paired measurements: ours and the peer's in turn in one run, so that a noisy machine is noisy for both."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table; *value* is ours over the peer's unless *unit* says else."""

    what: str
    value: float
    limit: float
    at_most: bool = True
    unit: str = "×"
    note: str = ""

    @property
    def held(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        verdict = "held" if self.held else "MISSED"
        figure = f"{self.value:>9.2f} {self.unit:<3} {sign} {self.limit:<6g} {verdict:<6}"
        return f"{self.what:<58} {figure} {self.note}"


def ratio(ours: Callable[[], float], peer: Callable[[], float], *, runs: int = 7) -> tuple[float, str]:
    """The median of ours/peer over *runs* pairs, after one of each that does not count; and a note."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(runs)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return statistics.median(a / b for a, b in pairs), f"{mine:.3f} s against {theirs:.3f} s, {runs} pairs"


def process(command: Sequence[str], environment: Mapping[str, str]) -> Callable[[], float]:
    """Seconds that *command* takes as a whole process; it must succeed."""

    def run() -> float:
        begun = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        return time.perf_counter() - begun

    return run
