"""Accounts whose records were tampered with, or are not what they seem: the verdict is never too sure."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.review.recorded import USES
from services.review.review import Subject
from tests.principals import allow, policy
from tests.services.review.tampered import (
    ACCOUNT,
    BUCKET,
    MANAGEMENT,
    ORGANIZATION,
    OTHER,
    USE,
    Account,
    data,
    reviewed,
)


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=("us-east-1", "eu-west-1")) as session:
        yield session


def untouched(account: Account) -> None:
    account.begin()


def one_region_and_back(account: Account) -> None:
    account.begin()
    account.update(-6, IsMultiRegionTrail=False)
    account.update(-5, IsMultiRegionTrail=True)


def widened_after_the_window(account: Account) -> None:
    account.options = {"IsMultiRegionTrail": False}
    account.begin()
    account.update(0, IsMultiRegionTrail=True)


def another_bucket(account: Account) -> None:
    account.begin()
    s3 = account.boto("s3")
    policy = s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    s3.create_bucket(Bucket="other-bucket")
    s3.put_bucket_policy(Bucket="other-bucket", Policy=policy.replace(BUCKET, "other-bucket"))
    account.update(-20, S3BucketName="other-bucket")


def some_hours_gone(account: Account) -> None:
    account.begin()
    account.lose(-15, -8)


def all_gone(account: Account) -> None:
    account.begin()
    account.lose(-41, 1)


def versions_kept(account: Account) -> None:
    account.boto("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    some_hours_gone(account)


def late(account: Account) -> None:
    account.late = timedelta(minutes=15)
    account.begin()


def one_region_without_a_trail(account: Account) -> None:
    account.options = {"IsMultiRegionTrail": False}
    account.begin()


def no_selector(account: Account) -> None:
    account.selectors = (MANAGEMENT,)
    account.begin()


def selector_since_lately(account: Account) -> None:
    account.begin()
    with account.then(-3):
        account.boto("cloudtrail").put_event_selectors(
            TrailName="audit", AdvancedEventSelectors=[MANAGEMENT, USE]
        )


def organization(account: Account) -> None:
    account.root = f"AWSLogs/{ORGANIZATION}/{ACCOUNT}"
    account.begin()
    account.trail.is_org_trail = True


def namesake(account: Account) -> None:
    organization(account)
    theirs = account.bearer(recipientAccountId=OTHER)
    theirs["userIdentity"] |= {"accountId": OTHER, "arn": f"arn:aws:iam::{OTHER}:user/alice"}
    account.deliver(-4, theirs)
    account.root = f"AWSLogs/{ORGANIZATION}/{OTHER}"
    account.deliver(-4, theirs)


def renamed(account: Account) -> None:
    account.begin()
    account.deliver(-8, account.bearer(user="first"))
    renaming = {"userName": "first", "newUserName": "alice"}
    account.deliver(-6, account.record(user="root", eventName="UpdateUser", requestParameters=renaming))


def short_term(account: Account) -> None:
    account.begin()
    made = account.bearer()
    made["additionalEventData"] = {"callWithBearerToken": True, "bearerTokenType": "SHORT_TERM"}
    account.deliver(-4, made)


def aggregated(account: Account) -> None:
    account.begin()
    account.deliver(-4, account.record(eventCategory="Aggregated", summaries={"x": 1}))


def deleted_trail(account: Account) -> None:
    account.begin()
    with account.then(-2):
        account.boto("cloudtrail").delete_trail(Name="audit")


def stopped_and_started(account: Account) -> None:
    account.begin()
    for hours in (-9, -4):
        with account.then(hours):
            account.boto("cloudtrail").stop_logging(Name="audit")
        with account.then(hours + 1):
            account.boto("cloudtrail").start_logging(Name="audit")


def expiring(account: Account) -> None:
    account.begin()
    rule = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    account.boto("s3").put_bucket_lifecycle_configuration(
        Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]}
    )


def a_region_gone(account: Account) -> None:
    """Of a Region that is seldom used: no hole shows in its deliveries."""
    account.begin()
    for hours in (-20, -12, -3):
        made = account.record(user="bob", awsRegion="eu-west-1", eventTime=f"{account.at(hours):%FT%TZ}")
        account.cloudtrail.history.add(account.at(hours), made)
        if hours != -12:
            account.deliver(hours, made, region="eu-west-1")


def a_whole_region_gone(account: Account) -> None:
    account.begin()
    made = account.record(user="bob", awsRegion="eu-west-1", eventTime=f"{account.at(-5):%FT%TZ}")
    account.cloudtrail.history.add(account.at(-5), made)


def in_history_alone(account: Account) -> None:
    account.begin()
    iam = account.boto("iam")
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    with account.then(-4):
        account.boto("iam", key=(key["AccessKeyId"], key["SecretAccessKey"])).list_users()


def changes_unknown(account: Account) -> None:
    account.begin()
    account.sandbox.faults.add("deny:LookupEvents")


def never_delivered(account: Account, *, beside: int = 0) -> None:
    """It delivered last long before the window, and the event history has calls of every few hours since."""
    with account.then(-100):
        account.make_trail(*account.selectors, **account.options)
    account.trail.status.delivered = account.at(-90)
    for number in range(beside):
        # Of these more than a page, as machines make them.
        made = account.record(
            user="bob", eventSource="kms.amazonaws.com", eventTime=f"{account.at(-8):%FT%TZ}"
        )
        account.cloudtrail.history.add(account.at(-8), made | {"eventID": f"kms-{number}"})
    for hours in (-20, -16, -12):
        made = account.record(user="bob", eventTime=f"{account.at(hours):%FT%TZ}")
        account.cloudtrail.history.add(account.at(hours), made)


def never_delivered_beside_many(account: Account) -> None:
    never_delivered(account, beside=120)


def failed_and_stopped(account: Account) -> None:
    never_delivered(account)
    account.trail.status.error = "AccessDenied"
    with account.then(-1):
        account.boto("cloudtrail").stop_logging(Name="audit")


SEEN = "would have been recorded"
DOCTORED: list[tuple[Callable[[Account], None], float, str, bool, str]] = [
    (untouched, -24, "not seen used", True, SEEN),
    (one_region_and_back, -24, "unknown", False, "its Regions or bucket were changed"),
    (widened_after_the_window, -24, "unknown", False, "its Regions or bucket were changed"),
    (another_bucket, -24, "unknown", False, "its Regions or bucket were changed"),
    (some_hours_gone, -24, "unknown", False, "objects may have been deleted"),
    (all_gone, -24, "unknown", False, "objects may have been deleted"),
    (versions_kept, -24, "unknown", False, "their older versions are kept"),
    (late, -24, "not seen used", True, "may not be delivered yet"),
    (one_region_without_a_trail, -24, "unknown", False, "no trail records this Region"),
    (no_selector, -24, "unknown", False, "AWS::Logs::LogGroupAuthorization is not among its selectors"),
    (selector_since_lately, -24, "unknown", False, "its selectors were changed"),
    (organization, -24, "not seen used", True, SEEN),
    (namesake, -24, "not seen used", True, SEEN),
    (renamed, -24, "used", True, "was called first until"),
    (short_term, -24, "not seen used", True, SEEN),
    (aggregated, -24, "unknown", False, "aggregated"),
    (deleted_trail, -24, "unknown", False, "trail audit (deleted)"),
    (stopped_and_started, -24, "unknown", False, "logging was stopped"),
    (expiring, -30, "unknown", False, "a lifecycle rule of its bucket deletes older objects"),
    (a_region_gone, -24, "unknown", False, "objects may have been deleted"),
    (a_whole_region_gone, -24, "unknown", False, "of eu-west-1 has nothing from"),
    (in_history_alone, -24, "unknown", False, "that the event history has"),
    (never_delivered, -24, "unknown", False, "although the event history has calls of that time"),
    (never_delivered_beside_many, -24, "unknown", False, "although the event history has calls of that time"),
    (failed_and_stopped, -24, "unknown", False, "use is not known to have been recorded"),
    (changes_unknown, -24, "unknown", False, "whether it was changed could not be read"),
]


@pytest.mark.parametrize(
    ("doctor", "hours", "verdict", "complete", "words"), DOCTORED, ids=[row[0].__name__ for row in DOCTORED]
)
async def test_the_verdict_is_never_too_sure(
    aws: AwsSession,
    account: Account,
    doctor: Callable[[Account], None],
    hours: float,
    verdict: str,
    complete: bool,
    words: str,
) -> None:
    doctor(account)
    review = await reviewed(aws, account, hours)
    assert (review.verdict, review.complete) == (verdict, complete), review.verdict_words
    assert words in review.verdict_words


@pytest.mark.parametrize("source", ["auto", "s3"])
async def test_a_user_renamed_after_the_period_is_followed(
    aws: AwsSession, account: Account, source: str
) -> None:
    account.begin()
    account.deliver(-8, account.bearer(user="first"))
    with account.then(-3):
        account.boto("iam").create_user(UserName="first")
    with account.then(-2):
        account.boto("iam").update_user(UserName="first", NewUserName="alice")
    review = await reviewed(aws, account, source=source, until=-5)
    assert review.verdict == "used", review.verdict_words
    assert "was called first until" in review.verdict_words


@pytest.mark.parametrize("global_events", [True, False])
async def test_what_a_trail_leaves_out_is_not_missing(
    aws: AwsSession, account: Account, global_events: bool
) -> None:
    """The calls that the event history has are of a global service alone."""
    account.options = {"IsMultiRegionTrail": False, "IncludeGlobalServiceEvents": global_events}
    never_delivered(account)
    review = await reviewed(aws, account)
    missed = [each for each in review.findings if each.kind == "missing-evidence"]
    assert bool(missed) == global_events


async def test_what_others_did_while_the_trail_was_off_is_looked_for(
    aws: AwsSession, account: Account
) -> None:
    account.begin()
    iam, cloudtrail = account.boto("iam"), account.boto("cloudtrail")
    with account.then(-12):
        iam.create_user(UserName="alice")
    with account.then(-9):
        cloudtrail.stop_logging(Name="audit")
    with account.then(-8):
        document = json.dumps(policy(allow("s3:*")))
        iam.put_user_policy(UserName="alice", PolicyName="x", PolicyDocument=document)
        iam.delete_user_policy(UserName="alice", PolicyName="x")
    with account.then(-7):
        cloudtrail.start_logging(Name="audit")
    review = await reviewed(aws, account)
    assert {"PutUserPolicy", "DeleteUserPolicy"} <= {event.name for event in review.on_user}


async def test_deletions_are_told_of_every_day_of_a_hole(aws: AwsSession, account: Account) -> None:
    account.boto("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    account.begin()
    # Whatever the time of day, some of it is before a midnight and some behind one.
    gone = account.lose(-36, -6)
    review = await reviewed(aws, account, -39)
    assert f"{gone} were deleted" in review.verdict_words


async def test_it_is_said_up_to_when_all_is_there(aws: AwsSession, account: Account) -> None:
    late(account)
    review = await reviewed(aws, account)
    assert review.delivered_until is not None
    assert timedelta(minutes=15) <= account.now - review.delivered_until <= timedelta(minutes=47)
    assert f"Not seen used up to {review.delivered_until:%Y-%m-%d %H:%M:%S}," in review.verdict_words
    assert review.as_json()["delivered_until"] == f"{review.delivered_until:%Y-%m-%dT%H:%M:%SZ}"


async def test_starts_and_stops_are_told_apart_hour_by_hour(aws: AwsSession, account: Account) -> None:
    stopped_and_started(account)
    review = await reviewed(aws, account)
    hours = [
        (row.covers, round((row.since - account.now) / timedelta(hours=1)))
        for row in review.coverage
        if row.source == "trail audit" and row.region == "us-east-1"
    ]
    assert sorted(hours, key=lambda row: row[1]) == [
        ("yes", -24),
        ("no", -9),
        ("yes", -8),
        ("no", -4),
        ("yes", -3),
    ]


KINDS = [(service, kind) for service, use in USES.items() for kind in use.data_types]


@pytest.mark.parametrize(("service", "missing"), KINDS)
async def test_a_selector_that_is_missing_is_named(
    aws: AwsSession, account: Account, service: str, missing: str
) -> None:
    kinds = [kind for kind in USES[service].data_types if kind != missing]
    with account.then(-40):
        account.make_trail(MANAGEMENT, *map(data, kinds))
    review = await reviewed(aws, account, subject=Subject("alice", service=service))
    assert (review.verdict, review.complete) == ("unknown", False)
    assert f"{missing} is not among its selectors" in review.verdict_words


async def test_a_short_term_token_is_a_finding_of_its_own(aws: AwsSession, account: Account) -> None:
    short_term(account)
    review = await reviewed(aws, account)
    assert "short-term-key" in {finding.kind for finding in review.findings}
    assert review.use == ()


@pytest.mark.parametrize("used", [True, False])
async def test_a_git_password_is_looked_for_in_every_region(
    sandbox: Sandbox, account: Account, used: bool
) -> None:
    made = account.record(
        eventSource="codecommit.amazonaws.com",
        eventName="GitPull",
        awsRegion="eu-west-1",
        eventTime=f"{account.at(-3):%Y-%m-%dT%H:%M:%SZ}",
        eventCategory="Management",
    )
    del made["userIdentity"]["accessKeyId"]
    if used:
        account.cloudtrail.history.add(account.at(-3), made)
    async with AwsSession() as everywhere:
        subject = Subject("alice", service="codecommit.amazonaws.com")
        review = await reviewed(everywhere, account, subject=subject)
    assert (review.verdict, review.complete) == ("used" if used else "not seen used", True)
    assert [event.region for event in review.use] == (["eu-west-1"] if used else [])


async def test_changes_of_the_trail_and_its_bucket_are_findings(aws: AwsSession, account: Account) -> None:
    expiring(account)
    account.update(-6, IsMultiRegionTrail=True)
    with account.then(-2):
        s3 = account.boto("s3")
        s3.put_bucket_policy(Bucket=BUCKET, Policy=s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    review = await reviewed(aws, account)
    titles = [each.title for each in review.findings if each.kind == "recording-changed"]
    assert any(
        title.startswith("The policy of bucket ") and "was changed by responder" in title for title in titles
    )
    assert any("The Regions or bucket of trail audit were changed by" in title for title in titles)
