"""The way to AWS that the options before the command ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.aws.credentials.profiles import named_profile, read_profiles
from tui.settings.options import Connect
from tui.shell.common import Setup

if TYPE_CHECKING:
    from services.aws.session import AwsSession


def check_profile(option: str | None) -> None:
    """Raises NoSuchProfile; whether it is so botocore says, which is too slow to be asked of one there is."""
    if (named := named_profile(option)) in (None, *read_profiles()):
        return
    from services.aws.credentials.failures import explained
    from services.aws.credentials.find import open_sync

    with explained(named):
        open_sync(option, None)


def as_set_up(setup: Setup, account: str | None = None) -> Connect:
    """By the options before the command: the account that is meant, the role, the endpoints.

    *account* is gone to, where none was named and a role leads there.
    """

    @asynccontextmanager
    async def connect() -> AsyncIterator[AwsSession]:
        async with setup.session(account) as aws:
            await aws.resolve_credentials()
            yield aws

    return connect
