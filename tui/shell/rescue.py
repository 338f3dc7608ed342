"""A new secret that could not be taken where it was to go: it is not dropped, but taken elsewhere."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from services.aws.errors import AwsError
from services.base.folders import make_private
from services.cases.engine import CaseEngine
from services.cases.errors import RunbookError
from services.cases.secret import ToFile, ToScreen, parse_destination
from tui.shell.common import Setup, complain


@asynccontextmanager
async def secret_kept(engine: CaseEngine, setup: Setup) -> AsyncIterator[None]:
    """What stops the work meanwhile does not cost a secret that is in hand then."""
    try:
        yield
    except BaseException as error:
        if engine.secret is not None:
            complain(f"The new secret is not where it was to go, and is kept: {error}")
            if isinstance(error, Exception) and can_ask():
                await ask_where_else(engine)
            else:
                await _keep(engine, setup)
        raise


def can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


async def ask_where_else(engine: CaseEngine) -> None:
    """Until it is somewhere; an interrupt gives it up."""
    while engine.secret is not None:
        text = await asyncio.to_thread(
            click.prompt, "Where else? (file:PATH, screen, secretsmanager:NAME)", err=True, type=str
        )
        try:
            to = parse_destination(text)
            if isinstance(to, ToScreen):
                click.echo(engine.secret.reveal())
            await engine.hand_over(to)
        except (AwsError, RunbookError, ValueError) as error:
            complain(str(error))


async def _keep(engine: CaseEngine, setup: Setup) -> None:
    """In a file of its own under the state directory, for nobody else's eyes: nobody can be asked."""
    made = engine.state.replacement
    folder = setup.state_dir / "secrets"
    path = folder / f"{made.key_id if made else 'key'}.secret"
    try:
        make_private(folder)
        await engine.hand_over(ToFile(path.absolute()))
    except (OSError, RunbookError) as error:
        complain(f"It could not be kept in {path} either, and is lost: {error}")
    else:
        complain(f"It is in {path}: take it where it belongs, and delete the file.")
