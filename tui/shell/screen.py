"""Opens the screen from the command line."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import click

from services.aws.session import AwsSession
from services.keys.token import Token
from tui.settings.options import Connect, Options, Start
from tui.shell.common import Setup, complain, run


def open_screen(setup: Setup, start: Start | None = None, **more: object) -> int:
    """Run the app and return its exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError(
            "The screen needs a terminal. For scripts: stanch keys, respond --plan, review, watch --once."
        )
    options = Options(
        state_dir=setup.state_dir,
        profile=setup.profile,
        regions=setup.regions,
        read_only=setup.read_only,
        mouse=setup.mouse,
        theme=setup.theme,
        plain=setup.plain,
        graphs="numbers" if setup.plain else "blocks",
        poll_seconds=setup.config.refresh_seconds,
        more_regions=setup.more_regions,
        colour=setup.profile_config.colour,
        keys=setup.config.remapped(),
        start=start or Start(),
        connect=_after_prompt(setup),
    )
    from tui.app.run import run as run_app

    return run_app(replace(options, **more))  # type: ignore[arg-type]


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


def _after_prompt(setup: Setup) -> Connect | None:
    """Where signing in asks for a code, ask before the screen opens, and hand the session on."""
    if not _asks_for_code(setup.profile):
        return None
    session = setup.session()
    run(session.resolve_credentials())

    @asynccontextmanager
    async def connect() -> AsyncIterator[AwsSession]:
        async with session as aws:
            yield aws

    return connect


def _asks_for_code(profile: str | None) -> bool:
    """Whether the profile needs an MFA code; botocore is too slow to ask before the first paint."""
    name = profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default"
    config = configparser.RawConfigParser(strict=False)
    try:
        config.read(Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser())
    except configparser.Error as error:
        complain(f"The AWS configuration cannot be read: {error.message.splitlines()[0]}")
        return False
    sections = (name, f"profile {name}")
    return any(
        config.has_option(section, "mfa_serial") for section in sections if config.has_section(section)
    )
