"""A key press over a slow line: how long until it shows, against what the line itself takes and a little."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from collections.abc import Iterator

from bench.account import account, leaked
from bench.measure import Row
from bench.screen import STANCH
from tests.tui.line import Remote, over_ssh
from tests.tui.test_over_a_line import RATE, ROUND_TRIP, answered

ALLOWED = 0.15
"""Seconds beyond the round trip."""
PRESSES = "jjjjjkkkkkjjjjjkkkkk"


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as state, account(leaked):
        os.environ["STANCH_STATE_DIR"] = state
        seconds = asyncio.run(_presses())
    value = statistics.median(seconds)
    what = f"a key press at {ROUND_TRIP * 1000:g} ms and {RATE / 1000:g} KB/s, against that and 150 ms"
    note = f"median {value:.3f} s, the slowest {max(seconds):.3f} s of {len(seconds)}"
    yield Row(what, value / (ROUND_TRIP + ALLOWED), 1, note=note)


async def _presses() -> list[float]:
    async with over_ssh([STANCH], os.environ, delay=ROUND_TRIP / 2, rate=RATE) as remote:
        await remote.wait("16 keys", "its user also has")
        found = []
        for key in PRESSES:
            found.append(await answered(remote, key))
            await _still(remote)
        return found


async def _still(remote: Remote, seconds: float = 0.7) -> None:
    """Until nothing came for that long: the next press meets an idle line."""
    sent = -1
    while len(remote.raw) != sent:
        sent = len(remote.raw)
        await asyncio.sleep(seconds)
