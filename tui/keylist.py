"""The keys as the inventory shows them: what AWS told, what was learnt of their users, filter and order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui import words
from tui.keyfilter import KeyFilter
from tui.widgets.lines import Line

if TYPE_CHECKING:  # the first paint does not wait for what only AWS's answer needs
    from services.holdings import UserHoldings
    from services.inventory import Inventory, Key

_STATUS = {"Active": 0, "Inactive": 1, "Expired": 2}

ORDERS: dict[str, Callable[[Key], Any] | None] = {
    "worry": None,
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
        self.holdings: dict[str, UserHoldings] = {}
        self.filter = KeyFilter()
        self.order = "worry"
        self.reversed = False
        self._now = now
        self._rows: list[Key] = []

    @property
    def rows(self) -> list[Key]:
        return self._rows

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.inventory.keys if self.inventory else ()

    def take(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.arrange()

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
        self._rows = rows

    def sort_by_next(self) -> str:
        names = list(ORDERS)
        self.order = names[(names.index(self.order) + 1) % len(names)]
        self.reversed = False
        self.arrange()
        return self.order

    def learn(self, holdings: UserHoldings) -> None:
        """Add what *holdings* tells to the keys of its user, in place."""
        self.holdings[holdings.user] = holdings
        for at, key in enumerate(self._rows):
            if key.user == holdings.user:
                self._rows[at] = self._with_holdings(key)

    def summary(self, waiting: str | None, stale: str | None) -> Line:
        """How many there are, how many are worth worry, and what is not known."""
        inventory = self.inventory
        if inventory is None:
            return ((waiting or "nothing was read yet", "quiet"),)
        keys = inventory.keys
        parts: list[Line] = []
        if self.filter:
            parts.append(((f"{len(self._rows):,} of {words.count(len(keys), 'key')} shown", "strong"),))
        else:
            parts.append(((words.count(len(keys), "key"), "strong"),))
            active = sum(key.status == "Active" for key in keys)
            never = sum(any(risk.name == "never-expires" for risk in key.risks) for key in keys)
            parts.append(((f"{active:,} active", "text"),))
            if never:
                parts.append(((f"{never:,} never expire" + ("s" if never == 1 else ""), "text"),))
        if inventory.unreadable:
            parts.append(((f"! {words.count(len(inventory.unreadable), 'part')} unreadable", "warn"),))
        if self.order != "worry":
            turned = ", reversed" if self.reversed else ""
            parts.append(((f"by {self.order.lower()}{turned}", "quiet"),))
        if waiting:
            parts.append(((waiting, "accent"),))
        if stale:
            parts.append(((stale, "warn"),))
        line: Line = parts[0]
        for part in parts[1:]:
            line = (*line, (" · ", "quiet"), *part)
        return line

    def _with_holdings(self, key: Key) -> Key:
        if (held := self.holdings.get(key.user)) is None:
            return key
        from services.inventory import with_holdings

        return with_holdings(key, held)
