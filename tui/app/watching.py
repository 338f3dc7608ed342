"""What the app says of the way to AWS on whatever screen: a call that takes long, a clock that is off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.app.connection import Connection
from tui.app.speaking import speaking

if TYPE_CHECKING:
    from services.aws.session import AwsSession

LONG_SECONDS = 10.0
"""A call that takes longer is named."""

_WAITING = "waiting"


class Watching:
    """*screen* is the one that is open, *keep* puts words into the error log."""

    def __init__(
        self, connection: Connection, screen: Callable[[], Screen[object]], keep: Callable[[str, str], None]
    ) -> None:
        self._connection, self._screen, self._keep = connection, screen, keep
        self._waited = False

    def follow(self, connection: Connection) -> None:
        """Watch that one from now on."""
        self._connection, self._waited = connection, False

    def tell_skew(self, aws: AwsSession) -> None:
        """Say by how much the clock here is off, where that is worth a word."""
        from services.aws.skew import NOTICED, ahead_in_words

        if (ahead := aws.clock_ahead) and abs(ahead) >= NOTICED:
            words = (
                f"{ahead_in_words(ahead)}: correct it; times in journals and reports are off by that much."
            )
            self._keep("checking the clock", words)
            if screen := speaking(self._screen()):
                screen.say(words[:1].upper() + words[1:], "alarm")

    def tell_waiting(self) -> None:
        """Name the call, and for how long; to be called once a second."""
        what, seconds = self._connection.waiting or ("", 0.0)
        if not (screen := speaking(self._screen())):
            return
        if seconds >= LONG_SECONDS:
            screen.say(f"Waiting for {what}: {seconds:.0f} s.", topic=_WAITING)
            self._waited = True
        elif self._waited:
            screen.hush(_WAITING)
            self._waited = False
