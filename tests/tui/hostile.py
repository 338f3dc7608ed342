"""A program for a pty: the app, with what an attacker may have written put into every place of it.

What AWS says is cleaned where it is read; here the screens get it uncleaned, as if that had failed.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.aws.errors import Denied
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.keys.holdings import Unreadable, UserHoldings
from services.keys.inventory import Inventory, Key
from services.keys.risks import Risk
from tui.app.app import StanchApp
from tui.flows.flow import Flow
from tui.flows.graph import FlowGraph
from tui.flows.marks import Mark
from tui.screens.keys.inventory import InventoryScreen
from tui.settings.context import Context, OpenCase
from tui.settings.options import Options

STRINGS = (
    "\x1b[2J\x1b[31mred",
    "\x1b]52;c;b3duZWQ=\x07clip",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31m\x9d0;title\x9cc1",
    "\x1bP1$r\x1b\\dcs\x1b_apc\x1b\\",
    "[/foo] [bold]b[/] [@click=app.quit]x[/]",
    "\u202egnp.exe\u2066iso\u2069",
    "zero\u200bwidth\ufeff\u00ad",
    "nul\x00bel\x07bs\x08tab\tcr\rlf\nend",
    "lone\ud800surrogate",
    "tags\U000e0041\U000e007f",
    "x" * 10_000,
)
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DONE = "SHOWN"


@asynccontextmanager
async def refuse() -> AsyncIterator[AwsSession]:
    error = Denied("ListUsers", "refused")
    error.args = ("ListUsers", " ".join(STRINGS))
    error.action = STRINGS[0]
    error.resource = STRINGS[1] + STRINGS[5]
    raise error
    yield


def keys() -> tuple[Key, ...]:
    return tuple(
        Key(
            Credential(f"K{at}{text}", text, text, text, NOW - timedelta(days=9), None, text),
            (Risk(text, "high", text),),
        )
        for at, text in enumerate(STRINGS)
    )


class Hostile(StanchApp):
    """Shows all of STRINGS on the inventory, then in notices, the error log, the title and a graph."""

    step = 0

    def next_place(self) -> None:
        screen = self.screen
        text = STRINGS[self.step % len(STRINGS)]
        holdings = UserHoldings(text, (), False, {text: {}}, (text,), (text,), (Unreadable(text, text),))
        if isinstance(screen, InventoryScreen):
            screen.list.take(
                Inventory(text, text, keys(), notes=(text,), unreadable=(Unreadable(text, text),))
            )
            screen.list.learn(holdings)
            screen._show()
            screen.table.move_to(self.step % len(STRINGS))
            screen.say(text, "alarm")
        self.notify(text)
        self.keep_words(text, text, text)
        self.context = Context(text, text, text, (text,), text, case=OpenCase(text, NOW))
        for graph in self.screen.query(FlowGraph):
            since = NOW - timedelta(minutes=20)
            graph.show(
                Flow(text, (text,), (), since, NOW, NOW, 60, marks=(Mark(NOW - timedelta(minutes=9), text),))
            )
        self.step += 1

    async def on_key(self) -> None:
        """Any key that means nothing else goes on to the next string; after the last the title says so."""
        if not self.screen.query(FlowGraph):
            await self.screen.mount(graph := FlowGraph())
            graph.styles.height = 5
            graph.styles.dock = "bottom"
        self.next_place()
        if self.step == len(STRINGS):
            self.context = Context(account=DONE)


def main() -> None:
    app = Hostile(Options(state_dir=Path(sys.argv[1]), connect=refuse))
    app.run()
    sys.exit(app.return_code)


if __name__ == "__main__":
    main()
