"""Up to when all is delivered: by the trails that record the use, whichever others are ahead or behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.cloudtrail import AdvancedSelector, EventSelectors, FieldSelector, Trail, TrailStatus
from services.aws.session import AwsSession
from services.review.delivered import delivered_until
from services.review.deliveries import MINUTE, Deliveries, Ledger
from services.review.trails import TrailState
from tests.services.review.tampered import BUCKET, LOGS, MANAGEMENT, USE, Account, reviewed

NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
EVERY = 5 * MINUTES
ALL, PART, NONE = "yes", "partly", "management only"
GROUP = {"Field": "resources.ARN", "StartsWith": ["arn:aws:logs:us-east-1:123456789012:log-group:a"]}
TAKES: dict[str, dict[str, Any]] = {
    ALL: USE,
    NONE: MANAGEMENT,
    PART: {"FieldSelectors": [*USE["FieldSelectors"], GROUP]},
}


def selectors(raw: dict[str, Any]) -> EventSelectors:
    fields = [
        FieldSelector(each["Field"], tuple((test, tuple(each[test])) for test in each if test != "Field"))
        for each in raw["FieldSelectors"]
    ]
    return EventSelectors(advanced=(AdvancedSelector("", tuple(fields)),))


def trail(name: str, takes: str, region: str | None = None, place: str | None = None) -> TrailState:
    """A trail of one Region, or of all, that logs."""
    home = region or "us-east-1"
    arn = f"arn:aws:cloudtrail:{home}:123456789012:trail/{name}"
    made = Trail(name, arn, home, place or name, multi_region=region is None)
    state = TrailState(made, TrailStatus(True), selectors(TAKES[takes]))
    assert state.takes(LOGS).covers == takes
    return state


def ledger(*delivered: tuple[str, str, float]) -> Ledger:
    """By source and Region: two hours of objects, the last so many minutes ago."""
    made = Ledger()
    for source, region, minutes in delivered:
        noted = made.regions[f"trail {source}", region] = Deliveries()
        for number in range(24):
            when = NOW - minutes * MINUTES - number * EVERY
            key = f"1_CloudTrail_{region}_{when:%Y%m%dT%H%MZ}_{number}.json.gz"
            noted.add(key)
            made.object(f"trail {source}", key, when)
    return made


A, B, EAST, WEST = "a", "b", "us-east-1", "eu-west-1"
EACH = [
    ("the only one", [trail(A, ALL)], [(A, EAST, 3)], 3),
    ("one without use is ahead", [trail(A, ALL), trail(B, NONE)], [(A, EAST, 90), (B, EAST, 3)], 90),
    ("one without use is behind", [trail(A, ALL), trail(B, NONE)], [(A, EAST, 3), (B, EAST, 90)], 3),
    ("two that record all", [trail(A, ALL), trail(B, ALL)], [(A, EAST, 90), (B, EAST, 3)], 3),
    ("one of all and one of part", [trail(A, ALL), trail(B, PART)], [(A, EAST, 90), (B, EAST, 3)], 90),
    ("two of parts", [trail(A, PART), trail(B, PART)], [(A, EAST, 90), (B, EAST, 3)], 90),
    ("a part of which nothing came", [trail(A, PART), trail(B, PART)], [(A, EAST, 3)], None),
    ("two Regions", [trail(A, ALL, EAST), trail(B, ALL, WEST)], [(A, EAST, 3), (B, WEST, 70)], 70),
    ("nothing came of one Region", [trail(A, ALL, EAST), trail(B, ALL, WEST)], [(A, EAST, 3)], None),
    ("a Region besides all", [trail(A, ALL), trail(B, ALL, WEST)], [(A, EAST, 3), (B, WEST, 90)], 3),
    (
        "two Regions in one place",
        [trail(A, ALL, EAST, "x"), trail(B, ALL, WEST, "x")],
        [(A, EAST, 3), (A, WEST, 70)],
        70,
    ),
    ("nothing came", [trail(A, ALL)], [], None),
    ("no trail", [], [], None),
]


@pytest.mark.parametrize(
    ("trails", "delivered", "minutes"), [row[1:] for row in EACH], ids=[row[0] for row in EACH]
)
def test_it_is_said_by_those_that_record_the_use(
    trails: list[TrailState], delivered: Iterable[tuple[str, str, float]], minutes: float | None
) -> None:
    for each in (trails, trails[::-1]):
        found = delivered_until(ledger(*delivered), each, LOGS)
        assert found == (None if minutes is None else NOW - minutes * MINUTES - MINUTE)


@pytest.fixture
async def aws(sandbox: Sandbox) -> Any:
    async with AwsSession(regions=("us-east-1",)) as session:
        yield session


async def test_a_trail_that_records_no_use_does_not_tell_how_far_the_use_is(
    aws: AwsSession, account: Account, boto: Callable[..., Any]
) -> None:
    """The trail of data stopped delivering six hours ago; that of management did not."""
    account.selectors = (USE,)
    account.begin()
    account.lose(-6, 1)
    account.trail.status.delivered = account.at(-6.5)
    s3 = boto("s3")
    policy = s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    s3.create_bucket(Bucket="others")
    s3.put_bucket_policy(Bucket="others", Policy=policy.replace(BUCKET, "others"))
    with account.then(-39):
        boto("cloudtrail").create_trail(Name="others", S3BucketName="others", IsMultiRegionTrail=True)
        boto("cloudtrail").start_logging(Name="others")
    for half_hours in range(-70, 1):
        when = account.at(half_hours / 2)
        name = f"123456789012_CloudTrail_us-east-1_{when:%Y%m%dT%H%MZ}_{half_hours + 99:016}.json.gz"
        s3.copy_object(
            Bucket="others",
            Key=f"AWSLogs/123456789012/CloudTrail/us-east-1/{when:%Y/%m/%d}/{name}",
            CopySource={"Bucket": BUCKET, "Key": s3.list_objects_v2(Bucket=BUCKET)["Contents"][0]["Key"]},
        )
    review = await reviewed(aws, account, source="s3")
    assert {source.name for source in review.sources if source.used} == {"trail audit", "trail others"}
    assert review.delivered_until is not None
    assert review.delivered_until <= account.at(-6)
