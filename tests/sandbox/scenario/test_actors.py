"""The actors, as the account sees them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.account.world import BearerCall
from sandbox.logs.meter import Meter
from sandbox.scenario.actors import Actors, Pace
from sandbox.scenario.cast import ATTACKER_ADDRESSES, KeyInUse, Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox

Boto = Callable[..., Any]
Eventually = Callable[..., Any]
SERVICE = "198.51.100.7"
VENDOR = "198.51.100.80"
FAST = Pace(service=0.05, shipper=0.05, workload=0.05, attacker=0.02, attacker_gives_way=0.1, secret=0.05)


class Seen:
    """The bearer calls so far, counted by who and with what outcome."""

    def __init__(self) -> None:
        self.calls: list[BearerCall] = []

    def since(self, start: int) -> Counter[tuple[str, int]]:
        return Counter((call.source_ip, call.status) for call in self.calls[start:])


@pytest.fixture
def scenario(sandbox: Sandbox) -> Scenario:
    return SCENARIOS["leaked-key"](sandbox.world)


@pytest.fixture
def leaked(scenario: Scenario) -> KeyInUse:
    assert scenario.leaked is not None
    return scenario.leaked


@pytest.fixture
def seen(sandbox: Sandbox) -> Seen:
    watching = Seen()
    sandbox.world.on_bearer_call.append(watching.calls.append)
    return watching


@pytest.fixture
def actors(sandbox: Sandbox, scenario: Scenario, seen: Seen) -> Iterator[Actors]:
    with Actors(sandbox.endpoint_url, scenario, FAST) as acting:
        yield acting


@pytest.mark.usefixtures("actors")
def test_everyone_is_let_in_at_first(seen: Seen, eventually: Eventually) -> None:
    everyone = {(address, 200) for address in (SERVICE, VENDOR, *ATTACKER_ADDRESSES)}
    eventually(lambda: everyone <= seen.since(0).keys())
    attackers = {call.user_agent for call in seen.calls if call.source_ip in ATTACKER_ADDRESSES}
    assert any("\x1b]52;" in agent and "\u202e" in agent for agent in attackers)
    assert {call.user_agent for call in seen.calls if call.source_ip == SERVICE} == {"Fluent-Bit"}


def test_a_replacement_in_secrets_manager_is_taken_up_and_the_attacker_stays_out(
    actors: Actors, boto: Boto, leaked: KeyInUse, seen: Seen, eventually: Eventually
) -> None:
    iam = boto("iam")
    iam.update_service_specific_credential(
        UserName=leaked.user, ServiceSpecificCredentialId=leaked.key_id, Status="Inactive"
    )
    start = len(seen.calls)
    refused = {(address, 401) for address in (SERVICE, *ATTACKER_ADDRESSES)}
    eventually(lambda: refused | {(VENDOR, 200)} <= seen.since(start).keys())
    made = iam.create_service_specific_credential(
        UserName=leaked.user, ServiceName="logs.amazonaws.com", CredentialAgeDays=90
    )["ServiceSpecificCredential"]
    boto("secretsmanager").create_secret(
        Name=f"stanch/{leaked.user}", SecretString=made["ServiceCredentialSecret"]
    )

    def replaced() -> bool:
        accepted = [call for call in seen.calls[start:] if call.source_ip == SERVICE and call.status == 200]
        return bool(accepted) and accepted[-1].credential_id == made["ServiceSpecificCredentialId"]

    eventually(replaced)
    start = len(seen.calls)
    eventually(lambda: refused - {(SERVICE, 401)} <= seen.since(start).keys())
    assert not {(address, 200) for address in ATTACKER_ADDRESSES} & seen.since(start).keys()


def test_the_attacker_is_back_as_soon_as_the_key_is(
    actors: Actors, boto: Boto, leaked: KeyInUse, seen: Seen, eventually: Eventually
) -> None:
    key = {"UserName": leaked.user, "ServiceSpecificCredentialId": leaked.key_id}
    boto("iam").update_service_specific_credential(Status="Inactive", **key)
    eventually(lambda: (ATTACKER_ADDRESSES[0], 401) in seen.since(0))
    boto("iam").update_service_specific_credential(Status="Active", **key)
    start = len(seen.calls)
    eventually(lambda: {(address, 200) for address in ATTACKER_ADDRESSES} <= seen.since(start).keys())


def test_a_refused_attacker_comes_back_more_slowly(
    sandbox: Sandbox, boto: Boto, scenario: Scenario, leaked: KeyInUse, seen: Seen, eventually: Eventually
) -> None:
    boto("logs").put_bearer_token_authentication(
        logGroupIdentifier=leaked.log_group, bearerTokenAuthenticationEnabled=False
    )
    with Actors(sandbox.endpoint_url, scenario, FAST):
        eventually(lambda: sum(call.source_ip in ATTACKER_ADDRESSES for call in seen.calls) >= 6)
    tries = [call.time for call in seen.calls if call.source_ip in ATTACKER_ADDRESSES]
    # 0.04, 0.08, 0.1, 0.1, 0.1 where it would have been 0.02 each; a slow answer moves one try alone.
    assert (tries[5] - tries[0]).total_seconds() > 0.3


@pytest.mark.usefixtures("actors")
def test_the_deployment_is_its_own_actor_in_the_history(
    sandbox: Sandbox, boto: Boto, leaked: KeyInUse, eventually: Eventually
) -> None:
    looks = {"ListSecrets", "GetSecretValue"}
    asked: list[tuple[str, str | None]] = []
    sandbox.world.on_api_call.append(lambda call: asked.append((call.operation, call.actor.name)))
    # It reads a value only where its list has a secret to read.
    boto("secretsmanager").create_secret(Name=f"stanch/{leaked.user}", SecretString="none yet")
    eventually(lambda: looks <= {operation for operation, _ in asked})
    assert {name for operation, name in asked if operation in looks} == {"deployer"}


@pytest.mark.usefixtures("actors")
def test_the_other_groups_are_written_to_as_well(sandbox: Sandbox, eventually: Eventually) -> None:
    start = sandbox.world.clock.now()

    def written(group: str) -> bool:
        now = sandbox.world.clock.now()
        with sandbox.world.lock:
            meter = sandbox.world.part(Meter)
            return bool(meter.sums("us-east-1", group, "IncomingBytes", start, now, 1))

    eventually(lambda: written("/aws/lambda/checkout") and written("/ecs/storefront"))


def test_no_thread_outlives_stop(sandbox: Sandbox, scenario: Scenario) -> None:
    def acting() -> list[str]:
        return [each.name for each in threading.enumerate() if each.name.startswith("actor-")]

    with Actors(sandbox.endpoint_url, scenario):
        assert len(acting()) == 5
    assert acting() == []
