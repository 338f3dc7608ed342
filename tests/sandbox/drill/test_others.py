"""The other drills, with responders who do well, and with those who fall into their traps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.drill.registry import SCENARIOS
from sandbox.scenario.two_accounts import ROLE, THERE
from sandbox.wire.server import Sandbox
from tests.sandbox.drill.conftest import Play
from tests.sandbox.drill.responders import Boto, Responder, lost, points, report

LOGS, BEDROCK = "logs.amazonaws.com", "bedrock.amazonaws.com"


@pytest.fixture
def responder(boto: Boto, play: Play, request: pytest.FixtureRequest) -> Responder:
    return Responder(play(request.param), boto)


def in_scenario(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("responder", [name], indirect=True)


@in_scenario("logs-key")
def test_a_flood_that_is_stopped_with_everything_beside_it(responder: Responder) -> None:
    user, key_id = responder.drill.staging.subjects[:2]
    responder.api_key(user, key_id)
    responder.access_keys(user)
    responder.drill.advance(60)
    responder.replace_api_key(user, LOGS)
    responder.drill.advance(60)
    assert responder.drill.end(report())["score"] == 100


@in_scenario("logs-key")
def test_a_deny_that_stays_stops_the_replacement_and_nobody_else(responder: Responder) -> None:
    user, key_id = responder.drill.staging.subjects[:2]
    responder.api_key(user, key_id)
    responder.access_keys(user)
    responder.replace_api_key(user, LOGS)
    responder.deny(user, "logs:CallWithBearerToken")
    responder.drill.advance(60)
    done = responder.drill.end(report())
    assert points(done)["damage"] == (0, 15)
    assert points(done)["recover"] == (0, 15)


@in_scenario("logs-key")
def test_who_stops_everybody_loses_for_damage(responder: Responder) -> None:
    user, key_id = responder.drill.staging.subjects[:2]
    responder.api_key(user, key_id)
    responder.access_keys(user)
    responder.replace_api_key(user, LOGS)
    vendor = responder.iam.list_service_specific_credentials(UserName="vendor-a")
    for each in vendor["ServiceSpecificCredentials"]:
        responder.api_key("vendor-a", each["ServiceSpecificCredentialId"])
    responder.drill.advance(60)
    for each in vendor["ServiceSpecificCredentials"]:
        responder.api_key("vendor-a", each["ServiceSpecificCredentialId"], "Active")
    responder.drill.advance(60)
    done = responder.drill.end(report())
    assert lost(done) == {"damage"}
    assert points(done)["damage"] == (8, 15), "one of them, and for a while"


@in_scenario("logs-key")
def test_an_access_key_that_is_left_makes_another(responder: Responder) -> None:
    user = responder.drill.staging.subjects[0]
    first = responder.iam.list_access_keys(UserName=user)["AccessKeyMetadata"][0]["AccessKeyId"]
    responder.iam.delete_access_key(UserName=user, AccessKeyId=first)
    responder.drill.advance(12 * 60)
    assert len(responder.iam.list_access_keys(UserName=user)["AccessKeyMetadata"]) == 2
    assert any("Came back" in each["words"] for each in responder.drill.end()["timeline"])


def stop_bedrock(responder: Responder) -> None:
    user, key_id = responder.drill.staging.subjects
    responder.api_key(user, key_id)
    responder.replace_api_key(user, BEDROCK)
    responder.drill.advance(120)


@in_scenario("bedrock-key")
def test_what_no_trail_records_is_unknown(responder: Responder) -> None:
    stop_bedrock(responder)
    assert responder.drill.end(report(use="unknown"))["score"] == 100


@in_scenario("bedrock-key")
@pytest.mark.parametrize("claimed", ["not used", "used"])
def test_who_claims_what_no_record_bears_loses_for_truth(responder: Responder, claimed: str) -> None:
    stop_bedrock(responder)
    done = responder.drill.end(report(use=claimed))
    assert lost(done) == {"truth"}
    assert points(done)["truth"] == (15, 30)


@in_scenario("bedrock-key")
def test_a_deny_of_bedrock_alone_leaves_mantle(responder: Responder) -> None:
    user, _ = responder.drill.staging.subjects
    responder.deny(user, "bedrock:CallWithBearerToken")
    responder.drill.advance(60)
    assert responder.drill.staging.alive("key")
    responder.deny(user, "bedrock:CallWithBearerToken", "bedrock-mantle:CallWithBearerToken")
    responder.drill.advance(60)
    assert not responder.drill.staging.alive("key")


@in_scenario("decoy")
def test_a_decoy_that_nobody_touches_is_all_there_is_to_it(responder: Responder) -> None:
    responder.client("sts").get_caller_identity()
    responder.iam.list_users()
    assert responder.drill.end()["score"] == 100


@in_scenario("decoy")
def test_who_touches_anything_for_a_decoy_loses(responder: Responder) -> None:
    (user,) = [each["UserName"] for each in responder.iam.list_users()["Users"] if "-" in each["UserName"]][
        :1
    ]
    responder.access_keys(user)
    done = responder.drill.end()
    assert lost(done) == {"untouched"}
    assert done["score"] == 30


@in_scenario("decoy")
def test_who_never_closes_a_false_alarm_loses_the_time(responder: Responder) -> None:
    responder.drill.advance(30 * 60)
    done = responder.drill.end(by="time")
    assert (done["score"], done["ended_by"]) == (70, "time")


@in_scenario("two-accounts")
def test_keys_of_another_account(responder: Responder) -> None:
    shipper, key_id, user = responder.drill.staging.subjects[:3]
    assumed = responder.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{THERE}:role/{ROLE}", RoleSessionName="responder"
    )["Credentials"]
    responder.key = (assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])
    responder.api_key(shipper, key_id)
    responder.access_keys(user)
    responder.access_keys("svc-metrics")
    responder.drill.advance(60)
    responder.deny(user, "*", before_now=True)
    for role in ("deployment", "backup"):
        responder.deny_role(role)
    responder.replace_api_key(shipper, LOGS)
    responder.drill.advance(60)
    done = responder.drill.end(report())
    assert lost(done) == set()
    assert done["score"] == 100


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_seed_is_the_same_drill_at_any_hour(scenario: str, play: Play, sandbox: Sandbox) -> None:
    def played(after: timedelta) -> tuple[object, ...]:
        sandbox.reset()
        sandbox.world.clock.advance(after)
        drill = play(scenario, seed=3)
        names = [each for each in drill.staging.subjects if not each.startswith(("AKIA", "ASIA", "ACCA"))]
        result = drill.end()
        assert sum(of for _, of in points(result).values()) == 100
        return drill.plan, names, points(result)

    first = played(timedelta())
    for minutes in (0, 50, 11 * 60 + 7):
        assert played(timedelta(minutes=minutes)) == first


def test_another_seed_is_another_drill(play: Play, sandbox: Sandbox) -> None:
    plans = set()
    for seed in (1, 2):
        sandbox.reset()
        plans.add(str(play("access-key", seed=seed).plan))
    assert len(plans) == 2
