"""How much is tried of what is alike: a share of it, or everything with STANCH_FULL_MATRICES=1."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")

EVERYTHING = bool(os.environ.get("STANCH_FULL_MATRICES"))


def share(of: Sequence[Case], parts: int, number: int) -> Sequence[Case]:
    """One of *parts* that together are all; numbers that follow each other get different ones."""
    return of if EVERYTHING else of[number % parts :: parts]
