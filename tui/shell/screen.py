"""Opens the screen from the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from services.aws.credentials.profiles import (
    environment_signs,
    may_ask,
    named_region,
    signing_profile,
)
from services.aws.credentials.regions import check_region
from tui.settings.options import Connect, Options, Start
from tui.shell.common import Setup, run
from tui.shell.connecting import as_set_up, check_profile
from tui.shell.going import go_by
from tui.shell.terminal import why_no_screen

if TYPE_CHECKING:
    from services.aws.session import AwsSession
    from services.keys.token import Token


def open_screen(setup: Setup, start: Start | None = None, **more: object) -> int:
    """Run the app and return its exit code."""
    if reason := why_not():
        raise click.UsageError(
            f"{reason} Without a screen: stanch keys, respond --plan, review, watch --once."
        )
    if "connect" not in more:
        # Told before the screen opens, where it can be corrected.
        check_profile(setup.profile)
        for region in setup.regions or filter(None, [named_region(setup.profile)]):
            check_region(region)
        account = None
        if start and start.key_id:
            from services.keys.keyid import account_in

            account = account_in(start.key_id)
        connect = _after_prompt(setup, account) or as_set_up(setup, account)
        more = {"connect": connect, "go": partial(go_by, setup)} | more
    options = Options(
        state_dir=setup.state_dir,
        profile=setup.profile,
        signing_profile=signing_profile(setup.profile),
        regions=setup.regions,
        read_only=setup.read_only,
        mouse=setup.mouse,
        theme=setup.theme,
        themes=setup.config.themes,
        plain=setup.plain,
        graphs="numbers" if setup.plain else "blocks",
        poll_seconds=setup.config.refresh_seconds,
        list_seconds=setup.config.list_seconds,
        more_regions=setup.more_regions,
        colour=None if environment_signs(setup.profile) else setup.profile_config.colour,
        keys=setup.config.remapped(),
        config_file=None if setup.no_config else setup.config_file,
        hooks=setup.config.hooks,
        decoy_accounts=setup.config.decoy_accounts,
        start=start or Start(),
    )
    from tui.app.run import run as run_app

    return run_app(replace(options, **more))  # type: ignore[arg-type]


def why_not() -> str | None:
    """Why no screen can be opened here; None where one can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "The screen needs a terminal."
    return why_no_screen(os.environ.get("TERM"))


def open_runbook(
    setup: Setup, key_id: str, *, user: str | None, case_id: str | None, token: Token | None
) -> int:
    """The app at one key's runbook; a *token*, read from a pipe, is matched to its key first."""
    if token is not None:
        from tui.shell.identify import match_token

        key_id, user = run(match_token(setup, token))
        _take_terminal()
    return open_screen(setup, Start("runbook", key_id=key_id, user=user, case=case_id))


def _take_terminal() -> None:
    """Standard input was a pipe, read to its end: the keyboard takes its place, under the same number."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return
    os.dup2(terminal, 0)
    os.close(terminal)


def _after_prompt(setup: Setup, account: str | None) -> Connect | None:
    """Where signing in may ask a person, let it ask before the screen opens, and hand the session on."""
    if not may_ask(setup.profile):
        return None
    session = setup.session(account)
    run(session.resolve_credentials())

    @asynccontextmanager
    async def connect() -> AsyncIterator[AwsSession]:
        async with session as aws:
            yield aws

    return connect
