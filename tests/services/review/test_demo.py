"""The leaked-key scenario, reviewed as its responder would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.cloudtrail.install import CloudTrail
from sandbox.scenario.cast import ATTACKER_ADDRESSES, SERVICE_ADDRESS, VENDOR_ADDRESS
from sandbox.scenario.registry import SCENARIOS
from sandbox.scenario.sender import Sender
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.review.review import Marks, Review, Subject, Window, run_review


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


async def test_the_leaked_key(
    aws: AwsSession, cloudtrail: CloudTrail, sandbox: Sandbox, boto: Callable[..., Any]
) -> None:
    leaked = SCENARIOS["leaked-key"](sandbox.world).leaked
    assert leaked is not None
    subject = Subject(leaked.user, leaked.key_id, "logs.amazonaws.com")
    suspected = datetime.now(UTC) - timedelta(hours=3)

    async def review(*, suspected: datetime | None = None, deactivated: datetime | None = None) -> Review:
        now = datetime.now(UTC)
        window = Window(now - timedelta(hours=12), now + timedelta(seconds=1))
        return await run_review(aws, subject, window, marks=Marks(suspected, deactivated), sleep=at_once)

    before = await review(suspected=suspected)
    assert (before.verdict, before.complete) == ("used", True)
    said = [before.verdict_words] + [
        finding.title for finding in before.findings if finding.kind == "address"
    ]
    for address in ATTACKER_ADDRESSES:
        assert all(address in words for words in (said[0], " ".join(said[1:])))
        assert any(f.severity == "high" and address in f.title for f in before.findings)
    assert not any(address in " ".join(said) for address in (SERVICE_ADDRESS, VENDOR_ADDRESS))
    assert any(f.kind == "persistence" and "CreateAccessKey" in f.title for f in before.findings)

    boto("iam").update_service_specific_credential(
        UserName=leaked.user, ServiceSpecificCredentialId=leaked.key_id, Status="Inactive"
    )
    deactivated = datetime.now(UTC)
    sender = Sender(sandbox.endpoint_url, leaked.log_group, leaked.log_stream)
    assert sender.post(leaked.token, b"{}", address=ATTACKER_ADDRESSES[0], agent="curl") == 401
    sender.close()
    cloudtrail.flush()
    after = await review(suspected=suspected, deactivated=deactivated)
    assert after.seen_in_force is not None
    assert "Enforced" in after.verdict_words

    # Had nobody asked for the data events, nobody could know.
    (trail,) = boto("cloudtrail").describe_trails()["trailList"]
    management = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    boto("cloudtrail").put_event_selectors(TrailName=trail["TrailARN"], AdvancedEventSelectors=management)
    blind = await review(suspected=suspected)
    assert (blind.verdict, blind.complete) == ("unknown", False)
    assert "not known to have been recorded" in blind.verdict_words
