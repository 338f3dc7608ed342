"""Sources that hold less than they seem to: what they leave out is never taken for read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from moto.cloudtrail.models import cloudtrail_backends

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.review.review import Subject
from services.review.sources.athenasql import Place, create_table
from tests.services.review.tampered import (
    ACCOUNT,
    BUCKET,
    LOGS,
    MANAGEMENT,
    ORGANIZATION,
    USE,
    Account,
    Record,
    reviewed,
)

GIT = Subject("alice", service="codecommit.amazonaws.com")


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=("us-east-1", "eu-west-1")) as session:
        yield session


def another_trail(account: Account) -> Any:
    """One more, that delivers to the same place."""
    client = account.boto("cloudtrail")
    with account.then(-40):
        client.create_trail(Name="another", S3BucketName=BUCKET, IsMultiRegionTrail=True)
        client.put_event_selectors(TrailName="another", AdvancedEventSelectors=[MANAGEMENT, USE])
        client.start_logging(Name="another")
    trail = cloudtrail_backends[ACCOUNT]["us-east-1"].trails["another"]
    trail.status.delivered = account.now
    return trail


@pytest.mark.parametrize("source", ["auto", "s3", "athena"])
async def test_an_organization_may_share_the_bucket_of_an_accounts_trail(
    aws: AwsSession, account: Account, source: str
) -> None:
    account.selectors = (MANAGEMENT,)
    account.begin()
    another_trail(account).is_org_trail = True
    account.root = f"AWSLogs/{ORGANIZATION}/{ACCOUNT}"
    account.deliver(-4, account.bearer())
    review = await reviewed(aws, account, source=source)
    assert (review.verdict, len(review.use)) == ("used", 1), review.verdict_words


async def test_what_one_of_two_trails_in_a_place_delivered_is_not_lost(
    aws: AwsSession, account: Account
) -> None:
    account.begin()
    another_trail(account)
    made = account.record(eventTime=f"{account.at(-5):%FT%TZ}")
    account.cloudtrail.history.add(account.at(-5), made)
    account.deliver(-5, made)
    review = await reviewed(aws, account)
    assert (review.verdict, review.unreadable) == ("not seen used", ()), review.verdict_words


def store(account: Account, *selectors: Record, everywhere: bool = True) -> None:
    with account.then(-40):
        account.boto("cloudtrail").create_event_data_store(
            Name="store", MultiRegionEnabled=everywhere, AdvancedEventSelectors=list(selectors)
        )


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ({"NotEquals": ["kms.amazonaws.com"]}, "not seen used"),
        ({"NotEquals": ["codecommit.amazonaws.com"]}, "unknown"),
        ({"NotStartsWith": ["code"]}, "unknown"),
        ({"Equals": ["iam.amazonaws.com"]}, "unknown"),
        ({"Equals": ["codecommit.amazonaws.com"]}, "not seen used"),
    ],
)
async def test_a_store_may_leave_out_the_source(
    aws: AwsSession, account: Account, rule: Record, verdict: str
) -> None:
    fields = [*MANAGEMENT["FieldSelectors"], {"Field": "eventSource", **rule}]
    store(account, {"FieldSelectors": fields})
    review = await reviewed(aws, account, source="lake", subject=GIT)
    assert (review.verdict, review.complete) == (verdict, verdict != "unknown"), review.verdict_words


async def test_a_store_of_one_region_says_nothing_of_the_others(aws: AwsSession, account: Account) -> None:
    store(account, USE, everywhere=False)
    review = await reviewed(aws, account, source="lake")
    assert (review.verdict, review.complete) == ("unknown", False)
    told = {(row.region, row.covers) for row in review.coverage}
    assert told == {("us-east-1", "yes"), ("eu-west-1", "no"), ("other Regions", "unknown")}


@pytest.mark.parametrize(("days", "verdict"), [(-10, "unknown"), (-1, "not seen used")])
async def test_rules_that_may_not_be_read_may_delete(
    aws: AwsSession, account: Account, days: int, verdict: str
) -> None:
    account.selectors = (USE,)
    with account.then(-24 * 30):
        account.make_trail(USE)
    for hours in (-30, -20, -8, -1):
        account.deliver(hours, account.bearer(user="bob"))
    account.trail.status.delivered = account.now
    account.sandbox.faults.add("deny:GetBucketLifecycle")
    review = await reviewed(aws, account, 24 * days)
    assert (review.verdict, review.complete) == (verdict, verdict != "unknown"), review.verdict_words
    assert ("how long its bucket keeps objects could not be read" in review.verdict_words) == (days == -10)


async def test_a_region_whose_history_was_not_read_is_not_covered(aws: AwsSession, account: Account) -> None:
    account.sandbox.faults.add("deny:LookupEvents")
    review = await reviewed(aws, account, source="history", subject=GIT)
    assert {row.covers for row in review.coverage if row.source == "event history"} == {"unknown"}


async def test_a_table_that_ends_early_is_noticed(aws: AwsSession, account: Account) -> None:
    account.begin()
    account.deliver(-4, account.bearer())
    athena = account.boto("athena")
    sql = str(create_table(Place(BUCKET, "AWSLogs/"), "default")).replace(",NOW", ",2024/01/01")
    made = athena.start_query_execution(
        QueryString=sql, ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/answers/"}
    )
    state = "QUEUED"
    while state in ("QUEUED", "RUNNING"):
        told = athena.get_query_execution(QueryExecutionId=made["QueryExecutionId"])
        state = told["QueryExecution"]["Status"]["State"]
    review = await reviewed(aws, account, source="athena")
    assert (state, review.verdict) == ("SUCCEEDED", "unknown"), review.verdict_words
    assert "its table leads to 0 bytes" in review.unreadable[0].error


async def test_what_was_called_before_the_key_was_created_is_no_use_of_it(
    aws: AwsSession, account: Account
) -> None:
    account.begin()
    account.deliver(-10, account.bearer())
    iam = account.boto("iam")
    iam.create_user(UserName="alice")
    with account.then(-3):
        made = iam.create_service_specific_credential(UserName="alice", ServiceName=LOGS)
    key_id = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    review = await reviewed(aws, account, subject=Subject("alice", key_id, LOGS))
    assert (review.verdict, len(review.events)) == ("not seen used", 1), review.verdict_words
    assert "1 call with an API key came before this key was created" in review.verdict_words
