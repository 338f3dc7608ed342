"""What the audit names for a Region without records does let it be recorded, and loses nothing."""

from __future__ import annotations

from typing import Any

from services.audit.audit import audit
from services.audit.model import Audit
from services.aws.session import AwsSession
from tests.printed import bare
from tests.services.audit.conftest import REGION, Account, Look, obey

TRAIL = "api-key-audit"
NAMED = f"stanch harden --trail {TRAIL}"


def mend_of(audited: Audit, region: str = REGION) -> str:
    (finding,) = [each for each in audited.findings if each.subject == region]
    return finding.mend


async def mended(account: Account, look: Look, command: str) -> Any:
    """By that command, and nothing is found then; the trail's selectors afterwards."""
    audited = await look()
    assert bare(mend_of(audited)) == command
    await obey(account, mend_of(audited))
    assert (await look()).findings == ()
    return account.boto("cloudtrail").get_event_selectors(TrailName=TRAIL)["AdvancedEventSelectors"]


async def test_logging_that_was_stopped(account: Account, look: Look) -> None:
    account.boto("cloudtrail").stop_logging(Name=TRAIL)
    await mended(account, look, NAMED)


async def test_selectors_without_the_use_of_keys_are_merged(account: Account, look: Look) -> None:
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
    account.boto("cloudtrail").put_event_selectors(TrailName=TRAIL, AdvancedEventSelectors=theirs)
    after = await mended(account, look, "stanch harden")
    assert (after[:2], len(after)) == (theirs, 3)


async def test_basic_selectors_are_told_again_and_kept(account: Account, look: Look) -> None:
    objects = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::mine/"]}
    basic = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [objects]}
    account.boto("cloudtrail").put_event_selectors(TrailName=TRAIL, EventSelectors=[basic])
    after = await mended(account, look, "stanch harden")
    assert {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::mine/"]} in after[1]["FieldSelectors"]


async def test_a_trail_of_one_region_is_widened(account: Account) -> None:
    account.boto("cloudtrail").update_trail(Name=TRAIL, IsMultiRegionTrail=False)
    async with AwsSession(None, (REGION, "eu-west-1")) as aws:
        command = mend_of(await audit(aws), "eu-west-1")
        assert bare(command) == f"stanch harden --trail {TRAIL}"
        assert command.count("--region us-east-1 ") == command.count("--region ") == 1
        await obey(account, command)
        assert (await audit(aws)).findings == ()


async def test_without_a_trail_one_is_made(account: Account, look: Look) -> None:
    account.boto("cloudtrail").delete_trail(Name=TRAIL)
    command = mend_of(await look())
    assert bare(command) == "stanch harden"
    await obey(account, command)
    assert (await look()).findings == ()
    (made,) = account.boto("cloudtrail").describe_trails()["trailList"]
    assert (made["Name"], made["IsMultiRegionTrail"]) == ("stanch-key-use", True)
