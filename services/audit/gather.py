"""Reads one account: keys, users, log groups, trails and analyzers; what fails is named, and ends nothing."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from services.audit.doctor import Recorded, recorded_now
from services.audit.facts import Facts, GroupFacts
from services.audit.model import Limits
from services.audit.users import UserReader
from services.aws import accessanalyzer
from services.aws.accessanalyzer import Analyzed
from services.aws.cloudtrail import HISTORY_KEPT, Pacer
from services.aws.cloudwatch import MetricQuery, get_metric_data
from services.aws.errors import AwsError, Expired, NoCredentials
from services.aws.logs import LogGroup
from services.aws.session import AwsSession
from services.keys import inventory
from services.keys.holdings import Unreadable
from services.review.model import Window
from services.review.trails import Trails, read_trails
from services.traffic.traffic import find_groups

DAY_SECONDS = 86400
ANALYZED_TYPES = ("AWS::IAM::User", "AWS::SecretsManager::Secret")


async def gather(
    aws: AwsSession,
    regions: Sequence[str],
    limits: Limits,
    on_progress: Callable[[str], None],
    now: Callable[[], datetime],
) -> tuple[Facts, tuple[Unreadable, ...]]:
    """The facts, and what could not be read; raises an AwsError where the keys themselves cannot be."""
    unreadable: list[Unreadable] = []
    users = UserReader(aws, on_progress)
    on_progress("asking for keys, log groups and trails…")
    found, groups, (trails, recorded), analyzed = await asyncio.gather(
        inventory.everything(aws, now=now),
        _groups(aws, regions, limits, now(), unreadable),
        _recorded(aws, regions, now(), unreadable),
        _analyzed(aws, regions, unreadable),
    )
    held = await users.read(key.user for key in found.keys if key.status == "Active")
    facts = Facts(
        now=now(),
        limits=limits,
        keys=tuple(key for key in found.keys if key.status != "Active" or key.user in held),
        keys_complete=found.complete,
        users=held,
        groups=groups,
        recorded=recorded,
        trails=trails.states,
        analyzed=analyzed,
    )
    return facts, (*found.unreadable, *unreadable, *users.unreadable)


async def _groups(
    aws: AwsSession, regions: Sequence[str], limits: Limits, now: datetime, unreadable: list[Unreadable]
) -> tuple[GroupFacts, ...]:
    """The log groups that take bearer tokens, with the day of the last bytes."""
    try:
        found, parts = await find_groups(aws, regions)
    except (Expired, NoCredentials):
        raise
    except AwsError as error:
        unreadable.append(Unreadable("log groups", str(error), error))
        return ()
    unreadable += parts
    by_region: defaultdict[str, list[LogGroup]] = defaultdict(list)
    for group in found:
        if group.bearer_enabled:
            by_region[group.region].append(group)
    facts: list[GroupFacts] = []
    for region, groups in by_region.items():
        queries = [MetricQuery(group.name, period_seconds=DAY_SECONDS) for group in groups]
        try:
            points = await get_metric_data(aws, region, queries, since=now - limits.silent, until=now)
        except AwsError as error:
            unreadable.append(Unreadable(f"traffic in {region}", str(error), error))
            facts += [GroupFacts(group, read=False) for group in groups]
            continue
        for group, query in zip(groups, queries, strict=True):
            carried = [at for at, value in points[query] if value]
            facts.append(GroupFacts(group, max(carried, default=None)))
    return tuple(facts)


async def _recorded(
    aws: AwsSession, regions: Sequence[str], now: datetime, unreadable: list[Unreadable]
) -> tuple[Trails, tuple[Recorded, ...]]:
    window = Window(now - HISTORY_KEPT, now)
    trails = await read_trails(aws, regions, window, defaultdict(Pacer))
    unreadable += [Unreadable(part.what, part.error) for part in trails.troubles()]
    return trails, recorded_now(trails, window, now)


async def _analyzed(
    aws: AwsSession, regions: Sequence[str], unreadable: list[Unreadable]
) -> tuple[Analyzed, ...]:
    """What the analyzers found of users and secrets, once, though analyzers of several Regions say it."""

    async def of_region(region: str) -> list[Analyzed]:
        try:
            return [
                finding
                for analyzer in await accessanalyzer.analyzers(aws, region)
                for kind in ANALYZED_TYPES
                for finding in await accessanalyzer.active_findings(aws, analyzer, kind)
            ]
        except AwsError as error:
            unreadable.append(Unreadable(f"Access Analyzer in {region}", str(error), error))
            return []

    answers = await asyncio.gather(*map(of_region, regions))
    found = {(each.kind, each.resource): each for answer in answers for each in answer}
    return tuple(found.values())
