"""`stanch demo`: the screen on a pretend account, with a leaked key in use and nothing to break."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
import msgspec

from services.aws.errors import Unreachable
from services.aws.session import AwsSession
from tui.settings.options import Connect
from tui.shell.common import Setup, pass_setup

PERIOD_SECONDS = 5
POLL_SECONDS = 2.0


@click.command(
    "demo",
    short_help="The screen on a pretend account with a leaked key in use.",
    epilog="Example: stanch demo",
)
@pass_setup
@click.pass_context
def command(ctx: click.Context, setup: Setup) -> None:
    """Open the screen on a fresh pretend account: an attacker in it, no AWS needed, nothing to break.

    Cases of the demo are kept in a folder of their own, which goes with it.
    """
    if importlib.util.find_spec("moto") is None:
        raise click.ClickException("The demo is not installed: install stanch[sandbox].")
    from dataclasses import replace

    from tui.shell.screen import open_screen

    leaked: list[str] = []
    with tempfile.TemporaryDirectory(prefix="stanch-demo-") as folder:
        setup = replace(setup, state_dir=Path(folder))
        ctx.exit(
            open_screen(
                setup,
                connect=connect_to_sandbox(setup, leaked),
                leaked=lambda: leaked[-1] if leaked else None,
                connecting="starting a pretend account…",
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
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "sandbox",
            "--announce",
            "json",
            "--lag",
            "2",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # An interrupt of the terminal is for the screen alone; the account ends with its standard input.
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = await process.stdout.readline()
            if not line:
                raise Unreachable("Starting the pretend account", "it ended at once")
            announced = msgspec.json.decode(line)
            leaked.append(announced["leaked"]["token"])
            for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"):
                os.environ.pop(name, None)
            os.environ.update(announced["environment"])
            async with AwsSession(None, setup.regions, read_only=setup.read_only) as aws:
                yield aws
        finally:
            process.stdin.close()
            await process.wait()

    return connect
