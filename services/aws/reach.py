"""The accounts that keys name, each entered once, by the role that is configured for it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from services.aws import sts
from services.aws.session import AwsSession


class Reach:
    """By *role*, or the one that is configured.

    An async context; the sessions that it opened close with it, and never the one that it stands on."""

    def __init__(self, aws: AwsSession, role: str | None = None) -> None:
        self._aws = aws
        self._role = role
        self._entered: dict[str, asyncio.Task[AwsSession]] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._entered.values():
            task.cancel()
        await asyncio.gather(*self._entered.values(), return_exceptions=True)
        await self._stack.aclose()

    def leads_to(self, account: str | None) -> bool:
        """Whether a role is named or configured for it."""
        return account is not None and self._aws.ways.by(self._role).may_lead_to(account)

    async def at(self, account: str | None) -> AwsSession:
        """The session in that account, or the one we have; raises an AwsError."""
        if account is None or account == (await self.home()):
            return self._aws
        task = self._entered.get(account)
        if task is None:
            task = self._entered[account] = asyncio.create_task(self._enter(account))
        return await asyncio.shield(task)

    async def home(self) -> str:
        """The account that we have credentials of."""
        return self._aws.where.account or (await sts.get_caller(self._aws)).account

    async def _enter(self, account: str) -> AwsSession:
        return await self._stack.enter_async_context(await self._aws.to_account(account, self._role))
