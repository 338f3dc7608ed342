"""A pretend account of this program's own, which nothing of this machine's set-up can replace by another."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
import msgspec

from services.aws.errors import Unreachable
from services.aws.session import AwsSession
from services.base import version
from tui.shell.common import Setup

PYTHON = (sys.executable, "-P", "-m")
"""To run a module of the sandbox; without -P a folder called so, where the program is started, would be."""


END_SECONDS = 0.3
"""For it to end by itself: who has seen enough doesn't wait, and it has nothing to lose."""


def surroundings() -> dict[str, str]:
    """The environment of that process: a zipapp's packages lie where a new interpreter doesn't look."""
    return {**os.environ, "PYTHONPATH": str(Path(version.__file__).parents[2])}


@dataclass(frozen=True, slots=True)
class PretendAccount:
    """A running account; it ends with this program, however that ends."""

    aws: AwsSession
    leaked_token: str | None = field(repr=False)


def shut_in(setup: Setup, state_dir: Path) -> Setup:
    """From here on the process knows no account but one that it starts; *setup* without what names others.

    Raises a ClickException where the sandbox isn't installed.
    """
    if importlib.util.find_spec("moto") is None:
        raise click.ClickException("The sandbox is not installed: install stanch[sandbox].")
    from sandbox.client.environment import forget_this_machine

    forget_this_machine(os.environ)
    config = msgspec.structs.replace(setup.config, profiles={}, regions=())
    return replace(setup, profile=None, state_dir=state_dir, config=config)


@asynccontextmanager
async def pretend_account(setup: Setup, *arguments: str) -> AsyncIterator[PretendAccount]:
    """Start an account with the sandbox's *arguments*; *setup* is what shut_in() made of it."""
    process = await asyncio.create_subprocess_exec(
        *PYTHON,
        "sandbox",
        "--announce",
        "json",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=surroundings(),
        # An interrupt of the terminal is for the screen alone; the account ends with its standard input.
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
        if not line:
            raise Unreachable("Starting the simulated account", "it ended at once")
        announced: dict[str, Any] = msgspec.json.decode(line)
        os.environ.update(announced["environment"])
        leaked = announced["leaked"]
        async with AwsSession(
            None, setup.regions, read_only=setup.read_only, endpoint_url=announced["endpoint_url"]
        ) as aws:
            yield PretendAccount(aws, leaked and leaked["token"])
    finally:
        process.stdin.close()
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), END_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
