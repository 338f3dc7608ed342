"""What libraries log: kept for the error log, and never let onto the terminal."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable

KEPT = 200

Told = Callable[[str, str], None]
"""Takes a library's name and what it says."""


class LibraryLog(logging.Handler):
    """Keeps warnings until somebody listens; without a handler Python would print them."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._kept: deque[tuple[str, str]] = deque(maxlen=KEPT)
        self._told: Told | None = None

    def emit(self, record: logging.LogRecord) -> None:
        # The message alone: of a traceback the frames say nothing to a responder, and hold much.
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        if record.exc_info and record.exc_info[1] is not None:
            text = f"{text} ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        if self._told is None:
            self._kept.append((record.name, text))
        else:
            self._told(record.name, text)

    def listen(self, told: Told) -> None:
        """Let *told* have what is kept, and all that comes; it may be called from any thread."""
        self._told = told
        while self._kept:
            told(*self._kept.popleft())


LOG = LibraryLog()


def keep() -> None:
    """Take in what all libraries log; with STANCH_DEBUG they print it, as they would."""
    logging.captureWarnings(True)
    if not os.environ.get("STANCH_DEBUG"):
        logging.getLogger().addHandler(LOG)
