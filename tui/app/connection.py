"""Holds the one way to AWS for as long as the app runs; one task opens it and closes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.aws.callrecord import recorded_in

if TYPE_CHECKING:
    from services.aws.callrecord import CallRecord
    from services.aws.credentials.signer import Prompt
    from services.aws.session import AwsSession
    from tui.settings.options import Connect, Options


class Connection:
    """aws() opens it when first asked, and again after a failure; close() waits until it is shut."""

    def __init__(self, connect: Connect, prompt: Prompt, calls: CallRecord) -> None:
        self._connect = connect
        self._calls = calls
        self._prompt = prompt
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[AwsSession] | None = None

    async def aws(self) -> AwsSession:
        """The session, once it is there; raises the AwsError that kept it from opening."""
        failed = self._opened is not None and self._opened.done() and self._opened.exception()
        if self._opened is None or failed:
            self._opened = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._hold(self._opened))
        return await asyncio.shield(self._opened)

    @property
    def waiting(self) -> tuple[str, float] | None:
        """The call that has been waited for longest, and for how many seconds."""
        opened = self._opened
        if opened is None or not opened.done() or opened.cancelled() or opened.exception():
            return None
        return opened.result().waiting

    async def close(self) -> None:
        self._closing.set()
        if self._task is None or self._opened is None:
            return
        if not self._opened.done():
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _hold(self, opened: asyncio.Future[AwsSession]) -> None:
        try:
            with recorded_in(self._calls):
                async with self._connect() as aws:
                    # It may have asked on the terminal before, which is the screen's now.
                    aws.ask_by(self._prompt)
                    await aws.resolve_credentials()
                    opened.set_result(aws)
                    await self._closing.wait()
        except asyncio.CancelledError:
            opened.cancel()
            raise
        except Exception as error:
            # Told to whoever waits; once it is open, an error of closing is a defect and is raised.
            if opened.done():
                raise
            opened.set_exception(error)


def standard(options: Options) -> Connect:
    """The standard credential chain, as the AWS CLI walks it."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[AwsSession]:
        from services.aws.session import AwsSession

        session = AwsSession(
            options.profile,
            options.regions,
            read_only=options.read_only,
            more_regions=options.more_regions,
        )
        async with session as aws:
            yield aws

    return connect
