"""The keys of every account of the organization: rows as the accounts answer, and a way into each."""

from __future__ import annotations

from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult

from services.aws.errors import AwsError
from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.look.lines import Line, fit
from tui.look.words import as_of
from tui.routes import ToInventory, ToKey
from tui.screens.keys.commands import ORGANIZATION
from tui.screens.keys.organizationtexts import ORDERS, OrganizationRow, columns, rows_of, summary, told
from tui.settings.place import Place
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.table import Table

if TYPE_CHECKING:  # the first paint does not wait for what only AWS's answer needs
    from services.keys.organization import OrganizationKeys

DRAW_SECONDS = 0.3
"""A thousand accounts answer faster than anybody reads: what came is drawn so often."""
WHO_MAY = (
    "An organization's accounts are listed with credentials of its management account, or of one that "
    "administers AWS Organizations for it (:account and :profile go there)."
)
ROLE = "No role is configured. The name of the one to assume in each account:"


class OrganizationScreen(StanchScreen):
    """Read when it opens and when it is asked for, with its age: a thousand accounts are too many to poll."""

    scope = ORGANIZATION
    BINDINGS = bindings(scope)

    def __init__(self) -> None:
        super().__init__()
        self._found: OrganizationKeys | None = None
        self._drawn: OrganizationKeys | None = None
        self._reading = False
        self._read_at: datetime | None = None
        self._trouble: str | None = None
        self._role: str | None = None
        """What was typed where none is configured."""
        self._order = "risk"
        self._reversed = False

    def body(self) -> ComposeResult:
        yield Lines(id="summary")
        yield Table(columns(self.stanch.options.now), lambda row: row.id, id="rows")
        yield Page(id="empty")
        yield Rule(id="row-rule")
        yield Page(id="row-text")

    @property
    def table(self) -> Table[OrganizationRow]:
        return self.query_one("#rows", Table)

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self._load()
        self.set_interval(DRAW_SECONDS, self._draw_what_came)
        self.stanch.each_second(self, self._draw_summary)

    def on_resize(self) -> None:
        self._show()

    # Reading

    def _load(self) -> None:
        self._reading, self._trouble = True, None
        self.run_worker(self._read(), group="organization", exclusive=True)
        self._show()

    async def _read(self) -> None:
        from services.aws import sts
        from services.keys.everyaccount import stops_of_organization
        from services.keys.organization import read_organization

        begun = self.stanch.options.now()
        try:
            aws = await self.stanch.aws()
            if not aws.ways and self._role is None:
                self._role = await self._ask_for_a_role()
            caller, stops = await sts.get_caller(aws), await stops_of_organization(aws, self._role)
            async with aclosing(read_organization(aws, stops, caller)) as reading:
                async for self._found in reading:
                    pass
            self._read_at = begun
        except AwsError as error:
            self._trouble = str(error)
            self.report("reading the accounts of the organization", error)
        self._reading = False
        self._show()

    async def _ask_for_a_role(self) -> str | None:
        from tui.dialogs.sentence import SentenceDialog

        return await self.app.push_screen_wait(SentenceDialog("the keys of every account", ROLE))

    # Showing

    def _draw_what_came(self) -> None:
        if self._found is not self._drawn:
            self._show()

    def _show(self) -> None:
        if not self.drawable or not self.size.width:
            return
        if self._found is not self._drawn and self._found is not None:
            self._drawn = self._found
            self._arrange(rows_of(self._found))
        self.table.display = bool(self.table.rows)
        empty = self.query_one("#empty", Page)
        empty.display = not self.table.rows
        empty.show([] if self.table.rows else self._instead())
        self._draw_summary()
        self._show_details()
        self.commands_changed()

    def _draw_summary(self) -> None:
        if not self.drawable:
            return
        line = summary(self._found, self._reading) if self._found else ()
        if self._read_at and not self._reading:
            line = (*line, (f" · {as_of(self._read_at, self.stanch.options.now())}", "quiet"))
        self.query_one("#summary", Lines).draw([fit(((" ", "text"), *line), self.size.width)])

    def _arrange(self, rows: list[OrganizationRow]) -> None:
        if order := ORDERS[self._order]:
            rows = sorted(rows, key=order, reverse=self._reversed)
        by = self._order if order else None
        self.table.show(rows, sorted_by=by, descending=self._reversed)

    def _instead(self) -> list[Line]:
        if self._trouble:
            return [
                (("‼ ", "alarm"), (self._trouble, "text")),
                (),
                ((WHO_MAY, "text"),),
                (),
                (("ctrl+r tries again", "quiet"),),
            ]
        return [(("asking AWS Organizations for its accounts…", "quiet"),)]

    @on(Table.Chosen)
    def _show_details(self) -> None:
        row = self.table.chosen
        self.query_one("#row-rule", Rule).entitle("key" if row and row.key else "account" if row else "")
        self.query_one("#row-text", Page).show(told(row, self.stanch.options.now()) if row else [])

    # Commands

    def copied(self) -> str | None:
        row = self.table.chosen if self.is_mounted else None
        return (row.key.id if row.key else row.account.account) if row else None

    def refuses(self, command_id: str) -> str | None:
        if command_id in ("go_to_account", "sort_accounts") and not (self.is_mounted and self.table.rows):
            return "no account was read yet"
        return None

    def do_go_to_account(self) -> None:
        if (row := self.table.chosen) is None:
            return
        account = row.account.account
        route = ToKey(row.key) if row.key else None
        if account == self.stanch.context.account:
            self.stanch.open(route or ToInventory())
        else:
            self.stanch.go(Place(account=account, role=self._role), route)

    def do_sort_accounts(self) -> None:
        orders = list(ORDERS)
        self._sort(orders[(orders.index(self._order) + 1) % len(orders)])
        self.say(f"Sorted by {self._order.lower()}.")

    @on(Table.HeaderClicked)
    def _header_clicked(self, event: Table.HeaderClicked) -> None:
        if event.name in ORDERS:
            self._sort(event.name)

    def _sort(self, order: str) -> None:
        """By that column; by the same once more turns the rows round."""
        self._reversed = order == self._order and not self._reversed
        self._order = order
        if self._found:
            self._arrange(rows_of(self._found))

    def do_refresh(self) -> None:
        self._load()
