"""What the audit names for a Region without records does let it be recorded, and loses nothing."""

from __future__ import annotations

from services.audit.audit import audit
from services.audit.model import Audit
from services.aws.session import AwsSession
from tests.services.audit.conftest import REGION, Account, Look, obey

TRAIL = "api-key-audit"


def mend_of(audited: Audit, region: str = REGION) -> str:
    (finding,) = [each for each in audited.findings if each.subject == region]
    return finding.mend


async def mended(account: Account, look: Look) -> Audit:
    obey(account, mend_of(await look()))
    return await look()


async def test_logging_that_was_stopped(account: Account, look: Look) -> None:
    account.boto("cloudtrail").stop_logging(Name=TRAIL)
    assert (await mended(account, look)).findings == ()


async def test_selectors_without_the_use_of_keys_are_merged(account: Account, look: Look) -> None:
    trail = account.boto("cloudtrail")
    theirs = [
        {"Name": "some", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {
            "Name": "objects",
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::mine/"]},
            ],
        },
    ]
    trail.put_event_selectors(TrailName=TRAIL, AdvancedEventSelectors=theirs)
    assert (await mended(account, look)).findings == ()
    after = trail.get_event_selectors(TrailName=TRAIL)["AdvancedEventSelectors"]
    assert (after[:2], len(after)) == (theirs, 3)


async def test_basic_selectors_are_turned_or_left_to_be_looked_at(account: Account, look: Look) -> None:
    trail = account.boto("cloudtrail")
    plain = {"ReadWriteType": "All", "IncludeManagementEvents": True}
    trail.put_event_selectors(TrailName=TRAIL, EventSelectors=[plain])
    assert (await mended(account, look)).findings == ()
    objects = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::mine/"]}
    trail.put_event_selectors(TrailName=TRAIL, EventSelectors=[plain | {"DataResources": [objects]}])
    assert mend_of(await look()).startswith("aws cloudtrail get-event-selectors "), (
        "what it holds would be lost"
    )


async def test_a_trail_of_one_region_is_widened(account: Account) -> None:
    account.boto("cloudtrail").update_trail(Name=TRAIL, IsMultiRegionTrail=False)
    async with AwsSession(None, (REGION, "eu-west-1")) as aws:
        obey(account, mend_of(await audit(aws), "eu-west-1"))
        assert (await audit(aws)).findings == ()


async def test_without_a_trail_one_is_to_be_made(account: Account, look: Look) -> None:
    account.boto("cloudtrail").delete_trail(Name=TRAIL)
    command = mend_of(await look())
    assert command.startswith("aws cloudtrail create-trail ")
    assert "--is-multi-region-trail" in command
