"""A trail or a bucket that a colleague made meanwhile is theirs, and what a plan shows is what is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.cases import settle
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.goals import book, engine
from services.goals.hardening.goal import HardenGoal
from tests.services.goals.hardening.conftest import NEW, Account, take


@pytest.fixture(autouse=True)
def impatient(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.world.settings.lookup_per_second = None
    for module in (settle, engine):
        monkeypatch.setattr(module, "PATIENCE", timedelta())


@pytest.mark.parametrize("recorded", [True, False])
async def test_a_colleagues_trail_is_not_deleted(
    account: Account, aws: AwsSession, sandbox: Sandbox, tmp_path: Path, recorded: bool
) -> None:
    """Our CreateTrail never arrived, and theirs of the same name is there when AWS is asked."""
    cases = CaseBook(tmp_path / "state")
    if not recorded:
        sandbox.world.settings.history_delay = 3600.0
    struck, theirs = sandbox.faults.struck, list[bool]()

    def colleague() -> None:
        if sandbox.faults.struck > struck and not theirs:
            theirs.append(True)
            account.boto("cloudtrail").create_trail(Name=NEW, S3BucketName=_bucket(account))

    sandbox.faults.add("drop-before:CreateTrail:1")
    sandbox.faults.on("DescribeTrails", "before", colleague)
    upkeep = await book.look_up(aws, cases, HardenGoal())
    with book.begin(upkeep, cases):
        with pytest.raises((AwsError, Refused)):
            await upkeep.apply()
        assert bool(upkeep.state.doubts) is not recorded
        for deed in (upkeep.apply, upkeep.undo) if not recorded else (upkeep.apply,):
            with pytest.raises(Refused):
                await deed()
        for doubt in upkeep.state.doubts.values():
            await upkeep.answer_doubt(doubt, None)
        with pytest.raises(Refused, match="created in the meantime, not by this case"):
            await upkeep.apply()
        offer = await upkeep.offer_undo()
        assert not [call for call in offer.plan.calls if call.operation == "DeleteTrail"]
        assert any("this case did not make it" in warning for warning in offer.plan.warnings)
        await upkeep.undo()
    assert NEW in account.trails()


async def test_records_that_could_not_be_read_are_not_said_to_be_missing(
    account: Account, aws: AwsSession, sandbox: Sandbox, tmp_path: Path
) -> None:
    cases = CaseBook(tmp_path / "state")
    sandbox.faults.add("drop:CreateTrail:1")
    sandbox.faults.add("deny:LookupEvents:1")
    upkeep = await book.look_up(aws, cases, HardenGoal())
    with book.begin(upkeep, cases):
        with pytest.raises(AwsError, match=r"CloudTrail was not read \(LookupEvents: ") as said:
            await upkeep.apply()
        assert "no record" not in str(said.value)
        # They can be read by now, and tell.
        (told,) = await upkeep.resume()
        assert "by this case (recorded by CloudTrail)" in told
        await upkeep.apply()
    assert NEW in account.trails()


@pytest.mark.parametrize("moved", [False, True])
async def test_a_trail_that_a_colleague_made_anew_is_theirs(
    account: Account, aws: AwsSession, tmp_path: Path, moved: bool
) -> None:
    cases = CaseBook(tmp_path / "state")
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=10)):
        await take(aws, cases, HardenGoal(), undo=False)
    trails, bucket = account.boto("cloudtrail"), _bucket(account)
    trails.delete_trail(Name=NEW)
    theirs = bucket
    if moved:
        theirs = "colleagues-bucket"
        account.boto("s3").create_bucket(Bucket=theirs)
        policy = account.boto("s3").get_bucket_policy(Bucket=bucket)["Policy"].replace(bucket, theirs)
        account.boto("s3").put_bucket_policy(Bucket=theirs, Policy=policy)
    trails.create_trail(Name=NEW, S3BucketName=theirs)
    await take(aws, cases, HardenGoal(), undo=True)
    (trail,) = trails.describe_trails()["trailList"]
    assert (trail["Name"], trail["S3BucketName"]) == (NEW, theirs)
    assert theirs in [each["Name"] for each in account.boto("s3").list_buckets()["Buckets"]]
    assert "cloudtrail.amazonaws.com" in account.boto("s3").get_bucket_policy(Bucket=theirs)["Policy"]


async def test_a_trail_there_before_that_a_colleague_made_anew_is_theirs(
    account: Account, aws: AwsSession, tmp_path: Path
) -> None:
    cases, goal = CaseBook(tmp_path / "state"), HardenGoal(trail="audit")
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=10)):
        account.trail("audit", logging=False)
        await take(aws, cases, goal, undo=False)
    assert account.trails() == {"audit": True}
    account.cloudtrail.delete_trail(Name="audit")
    account.trail("audit", bucket="audit-records")
    with pytest.raises(Refused, match="created anew since, by someone else"):
        await take(aws, cases, goal, undo=True)
    assert account.trails() == {"audit": True}


UNTOLD = {
    "deleted minutes ago": timedelta(minutes=10),
    "deleted before history begins": timedelta(days=100),
    "history not to be read": timedelta(minutes=10),
}
"""How long ago the trail was made; why its deletion is not known."""


NEVER = timedelta(days=400).total_seconds()
"""Until then nothing is delivered: an empty bucket can be deleted."""


def keep_untold(sandbox: Sandbox, why: str) -> None:
    if why == "deleted minutes ago":
        sandbox.world.settings.history_delay = 3600.0
    elif why == "history not to be read":
        sandbox.faults.add("deny:LookupEvents")


@pytest.mark.parametrize("why", UNTOLD)
async def test_a_trail_that_cannot_be_shown_to_be_the_cases_own_is_left(
    account: Account, aws: AwsSession, sandbox: Sandbox, tmp_path: Path, why: str
) -> None:
    cases, then = CaseBook(tmp_path / "state"), datetime.now(UTC) - UNTOLD[why]
    sandbox.world.settings.trail_delay = NEVER
    with time_machine.travel(then):
        await take(aws, cases, HardenGoal(), undo=False)
    bucket = _bucket(account)
    with time_machine.travel(then + timedelta(minutes=5)):
        account.cloudtrail.delete_trail(Name=NEW)
        account.trail(NEW, bucket=bucket)
    keep_untold(sandbox, why)
    upkeep = await book.look_up(aws, cases, HardenGoal(), undoing=True)
    offer = await upkeep.offer_undo()
    assert offer.plan.calls == ()
    assert any(
        f"aws cloudtrail delete-trail --name {NEW}" in each and "cannot be shown" in each
        for each in offer.plan.warnings
    )
    await take(aws, cases, HardenGoal(), undo=True)
    assert (account.trails(), account.buckets()) == ({NEW: True}, [bucket])
    assert upkeep.state.closed_at is None
    # What it was is left to whoever looked.
    account.cloudtrail.delete_trail(Name=NEW)
    await take(aws, cases, HardenGoal(), undo=True)
    assert (account.trails(), account.buckets()) == ({}, [])
    assert upkeep.state.closed_at


@pytest.mark.parametrize("why", UNTOLD)
async def test_a_trail_that_has_logged_since_this_case_started_it_is_its_own(
    account: Account, aws: AwsSession, sandbox: Sandbox, tmp_path: Path, why: str
) -> None:
    cases = CaseBook(tmp_path / "state")
    sandbox.world.settings.trail_delay = NEVER
    with time_machine.travel(datetime.now(UTC) - UNTOLD[why]):
        await take(aws, cases, HardenGoal(), undo=False)
    account.cloudtrail.stop_logging(Name=NEW)
    keep_untold(sandbox, why)
    await take(aws, cases, HardenGoal(), undo=True)
    assert (account.trails(), account.buckets()) == ({}, [])


async def test_a_trail_that_this_case_started_again_is_its_own(
    account: Account, aws: AwsSession, tmp_path: Path
) -> None:
    cases, now = CaseBook(tmp_path / "state"), datetime.now(UTC)
    with time_machine.travel(now - timedelta(minutes=20)):
        await take(aws, cases, HardenGoal(), undo=False)
    with time_machine.travel(now - timedelta(minutes=10)):
        account.cloudtrail.stop_logging(Name=NEW)
        await take(aws, cases, HardenGoal(), undo=False)
    await take(aws, cases, HardenGoal(), undo=True)
    assert (account.trails(), account.buckets()) == ({}, [])


async def test_a_trail_there_before_is_not_changed_where_it_may_be_another(
    account: Account, aws: AwsSession, sandbox: Sandbox, tmp_path: Path
) -> None:
    cases, goal = CaseBook(tmp_path / "state"), HardenGoal(trail="audit")
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=10)):
        account.trail("audit", logging=False)
        await take(aws, cases, goal, undo=False)
    account.cloudtrail.delete_trail(Name="audit")
    account.trail("audit", bucket="audit-records")
    sandbox.faults.add("deny:LookupEvents")
    with pytest.raises(Refused, match="cannot be shown to be the one that this case changed"):
        await take(aws, cases, goal, undo=True)
    assert account.trails() == {"audit": True}


@pytest.mark.parametrize("why", ["deleted minutes ago", "history not to be read", "not listed"])
async def test_an_empty_bucket_that_cannot_be_shown_to_be_the_cases_own_is_left(
    account: Account, aws: AwsSession, sandbox: Sandbox, tmp_path: Path, why: str
) -> None:
    cases, s3 = CaseBook(tmp_path / "state"), account.boto("s3")
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=10)):
        await take(aws, cases, HardenGoal(), undo=False)
    bucket = _bucket(account)
    if why == "not listed":
        sandbox.faults.add("deny:ListBuckets")
    else:
        s3.delete_bucket(Bucket=bucket)
        s3.create_bucket(Bucket=bucket)
        keep_untold(sandbox, why)
    upkeep = await book.look_up(aws, cases, HardenGoal(), undoing=True)
    offer = await upkeep.offer_undo()
    assert [call.operation for call in offer.plan.calls] == ["DeleteTrail"]
    assert any(f"aws s3api delete-bucket --bucket {bucket}" in each for each in offer.plan.warnings)
    await take(aws, cases, HardenGoal(), undo=True)
    sandbox.faults.clear()
    assert (account.trails(), account.buckets()) == ({}, [bucket])
    assert upkeep.state.closed_at is None


@pytest.mark.parametrize("anew", [True, False], ids=["made anew", "as it was"])
async def test_a_bucket_that_a_colleague_made_anew_is_theirs(
    account: Account, aws: AwsSession, tmp_path: Path, anew: bool
) -> None:
    cases, s3 = CaseBook(tmp_path / "state"), account.boto("s3")
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=10)):
        await take(aws, cases, HardenGoal(), undo=False)
    bucket = _bucket(account)
    account.cloudtrail.delete_trail(Name=NEW)
    for each in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
        s3.delete_object(Bucket=bucket, Key=each["Key"])
    if anew:
        s3.delete_bucket(Bucket=bucket)
        s3.create_bucket(Bucket=bucket)
    upkeep = await book.look_up(aws, cases, HardenGoal(), undoing=True)
    told = f"{bucket} is left: this case did not make it."
    assert (told in (await upkeep.offer_undo()).plan.warnings) is anew
    await take(aws, cases, HardenGoal(), undo=True)
    assert (bucket in account.buckets()) is anew


async def test_what_the_plan_shows_is_what_is_sent(account: Account, aws: AwsSession, tmp_path: Path) -> None:
    cases = CaseBook(tmp_path / "state")
    upkeep = await book.look_up(aws, cases, HardenGoal())
    shown = (await upkeep.offer()).plan
    with book.begin(upkeep, cases):
        await upkeep.apply(shown)
        sent = [(each.call.operation, each.call.params) for each in upkeep.step.calls]
    shown_calls = [(call.operation, call.params) for call in shown.calls]
    # What a new bucket has by AWS's own defaults need not be sent.
    assert [each for each in shown_calls if each in sent] == sent
    assert [name for name, _ in sent[-3:]] == ["CreateTrail", "PutEventSelectors", "StartLogging"]


def _bucket(account: Account) -> str:
    return account.buckets()[0]
