"""The rows of an organization: each key with its account, and each account that has none or gave not all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui.look import words
from tui.look.columns import Column
from tui.look.lines import Line, Role, Span
from tui.screens.keys.texts import details, sign, weight_of

if TYPE_CHECKING:  # the first paint does not wait for what only AWS's answer needs
    from services.keys.inventory import Key
    from services.keys.organization import AccountRow, OrganizationKeys


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """A key of an account, or the account itself: why its keys aren't known, or that it has none."""

    account: AccountRow
    key: Key | None = None

    @property
    def id(self) -> str:
        return f"{self.account.account}/{self.key.id if self.key else ''}"

    @property
    def failed(self) -> bool:
        return self.key is None and self.account.error is not None

    @property
    def said(self) -> str:
        """What stands in place of a key."""
        return self.account.error or "no service-specific credentials"


def rows_of(found: OrganizationKeys) -> list[OrganizationRow]:
    """What could not be read stands first, then the keys, the most worrying first."""
    from services.keys.inventory import in_order

    accounts = {row.account: row for row in found.accounts}
    of = {id(key): accounts[account] for account, key in found.keys}
    alone = [OrganizationRow(row) for row in found.accounts if row.error or not row.keys]
    keys = [OrganizationRow(of[id(key)], key) for key in in_order(key for _, key in found.keys)]
    return [
        *(row for row in alone if row.failed),
        *keys,
        *(row for row in alone if not row.failed),
    ]


def _last(row: OrganizationRow, *values: object) -> tuple[object, ...]:
    """Rows without a key come after those with one, but for those that failed, which come first."""
    return (0 if row.failed else 1 if row.key else 2, *(values if row.key else ()), row.id)


ORDERS: dict[str, Callable[[OrganizationRow], tuple[object, ...]] | None] = {
    "risk": None,
    "ACCOUNT": lambda row: (row.account.account, row.id),
    "KEY ID": lambda row: _last(row, row.key and row.key.id),
    "USER": lambda row: _last(row, row.key and row.key.user.lower()),
    "SERVICE": lambda row: _last(row, row.key and row.key.service),
    "STATUS": lambda row: _last(row, row.key and row.key.status),
}
"""By column; None is the order of `rows_of`."""


def columns(now: Callable[[], datetime]) -> Sequence[Column[OrganizationRow]]:
    def of_key(cell: Callable[[Key], str]) -> Callable[[OrganizationRow], Span]:
        return lambda row: (cell(row.key), weight_of(row.key)) if row.key else ("", "text")

    def mark(row: OrganizationRow) -> Span:
        return ("?", "warn") if row.failed else sign(row.key.worst if row.key else None)

    def name(row: OrganizationRow) -> Span:
        if row.key:
            return (row.key.id, weight_of(row.key))
        return (
            ("not read" if row.account.keys is None else "not all read", "warn")
            if row.failed
            else ("no keys", "quiet")
        )

    def user(row: OrganizationRow) -> Span:
        role: Role = "warn" if row.failed else "quiet"
        return (row.key.user, weight_of(row.key)) if row.key else (row.said, role)

    return (
        Column("", mark, 1, gap=1),
        Column("ACCOUNT", lambda row: (row.account.account, "text"), 12),
        Column("NAME", lambda row: (row.account.name, "quiet"), 8, flex=1, drop=4),
        Column("KEY ID", name, 21, gap=1),
        Column("USER", user, 12, flex=2),
        Column("SERVICE", of_key(lambda key: key.short_service), 8, gap=1, drop=2),
        Column("STATUS", of_key(lambda key: key.status.lower()), 8, gap=1, drop=1),
        Column("AGE", of_key(lambda key: words.age(key.age_days(now()))), 5, right=True, drop=5),
    )


def told(row: OrganizationRow, now: datetime) -> list[Line]:
    """The chosen row in words."""
    account = row.account
    named = f" ({account.name})" if account.name else ""
    by = f" by {account.role_arn}" if account.role_arn else ""
    lines: list[Line] = [((f"account {account.account}{named}", "strong"), (by, "quiet"))]
    if row.key:
        return [*lines, *details(row.key, None, now, "what else its user has: see it there (enter)")]
    return [*lines, ((row.said, "warn" if row.failed else "text"),)]


def summary(found: OrganizationKeys, reading: bool) -> Line:
    """How many accounts answered, and with how many keys."""
    refused = sum(row.keys is None for row in found.accounts)
    part = sum(row.keys is not None and row.error is not None for row in found.accounts)
    read = len(found.accounts) - refused
    line: Line = (
        (
            f"{words.count(len(found.keys), 'key')} in {read:,} of {words.count(found.expected, 'account')}",
            "strong",
        ),
    )
    if refused:
        line = (*line, (f" · {refused:,} not read", "warn"))
    if part:
        line = (*line, (f" · {part:,} only in part", "warn"))
    if reading:
        line = (*line, (f" · {found.expected - len(found.accounts):,} still asked…", "quiet"))
    return line
