"""Reads the keys into the inventory's list, page by page, and says what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from services.aws.errors import AwsError
from tui.screens.keys.keylist import KeyList

if TYPE_CHECKING:  # the first paint does not wait for what only AWS's answer needs
    from services.keys.inventory import Inventory
    from services.keys.lastlook import Look
    from tui.host import Host


OLDER = "refresh failed: older data"
HELD_FOR = timedelta(minutes=5)
"""For how long what was read of a user stands: it is five calls each."""


class KeySweep:
    """*on_progress* is called when only the words have changed, *on_keys* when the keys have."""

    def __init__(
        self,
        host: Host,
        keys: KeyList,
        *,
        on_progress: Callable[[], None],
        on_keys: Callable[[], None],
    ) -> None:
        self.waiting: str | None = None
        """What is waited for."""
        self.stale: str | None = None
        """Why what is shown is older."""
        self.trouble: str | None = None
        """Why nothing could be read."""
        self._host = host
        self._list = keys
        self._on_progress = on_progress
        self._on_keys = on_keys
        self._before: Look | None = None

    def begin(self, *, asked: bool) -> None:
        """What is read again unasked says nothing of it."""
        if self._list.inventory is None:
            self.waiting = "waiting for AWS…"
        elif asked:
            self.waiting = "refreshing…"
        self.trouble = None

    async def run(self, *, asked: bool) -> AwsError | None:
        """Read all keys; returns what kept it from reading them again, where older ones are shown.

        What is known of their users is forgotten where the reading was *asked* for, else once it is old.
        """
        try:
            await self._read(asked=asked)
        except AwsError as error:
            self.waiting = None
            if self._list.inventory is not None:
                self.stale = OLDER
                self._on_keys()
                return error
            self.trouble = str(error)
            self._host.keep("reading the keys", error)
            self._on_keys()
        return None

    async def _read(self, *, asked: bool) -> None:
        from services.keys.inventory import sweep

        before = self._list.inventory
        first = before is None
        aws = await self._host.aws()
        self.waiting = self._asking(0) if first else self.waiting
        self._on_progress()
        last: Inventory | None = None
        begun = self._host.options.now()
        async for last in sweep(aws, now=self._host.options.now):
            self.waiting = self._asking(len(last.keys))
            if first:
                self._list.take(last)
                self._on_keys()
            elif self.waiting:
                self._on_progress()
        if last is None:
            return
        self.waiting = None
        known = before.unreadable if before and not asked else ()
        for part in last.unreadable if last.unreadable != known else ():
            self._host.keep_words("reading " + part.what, part.error)
        if before and before.complete and not last.complete:
            # Rows that were read whole are worth more than some that were not, as long as their age is said.
            self.stale = OLDER
            self._on_keys()
            return
        self.stale = None
        self._list.forget(begun if asked else begun - HELD_FOR)
        await self._look(last)
        self._list.take(last, read=begun, glowing=not first)
        self._on_keys()

    async def _look(self, found: Inventory) -> None:
        """Compare with the last look before this run, and keep this one for the next."""
        from services.keys import lastlook

        if not found.complete:
            return
        state_dir, account = self._host.options.state_dir, found.account
        look = lastlook.take(found, self._host.options.now())
        if self._before is None:
            self._before = await asyncio.to_thread(lastlook.read, state_dir, account) or look
        self._list.changes = lastlook.compare(self._before, found)
        await asyncio.to_thread(lastlook.write, state_dir, account, look)

    def _asking(self, so_far: int) -> str:
        return f"asking IAM for keys… {so_far:,} so far" if so_far else "asking IAM for keys…"
