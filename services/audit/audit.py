"""The audit of one account: facts once, every rule over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from services.audit import dataevents, keyrules, placerules, userrules
from services.audit.facts import Facts
from services.audit.gather import gather
from services.audit.model import Audit, Finding, Limits, Unknown, in_order
from services.aws import sts
from services.aws.session import AwsSession
from services.base import clock

RULES: tuple[Callable[[Facts], Iterable[Finding | Unknown]], ...] = (
    keyrules.expiry,
    keyrules.age,
    keyrules.two_active,
    keyrules.unused,
    userrules.other_ways_in,
    userrules.broad_policies,
    userrules.no_deny_boundary,
    userrules.quarantined,
    userrules.secrets,
    userrules.analyzed,
    placerules.bearer_unneeded,
    placerules.recording,
)


def _quietly(words: str) -> None:
    pass


async def audit(
    aws: AwsSession,
    limits: Limits | None = None,
    *,
    data_events: bool = False,
    on_progress: Callable[[str], None] = _quietly,
    now: Callable[[], datetime] = clock.now,
) -> Audit:
    """Look, judge, change nothing; raises an AwsError where not even the keys can be read.

    With *data_events* CloudTrail is asked, key by key, whether those that look unused are.
    """
    limits = limits or Limits()
    caller, regions = await sts.get_caller(aws), await aws.regions()
    facts, unreadable = await gather(aws, regions, limits, on_progress, now)
    if data_events:
        used = await dataevents.ask(aws, caller.account, facts, on_progress, now)
        facts = replace(facts, used=used)
    said = [each for rule in RULES for each in rule(facts)]
    return Audit(
        account=caller.account,
        caller_arn=caller.arn,
        regions=regions,
        keys=len(facts.keys),
        keys_complete=facts.keys_complete,
        findings=in_order(tuple(each for each in said if isinstance(each, Finding))),
        unknown=tuple(each for each in said if isinstance(each, Unknown)),
        unreadable=unreadable,
    )
