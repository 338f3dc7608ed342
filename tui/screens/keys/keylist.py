"""The keys as the inventory shows them: what AWS told, what was learnt of their users, filter and order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.look import words
from tui.look.lines import Line, width_of
from tui.screens.keys.keyfilter import KeyFilter

if TYPE_CHECKING:  # the first paint does not wait for what only AWS's answer needs
    from services.keys.holdings import UserHoldings
    from services.keys.inventory import Inventory, Key
    from services.keys.lastlook import Changes

_STATUS = {"Active": 0, "Inactive": 1, "Expired": 2}

ORDERS: dict[str, Callable[[Key], Any] | None] = {
    "risk": None,
    "KEY ID": lambda key: key.id,
    "USER": lambda key: (key.user.lower(), key.id),
    "SERVICE": lambda key: (key.service, key.user.lower(), key.id),
    "STATUS": lambda key: (_STATUS.get(key.status, 3), key.user.lower(), key.id),
    # The oldest first, and what expires soonest first: what is worth a look stands on top.
    "AGE": lambda key: (key.credential.created, key.id),
    "EXPIRES": lambda key: (
        key.credential.expires is None,
        key.credential.expires or key.credential.created,
        key.id,
    ),
}
"""By column; None is the order that the inventory comes in, the most worrying first."""


class KeyList:
    """rows() is worked out anew only when something has changed; learning of a user moves no row."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.inventory: Inventory | None = None
        self.read: datetime | None = None
        """When the last complete reading began."""
        self.glowing: frozenset[str] = frozenset()
        """The ids of keys that the last reading found changed."""
        self.cases: Mapping[str, str] = {}
        """The open case of a key, by key id."""
        self.holdings: dict[str, UserHoldings] = {}
        self.filter = KeyFilter()
        self.order = "risk"
        self.reversed = False
        self.grouped = False
        """Whether the keys of a user stand together."""
        self.marked: set[str] = set()
        """The ids of keys that something is to be done to."""
        self.changes: Changes | None = None
        """What is otherwise than at the last look."""
        self._now = now
        self._rows: list[Key] = []
        self._learnt: dict[str, datetime] = {}
        self._counts = (0, 0)
        self._first: dict[str, int] = {}

    @property
    def rows(self) -> list[Key]:
        return self._rows

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.inventory.keys if self.inventory else ()

    def take(self, inventory: Inventory, *, read: datetime | None = None, glowing: bool = False) -> None:
        """*read* is when the reading began, once it is complete; *glowing* lets changes stand out."""
        if glowing:
            before = {key.id: _look(key) for key in self.keys}
            self.glowing = frozenset(key.id for key in inventory.keys if before.get(key.id) != _look(key))
        self.inventory, self.read = inventory, read or self.read
        active = sum(key.status == "Active" for key in inventory.keys)
        never = sum(any(risk.name == "never-expires" for risk in key.risks) for key in inventory.keys)
        self._counts = active, never
        if inventory.complete:
            self.marked &= {key.id for key in inventory.keys}
        self.arrange()

    def toggle(self, key_id: str) -> None:
        self.marked ^= {key_id}

    def mark_all(self) -> None:
        """Mark all rows shown, or, where all are marked, none."""
        shown = {key.id for key in self._rows}
        self.marked = self.marked - shown if shown <= self.marked else self.marked | shown

    def changed(self, key: Key) -> str | None:
        """What is otherwise with *key* than at the last look, in words."""
        return self.changes.words.get(key.id) if self.changes else None

    def keys_of_user(self, key: Key) -> int | None:
        """How many of the rows are its user's, where it is the first of them and they stand together."""
        return self._first.get(key.id) if self.grouped else None

    def arrange(self) -> None:
        """Filter and sort anew."""
        now = self._now()
        rows = [
            key
            for key in (self._with_holdings(key) for key in self.keys)
            if not self.filter or self.filter.matches(key, now)
        ]
        if (by := ORDERS[self.order]) is not None:
            rows.sort(key=by)
        if self.reversed:
            rows.reverse()
        if self.grouped:
            of_user: dict[str, list[Key]] = {}
            for key in rows:
                of_user.setdefault(key.user, []).append(key)
            self._first = {keys[0].id: len(keys) for keys in of_user.values()}
            rows = [key for keys in of_user.values() for key in keys]
        self._rows = rows

    def sort_by_next(self) -> str:
        names = list(ORDERS)
        self.sort_by(names[(names.index(self.order) + 1) % len(names)])
        return self.order

    def sort_by(self, order: str) -> None:
        """By that column; by the same once more turns the rows round."""
        self.reversed = order == self.order and not self.reversed
        self.order = order
        self.arrange()

    def forget(self, before: datetime) -> None:
        """What was learnt of users *before* then."""
        for user in [user for user, at in self._learnt.items() if at < before]:
            del self._learnt[user], self.holdings[user]

    def learn(self, holdings: UserHoldings) -> None:
        """Add what *holdings* tells to the keys of its user, in place."""
        self.holdings[holdings.user] = holdings
        self._learnt[holdings.user] = self._now()
        for at, key in enumerate(self._rows):
            if key.user == holdings.user:
                self._rows[at] = self._with_holdings(key)

    def summary(self, waiting: str | None, stale: str | None, width: int) -> Line:
        """How many there are, how many are worth worry, how old that is, and what is not known."""
        whole = self._summary(waiting, stale, short=False)
        return whole if width_of(whole) <= width else self._summary(waiting, stale, short=True)

    def _summary(self, waiting: str | None, stale: str | None, *, short: bool) -> Line:
        inventory = self.inventory
        if inventory is None:
            return ((waiting or "nothing read yet", "quiet"),)
        keys = inventory.keys
        parts: list[Line] = []
        if self.filter:
            parts.append(((f"{len(self._rows):,} of {words.count(len(keys), 'key')} shown", "strong"),))
        else:
            parts.append(((words.count(len(keys), "key"), "strong"),))
            active, never = self._counts
            # Of those that are active: of the others it does not matter.
            forever = f" ({never:,} never expire{'s' * (never == 1)})" if never and not short else ""
            parts.append(((f"{active:,} active{forever}", "text"),))
        if self.read:
            now = self._now()
            age = f"read {words.spoken(now - self.read)} ago" if short else words.as_of(self.read, now)
            parts.append(((age, "quiet"),))
        if waiting:
            parts.append(((waiting, "accent"),))
        if stale:
            parts.append(((stale, "warn"),))
        if inventory.unreadable:
            parts.append(((f"! {words.count(len(inventory.unreadable), 'part')} unreadable", "warn"),))
        if self.marked:
            parts.append(((f"● {len(self.marked):,} marked", "accent"),))
        if self.changes and (told := _changed(self.changes, self._now())):
            parts.append(((told, "accent"),))
        if self.order != "risk":
            turned = ", reversed" if self.reversed else ""
            parts.append(((f"by {self.order.lower()}{turned}", "quiet"),))
        if self.grouped:
            parts.append((("grouped by user", "quiet"),))
        line: Line = parts[0]
        for part in parts[1:]:
            line = (*line, (" · ", "quiet"), *part)
        return line

    def _with_holdings(self, key: Key) -> Key:
        if (held := self.holdings.get(key.user)) is None:
            return key
        from services.keys.inventory import with_holdings

        return with_holdings(key, held)


def _look(key: Key) -> tuple[object, ...]:
    return key.user, key.status, key.worst, key.credential.expires


def _changed(changes: Changes, now: datetime) -> str:
    new = sum(word == "new" for word in changes.words.values())
    other = len(changes.words) - new
    told = [
        f"{count:,} {name}"
        for count, name in ((new, "new"), (other, "changed"), (len(changes.gone), "gone"))
        if count
    ]
    return f"{', '.join(told)} since {words.when(changes.since, now)}" if told else ""
