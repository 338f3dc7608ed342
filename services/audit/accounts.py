"""Several accounts in one audit: each by a role of its own, a few at a time, none ending the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.audit.audit import audit
from services.audit.model import Audit, Limits
from services.aws.session import AwsSession
from services.keys.everyaccount import Stop, visits

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """One account as it was reached: by *role_arn*, or by the caller's own credentials where that is None.

    Exactly one of *found* and *error* is there.
    """

    role_arn: str | None
    found: Audit | None = None
    error: str | None = None
    account: str | None = None
    name: str = ""

    @property
    def place(self) -> str:
        named = f"account {self.account} ({self.name})" if self.name else None
        return named or self.role_arn or "your own account"

    @property
    def complete(self) -> bool:
        return self.found is not None and self.found.complete

    def as_json(self) -> dict[str, object]:
        reached = {"account": self.account, "role_arn": self.role_arn, "error": self.error}
        return reached | (self.found.as_json() if self.found else {"complete": False, "findings": []})


async def visit_all(
    aws: AwsSession,
    stops: Sequence[Stop],
    limits: Limits,
    *,
    data_events: bool = False,
    on_progress: Callable[[str], None],
) -> tuple[Visit, ...]:
    """An audit of each, in their order; raises nothing of AWS's."""

    async def look(there: AwsSession, stop: Stop) -> Audit:
        return await audit(there, limits, data_events=data_events)

    found: dict[Stop, Visit] = {}
    async for each in visits(aws, stops, look, at_once=AT_ONCE):
        stop = each.stop
        found[stop] = Visit(stop.role_arn, each.found, each.error, stop.account, stop.name)
        on_progress(f"{len(found)} of {len(stops)} accounts audited…")
    return tuple(found[stop] for stop in stops)
