"""What of the environment another program is given: neither AWS's credentials nor any other secret."""

from __future__ import annotations

import os

_PASSED_ON = ("DISPLAY", "HOME", "LANG", "PATH", "TERM")


def passed_on(*more: str) -> dict[str, str]:
    """What is nobody's secret, and what of *more* is set."""
    return {name: value for name in (*_PASSED_ON, *more) if (value := os.environ.get(name)) is not None}
