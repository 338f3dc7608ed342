"""`stanch demo`: the screen on a pretend account, with a leaked key in use and nothing to break."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from services.aws.session import AwsSession
from tui.settings.options import Connect
from tui.shell.common import Setup, pass_setup
from tui.shell.pretend import pretend_account, shut_in

PERIOD_SECONDS = 5
POLL_SECONDS = 2.0


@click.command(
    "demo",
    epilog="Example: stanch demo",
)
@pass_setup
@click.pass_context
def command(ctx: click.Context, setup: Setup) -> None:
    """Open the screen on a fresh simulated account with an attacker in it; no AWS needed.

    Its cases are kept in a folder of their own, which is deleted with it.
    """
    from tui.shell.screen import open_screen

    leaked: list[str] = []
    with tempfile.TemporaryDirectory(prefix="stanch-demo-") as folder:
        setup = shut_in(setup, Path(folder))
        ctx.exit(
            open_screen(
                setup,
                connect=connect_to_sandbox(setup, leaked),
                leaked=lambda: leaked[-1] if leaked else None,
                connecting="starting a simulated account…",
                demo=True,
                colour=None,
                period_seconds=PERIOD_SECONDS,
                poll_seconds=POLL_SECONDS,
            )
        )


def connect_to_sandbox(setup: Setup, leaked: list[str]) -> Connect:
    """Starts the pretend account in a process that ends with this one; its leaked token goes to *leaked*."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[AwsSession]:
        async with pretend_account(setup, "--lag", "2") as account:
            if account.leaked_token:
                leaked.append(account.leaked_token)
            yield account.aws

    return connect
