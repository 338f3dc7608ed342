"""Which sessions are named in which objects: one without those that are looked for is not read again."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from services.review.search import ID, SESSION, find, holds, is_session_id

MOST = 6_000_000
"""Ids that are remembered, 8 bytes each; objects beyond that are read again."""

AN_OBJECT = 40
"""So many ids takes an object itself, with its name."""


class SessionIds:
    """Remembers objects from the first session on that is opened: before, it would cost and help nobody."""

    def __init__(self) -> None:
        self._of: dict[str, array[int]] = {}
        self._room = MOST
        self.wanted = False
        """Whether a session was opened, so that there will be another reading."""

    def remember(self, name: str, data: bytes) -> None:
        """That *data* is all of the object *name*, in UTF-8."""
        if not self.wanted or self._room <= 0 or holds(data, b"\\u00"):
            # Written as escapes, an id would not be found.
            return
        found, at = set[bytes](), find(data, SESSION, 0)
        while at >= 0:
            found.add(data[at : at + ID])
            at = find(data, SESSION, at + 1)
        self._of[name] = array("q", map(hash, found))
        self._room -= len(found) + AN_OBJECT

    def rule_out(self, name: str, texts: Iterable[str]) -> bool:
        """Whether none of *texts* can stand in the object *name*."""
        known = self._of.get(name)
        if known is None:
            return False
        ids = [text.encode() for text in texts]
        return all(map(is_session_id, ids)) and set(map(hash, ids)).isdisjoint(known)
