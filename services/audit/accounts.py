"""Several accounts in one audit: each by a role of its own, a few at a time, none ending the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.audit.audit import audit
from services.audit.model import Audit, Limits
from services.aws import organizations, sts
from services.aws.errors import AwsError
from services.aws.session import AwsSession

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """One account as it was reached: by *role_arn*, or by the caller's own credentials where that is None.

    Exactly one of *found* and *error* is there.
    """

    role_arn: str | None
    found: Audit | None = None
    error: AwsError | None = None

    @property
    def place(self) -> str:
        return self.role_arn or "your own account"

    @property
    def complete(self) -> bool:
        return self.found is not None and self.found.complete

    def as_json(self) -> dict[str, object]:
        reached = {"role_arn": self.role_arn, "error": str(self.error) if self.error else None}
        return reached | (self.found.as_json() if self.found else {"complete": False, "findings": []})


async def roles_of_organization(aws: AwsSession, role: str) -> tuple[str | None, ...]:
    """The ARN of *role* in each account of the organization; None for the caller's own, which needs none."""
    caller, accounts = await asyncio.gather(sts.get_caller(aws), organizations.list_accounts(aws))
    partition = caller.arn.split(":")[1]
    return tuple(
        None if account == caller.account else f"arn:{partition}:iam::{account}:role/{role}"
        for account in accounts
    )


async def visit_all(
    aws: AwsSession,
    role_arns: Sequence[str | None],
    limits: Limits,
    *,
    data_events: bool = False,
    on_progress: Callable[[str], None],
) -> tuple[Visit, ...]:
    """An audit for each role, in their order; raises nothing of AWS's."""
    limit, roles = asyncio.Semaphore(AT_ONCE), tuple(dict.fromkeys(role_arns))
    done = 0

    async def look(role_arn: str | None) -> Audit:
        if role_arn is None:
            return await audit(aws, limits, data_events=data_events)
        async with await aws.assume(role_arn) as there:
            return await audit(there, limits, data_events=data_events)

    async def visit(role_arn: str | None) -> Visit:
        nonlocal done
        async with limit:
            try:
                reached = Visit(role_arn, await look(role_arn))
            except AwsError as error:
                reached = Visit(role_arn, error=error)
        done += 1
        on_progress(f"{done} of {len(roles)} accounts audited…")
        return reached

    return tuple(await asyncio.gather(*map(visit, roles)))
