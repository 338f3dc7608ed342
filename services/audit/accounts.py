"""Several accounts in one audit: each by a role of its own, a few at a time, none ending the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.audit.audit import audit
from services.audit.model import Audit, Limits
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
    def complete(self) -> bool:
        return self.found is not None and self.found.complete

    def as_json(self) -> dict[str, object]:
        reached = {"role_arn": self.role_arn, "error": str(self.error) if self.error else None}
        return reached | (self.found.as_json() if self.found else {"complete": False, "findings": []})


async def visit_all(
    aws: AwsSession,
    role_arns: Sequence[str],
    limits: Limits,
    *,
    data_events: bool = False,
    on_progress: Callable[[str], None],
) -> tuple[Visit, ...]:
    """An audit for each role, in their order; raises nothing of AWS's."""
    limit, roles = asyncio.Semaphore(AT_ONCE), tuple(dict.fromkeys(role_arns))
    done = 0

    async def visit(role_arn: str) -> Visit:
        nonlocal done
        async with limit:
            try:
                async with await aws.assume(role_arn) as there:
                    found = await audit(there, limits, data_events=data_events)
            except AwsError as error:
                reached = Visit(role_arn, error=error)
            else:
                reached = Visit(role_arn, found)
        done += 1
        on_progress(f"{done} of {len(roles)} accounts looked at…")
        return reached

    return tuple(await asyncio.gather(*map(visit, roles)))
