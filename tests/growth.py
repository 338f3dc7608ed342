"""Whether work grows no faster than what it is given, whatever else the machine does."""

from __future__ import annotations

import time
from collections.abc import Callable

ROUNDS = 5


def cost_for_four_times_as_much(work: Callable[[bytes], object], data: bytes) -> float:
    """Processor time for *data* over that for its first quarter: some 4 if linear, 16 for its square.

    The least of each in a few rounds, which end as soon as it is seen to be linear.
    """
    least = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for which, piece in enumerate((data[: len(data) // 4], data)):
            begun = time.process_time()
            work(piece)
            least[which] = min(least[which], time.process_time() - begun)
        if least[1] < 6 * least[0]:
            break
    return least[1] / max(least[0], 1e-6)
