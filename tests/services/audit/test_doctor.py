"""The doctor's answers under full rights, few, none, and where nothing may be asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import ACCOUNT
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.audit.doctor import Diagnosis, diagnose, look_at_state_dir
from services.aws.session import AwsSession
from services.aws.skew import ahead_in_words, clock_ahead
from services.base import clock
from services.rights.abilities import Ability, Able
from services.rights.permissions import May
from tests.principals import (
    EVERYTHING,
    allow,
    assume,
    deny,
    documented,
    make_role,
    make_user,
    policy,
    sign_as,
)

REGIONS = ("us-east-1", "us-west-2")
BUCKET = f"api-key-audit-{ACCOUNT}"
LOOK, ACT = documented("look", bucket=BUCKET), documented("act")
SETUP, GOVERN, HARDEN = documented("setup"), documented("govern"), documented("harden")
INTRUDER = documented("intruder")
NO_SIMULATION = deny("iam:SimulatePrincipalPolicy")
NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def seeded(sandbox: Sandbox) -> Sandbox:
    """The demo's account, with its trail, under its policies."""
    SCENARIOS["leaked-key"](sandbox.world)
    sandbox.world.settings.enforce_policies = True
    sandbox.world.settings.lookup_per_second = None
    return sandbox


@pytest.fixture
def iam(boto: Callable[..., Any]) -> Any:
    return boto("iam")


@pytest.fixture
def examined(iam: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """`await examined(document, …)`: what the doctor says to a user with just those."""

    async def ask(*documents: dict[str, Any]) -> Diagnosis:
        if documents:
            sign_as(monkeypatch, make_user(iam, "night", *documents))
        async with AwsSession(None, REGIONS) as aws:
            return await diagnose(aws, tmp_path / "state")

    return ask


def by_part(found: Diagnosis) -> dict[str, Ability]:
    return {each.part.name: each for each in found.abilities}


def able(found: Diagnosis) -> dict[str, str]:
    return {name: each.able.value for name, each in by_part(found).items()}


async def test_full_rights(seeded: Sandbox, examined: Callable[..., Any], iam: Any) -> None:
    iam.create_account_alias(AccountAlias="prod-logs")
    found = await examined()
    assert (found.caller.name, found.alias, found.regions) == ("responder", "prod-logs", REGIONS)
    assert set(able(found).values()) == {"yes"}
    assert found.complete
    assert found.ahead == timedelta()
    assert found.state.trouble is None


async def test_exactly_the_documented_rights(seeded: Sandbox, examined: Callable[..., Any]) -> None:
    found = await examined(LOOK, ACT, INTRUDER, SETUP, GOVERN, HARDEN)
    assert set(able(found).values()) == {"yes"}
    assert found.complete


async def test_rights_to_look_alone(seeded: Sandbox, examined: Callable[..., Any]) -> None:
    found = await examined(LOOK)
    assert able(found) == {
        "inventory": "yes",
        "traffic": "yes",
        "review": "yes",
        "audit": "yes",
        "rights": "yes",
        "keys": "no",
        "hold": "no",
        "replacement": "no",
        "groups": "no",
        "access keys": "no",
        "sessions": "no",
        "intruder": "no",
        "setup": "no",
        "policies": "no",
        "recording": "no",
    }
    assert by_part(found)["hold"].missing == ("iam:DeleteUserPolicy", "iam:PutUserPolicy")
    assert found.complete, "a no is an answer"
    assert {each.covers for each in found.recorded} == {"yes"}


async def test_some_of_a_part_is_partly(seeded: Sandbox, examined: Callable[..., Any]) -> None:
    found = await examined(LOOK, policy(allow("iam:UpdateServiceSpecificCredential")))
    keys = by_part(found)["keys"]
    assert keys.able is Able.PARTLY
    assert "iam:UpdateServiceSpecificCredential" not in keys.missing
    assert "iam:DeleteServiceSpecificCredential" in keys.missing


async def test_what_may_not_be_asked_is_tried_and_a_change_is_not(
    seeded: Sandbox, examined: Callable[..., Any]
) -> None:
    found = await examined(LOOK, ACT, policy(NO_SIMULATION))
    said = able(found)
    assert (said["inventory"], said["traffic"], said["review"]) == ("yes", "yes", "yes")
    assert (said["keys"], said["hold"], said["replacement"]) == ("not known", "not known", "not known")
    assert by_part(found)["rights"].missing == ("iam:SimulatePrincipalPolicy",)
    reasons = {each.reason for each in by_part(found)["inventory"].permissions}
    assert "tried" in reasons
    assert any(reason.startswith("tried on ") and "night" not in reason for reason in reasons)
    assert {each.may for each in by_part(found)["replacement"].permissions} == {May.UNKNOWN, May.YES}
    assert not found.complete


async def test_trying_changes_nothing(seeded: Sandbox, examined: Callable[..., Any]) -> None:
    changes: list[str] = []
    seeded.world.on_api_call.append(
        lambda call: None if call.read_only or call.actor.name != "night" else changes.append(call.operation)
    )
    await examined(policy(EVERYTHING, NO_SIMULATION))
    assert changes == []


async def test_a_refused_try_is_a_no(seeded: Sandbox, examined: Callable[..., Any]) -> None:
    found = await examined(LOOK, policy(NO_SIMULATION, deny("iam:GetLoginProfile", "s3:GetObject")))
    inventory, review = by_part(found)["inventory"], by_part(found)["review"]
    assert (inventory.able, inventory.missing) == (Able.PARTLY, ("iam:GetLoginProfile",))
    assert review.unknown == ("s3:GetObject",), "S3 does not tell missing from forbidden"


async def test_nothing_is_allowed(seeded: Sandbox, examined: Callable[..., Any]) -> None:
    found = await examined(policy(deny("*")))
    said = able(found)
    assert said["traffic"] == "no"
    assert said["inventory"] == "no"
    assert (said["keys"], said["groups"]) == ("not known", "not known")
    assert found.alias is None
    assert {each.covers for each in found.recorded} == {"unknown"}
    assert {part.what for part in found.unreadable} == {f"the trails of {region}" for region in REGIONS}
    assert not found.complete
    assert found.caller.user == "night"


async def test_a_role_session(
    seeded: Sandbox, examined: Callable[..., Any], boto: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assume(boto("sts"), monkeypatch, make_role(boto("iam"), "responders", LOOK, path="/oncall/"))
    found = await examined()
    assert (found.caller.role, found.caller.user) == ("responders", None)
    assert (able(found)["inventory"], able(found)["keys"]) == ("yes", "no")


async def test_without_a_trail_nothing_is_recorded_and_its_bucket_cannot_be_asked_about(
    sandbox: Sandbox, examined: Callable[..., Any]
) -> None:
    found = await examined()
    assert [(each.region, each.covers, each.since) for each in found.recorded] == [
        (region, "no", None) for region in REGIONS
    ]
    assert by_part(found)["review"].unknown == (
        "s3:GetLifecycleConfiguration",
        "s3:ListBucketVersions",
        "s3:ListBucket",
        "s3:GetObject",
    )
    assert not found.complete


async def test_each_region_is_told_apart(
    seeded: Sandbox, examined: Callable[..., Any], boto: Callable[..., Any]
) -> None:
    began = boto("cloudtrail").get_trail_status(Name="api-key-audit")["StartLoggingTime"]
    found = await examined()
    assert [(each.covers, each.source) for each in found.recorded] == [("yes", "trail api-key-audit")] * 2
    assert all(each.since and abs(each.since - began) < timedelta(seconds=1) for each in found.recorded)
    boto("cloudtrail").update_trail(Name="api-key-audit", IsMultiRegionTrail=False)
    found = await examined()
    assert [each.covers for each in found.recorded] == ["yes", "no"]
    boto("cloudtrail").stop_logging(Name="api-key-audit")
    assert [each.covers for each in (await examined()).recorded] == ["no", "no"]


async def test_a_trail_of_management_events_alone_does_not_record_keys(
    seeded: Sandbox, examined: Callable[..., Any], boto: Callable[..., Any]
) -> None:
    boto("cloudtrail").put_event_selectors(
        TrailName="api-key-audit",
        AdvancedEventSelectors=[
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        ],
    )
    assert {each.covers for each in (await examined()).recorded} == {"management only"}


async def test_the_document_says_it_all(seeded: Sandbox, examined: Callable[..., Any]) -> None:
    document = json.loads(json.dumps((await examined(LOOK)).as_json()))
    assert document["account"] == ACCOUNT
    assert document["caller_arn"] == f"arn:aws:iam::{ACCOUNT}:user/night"
    assert document["complete"] is True
    assert [part["part"] for part in document["may"]][:3] == ["inventory", "traffic", "review"]
    keys = next(part for part in document["may"] if part["part"] == "keys")
    assert keys["answer"] == "no"
    assert keys["actions"][0] == {
        "action": "iam:CreateServiceSpecificCredential",
        "resource": f"arn:aws:iam::{ACCOUNT}:user/*",
        "answer": "denied",
        "reason": "no policy allows it",
    }
    assert [each["region"] for each in document["recorded"]] == list(REGIONS)
    assert clock.parse(document["recorded"][0]["since"]) < clock.now()
    assert document["state_dir"]["writable"] is True
    assert document["clock_ahead_seconds"] == 0


async def test_a_clock_that_is_off_is_seen(sandbox: Sandbox, tmp_path: Path) -> None:
    async with AwsSession(None, REGIONS) as aws:
        slow = await diagnose(aws, tmp_path, now=lambda: clock.now() - timedelta(minutes=9))
        fast = await diagnose(aws, tmp_path, now=lambda: clock.now() + timedelta(minutes=9))
    assert slow.ahead is not None
    assert fast.ahead is not None
    assert ahead_in_words(slow.ahead) == "this machine's clock is 8 min behind AWS's"
    assert ahead_in_words(fast.ahead) == "this machine's clock is 8 min ahead of AWS's"


@pytest.mark.parametrize(
    ("before", "after", "ahead"),
    [(0.2, 0.4, 0), (-0.5, 0.1, 0), (0.9, 1.5, 0), (1.5, 1.7, 0.5), (-3, -2.5, -2.5), (61, 62, 60)],
)
def test_the_clock_is_off_by_what_is_sure(before: float, after: float, ahead: float) -> None:
    """AWS's time is the second that began at noon."""
    sent, received = (NOON + timedelta(seconds=each) for each in (before, after))
    assert clock_ahead(NOON, sent, received) == timedelta(seconds=ahead)


def test_a_state_directory_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    there, missing = tmp_path / "there", tmp_path / "a" / "b"
    there.mkdir()
    assert look_at_state_dir(there).trouble is None
    assert look_at_state_dir(missing).trouble is None
    assert list(there.iterdir()) == []
    assert not (tmp_path / "a").exists()


def test_a_file_in_the_way_is_no_state_directory(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    assert look_at_state_dir(tmp_path / "state").trouble == "Not a directory"
    assert look_at_state_dir(tmp_path / "state" / "x").trouble == "Not a directory"
