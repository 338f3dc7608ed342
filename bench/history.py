"""Event history over all Regions, side by side, against what AWS's limit of requests allows."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from bench.account import account
from bench.measure import Row
from sandbox.account.world import ACCOUNT, World
from sandbox.cloudtrail.install import CloudTrail

USER = "web"
REGIONS = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
    *("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1"),
    *("ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
)
EVENTS = 520
"""Of the user in each Region: eleven pages."""


def rows() -> Iterator[Row]:
    with account(busy):
        taken, least, requests = asyncio.run(_ours())
    note = f"{taken:.1f} s for {requests} requests, {least:.1f} s at two a second in the busiest Region"
    yield Row(
        f"history of {len(REGIONS)} Regions, against the limit of requests", taken / least, 1.3, note=note
    )


def busy(world: World) -> None:
    """The user's calls in every Region, a minute apart."""
    history, now = world.part(CloudTrail).history, world.clock.now()
    for region in REGIONS:
        for number in range(EVENTS):
            when = now - timedelta(minutes=number + 1)
            history.add(when, _record(region, f"{when:%Y-%m-%dT%H:%M:%SZ}"))


def _record(region: str, when: str) -> dict[str, object]:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{USER}"
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "arn": arn, "accountId": ACCOUNT, "userName": USER},
        "eventTime": when,
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances",
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": None,
        "responseElements": None,
        "eventID": str(uuid.uuid4()),
        "readOnly": True,
        "eventCategory": "Management",
        "recipientAccountId": ACCOUNT,
    }


async def _ours() -> tuple[float, float, int]:
    """Seconds it took, the seconds that the limit allows at least, and how many requests there were."""
    from services.aws.cloudtrail import LOOKUPS_PER_SECOND, Pacer
    from services.aws.session import AwsSession
    from services.base import clock
    from services.review.review import Subject, Window, run_review

    turns: Counter[int] = Counter()
    turn = Pacer.turn

    async def counted(pacer: Pacer) -> None:
        turns[id(pacer)] += 1
        await turn(pacer)

    Pacer.turn = counted  # type: ignore[assignment, method-assign]
    until = clock.now()
    async with AwsSession(regions=REGIONS) as aws:
        await aws.client("sts")
        begun = time.perf_counter()
        review = await run_review(
            aws, Subject(USER), Window(until - timedelta(days=2), until), source="history"
        )
        taken = time.perf_counter() - begun
    assert len(review.events) == EVENTS * len(REGIONS)
    return taken, (max(turns.values()) - 1) / LOOKUPS_PER_SECOND, turns.total()
