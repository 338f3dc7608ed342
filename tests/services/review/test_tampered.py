"""More accounts in which what is set for the records is not what it seems: the verdict is never too sure."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from tests.services.review.tampered import BUCKET, MANAGEMENT, OTHER, USE, Account, Record, data, reviewed

Doctor = Callable[[Account], None]
LOGGED = "AWS::Logs::LogGroupAuthorization"
SURE = "would have been recorded"


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=("us-east-1", "eu-west-1")) as session:
        yield session


def untouched(account: Account) -> None:
    account.begin()


def organization_of_another_account(account: Account) -> None:
    account.root = f"AWSLogs/o-exampleorgid/{account.root.rpartition('/')[2]}"
    account.begin()
    account.trail.is_org_trail = True
    account.trail.account_id = OTHER


def changed_twice(account: Account) -> None:
    account.begin()
    for hours in (-9, -3):
        with account.then(hours):
            selectors = [MANAGEMENT] if hours == -9 else [MANAGEMENT, USE]
            account.boto("cloudtrail").put_event_selectors(
                TrailName="audit", AdvancedEventSelectors=selectors
            )


def made_anew(account: Account) -> None:
    account.begin()
    with account.then(-9):
        account.boto("cloudtrail").delete_trail(Name="audit")
    with account.then(-3):
        client = account.boto("cloudtrail")
        client.create_trail(Name="audit", S3BucketName=BUCKET, IsMultiRegionTrail=True)
        client.put_event_selectors(TrailName="audit", AdvancedEventSelectors=[MANAGEMENT, USE])
        client.start_logging(Name="audit")
    account.trail.status.delivered = account.now


def _rules(account: Account, *rules: Record) -> None:
    account.boto("s3").put_bucket_lifecycle_configuration(
        Bucket=BUCKET,
        LifecycleConfiguration={
            "Rules": [{"ID": str(n), "Status": "Enabled"} | r for n, r in enumerate(rules)]
        },
    )


def _expiring(prefix: str, **expiration: Any) -> Doctor:
    def doctor(account: Account) -> None:
        account.begin()
        with account.then(-39):
            _rules(account, {"Filter": {"Prefix": prefix}, "Expiration": expiration or {"Days": 1}})

    return doctor


def expiry_set_and_taken_back(account: Account) -> None:
    account.begin()
    with account.then(-9):
        _rules(account, {"Filter": {"Prefix": ""}, "Expiration": {"Days": 1}})
    with account.then(-8):
        account.boto("s3").delete_bucket_lifecycle(Bucket=BUCKET)


def expiry_of_older_versions(account: Account) -> None:
    account.begin()
    with account.then(-39):
        _rules(account, {"Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}})


def _selecting(*fields: Record) -> Doctor:
    def doctor(account: Account) -> None:
        account.selectors = (MANAGEMENT, {"FieldSelectors": [*data(LOGGED)["FieldSelectors"], *fields]})
        account.begin()

    return doctor


def some_hours_gone(account: Account) -> None:
    account.begin()
    account.lose(-15, -8)


def all_gone(account: Account) -> None:
    account.begin()
    account.lose(-41, 1)


OWN, LATER = "AWSLogs/123456789012/", "a lifecycle rule of its bucket deletes older objects"
UNKNOWN: dict[str, tuple[Doctor, str]] = {
    "a member's view": (organization_of_another_account, f"account {OTHER} has its changes"),
    "changed twice": (changed_twice, "its selectors were changed"),
    "made anew": (made_anew, "it was made"),
    "expiry of all": (_expiring("AWSLogs/"), LATER),
    "expiry of a date": (_expiring("", Date="2020-01-01T00:00:00Z"), LATER),
    "expiry of one Region": (
        _expiring(f"{OWN}CloudTrail/eu-west-1/"),
        "recorded in eu-west-1, other Regions",
    ),
    "expiry set and taken back": (expiry_set_and_taken_back, "lifecycle rules of its bucket were changed"),
    "only reads": (_selecting({"Field": "readOnly", "Equals": ["true"]}), "readOnly=true"),
    "not this call": (
        _selecting({"Field": "eventName", "NotEquals": ["CallWithBearerToken"]}),
        "leaves out CallWithBearerToken",
    ),
    "not this source": (
        _selecting({"Field": "eventSource", "NotStartsWith": ["logs."]}),
        "leaves out logs.amazonaws.com",
    ),
    "not these log groups": (
        _selecting({"Field": "resources.ARN", "NotEndsWith": [":quiet"]}),
        "only where resources.ARN",
    ),
    "hours gone, by Athena": (some_hours_gone, "objects may have been deleted"),
    "all gone, by Athena": (all_gone, "objects may have been deleted"),
}
KNOWN: dict[str, Doctor] = {
    "expiry of a date to come": _expiring("", Date="2099-01-01T00:00:00Z"),
    "expiry of another account": _expiring(f"AWSLogs/{OTHER}/"),
    "expiry of other logs": _expiring(f"{OWN}Config/"),
    "expiry of older versions": expiry_of_older_versions,
    "other calls left out": _selecting({"Field": "eventName", "NotEquals": ["Something"]}),
    "by Athena": untouched,
}


@pytest.mark.parametrize("name", [*UNKNOWN, *KNOWN])
async def test_the_verdict_is_never_too_sure(aws: AwsSession, account: Account, name: str) -> None:
    doctor, words = UNKNOWN[name] if name in UNKNOWN else (KNOWN[name], "use would have been recorded")
    doctor(account)
    hours = -30 if name.startswith("expiry of") else -24
    review = await reviewed(aws, account, hours, source="athena" if "Athena" in name else "auto")
    verdict = "unknown" if name in UNKNOWN else "not seen used"
    assert (review.verdict, review.complete) == (verdict, name in KNOWN), review.verdict_words
    assert words in review.verdict_words
    if verdict == "not seen used":
        assert review.delivered_until is not None


async def test_an_expiry_of_one_region_leaves_the_others_covered(aws: AwsSession, account: Account) -> None:
    _expiring(f"{OWN}CloudTrail/eu-west-1/")(account)
    review = await reviewed(aws, account, -30)
    assert "us-east-1" not in {region for region, _ in review.gaps}


async def test_a_source_that_would_show_more_is_named(aws: AwsSession, account: Account) -> None:
    account.begin()
    account.deliver(-5, account.bearer())
    with account.then(-3):
        client = account.boto("cloudtrail")
        client.put_event_selectors(TrailName="audit", AdvancedEventSelectors=[MANAGEMENT])
    review = await reviewed(aws, account)
    assert review.verdict == "unknown"
    assert "It may be seen in trail audit with source s3" in review.verdict_words
    assert (await reviewed(aws, account, source="s3")).verdict == "used"


async def test_the_event_history_alone_names_the_trail(aws: AwsSession, account: Account) -> None:
    account.begin()
    review = await reviewed(aws, account, source="history")
    assert "It may be seen in trail audit with source s3: review again with that." in review.verdict_words
