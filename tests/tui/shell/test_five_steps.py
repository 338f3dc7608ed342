"""The whole runbook by the shell, in order, with the key in use; boto3 confirms each step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario.actors import Actors, Pace
from sandbox.scenario.cast import ATTACKER_ADDRESSES, Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE
from tests.storedsecrets import value_of
from tests.tui.shell.conftest import Done, Stanch
from tui.exits import Exit

FAST = Pace(service=0.3, shipper=0.3, workload=0.5, attacker=0.3, attacker_gives_way=0.5, secret=0.1)


@pytest.fixture
def scenario(sandbox: Sandbox) -> Iterator[Scenario]:
    sandbox.world.settings.trail_delay = 0.2
    sandbox.world.settings.lookup_per_second = None
    seeded = SCENARIOS["leaked-key"](sandbox.world)
    with Actors(sandbox.endpoint_url, seeded, FAST):
        yield seeded


@pytest.mark.long
def test_all_five_steps(stanch: Stanch, scenario: Scenario, boto: Callable[..., Any], tmp_path: Path) -> None:
    assert scenario.leaked
    user, key_id = scenario.leaked.user, scenario.leaked.key_id
    iam = boto("iam")

    def respond(*arguments: str) -> Done:
        return stanch("--state-dir", str(tmp_path), "--region", "us-east-1", "respond", key_id, *arguments)

    def step(name: str, *more: str) -> Done:
        return respond("--user", user, "--step", name, "--yes", "--json", *more)

    def keys() -> dict[str, str]:
        listed = iam.list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
        return {found["ServiceSpecificCredentialId"]: found["Status"] for found in listed}

    plan = respond("--plan", "--json").json
    assert [each["name"] for each in plan["steps"]] == ["deactivate", "review", "replace", "delete", "deny"]
    assert " && aws iam update-service-specific-credential" in plan["steps"][0]["calls"][0]["cli"]
    assert keys() == {key_id: "Active"}

    done = step("deactivate")
    assert (done.code, done.json["state"], done.json["verified"]) == (Exit.DONE, "confirmed", True)
    assert done.json["calls"][0]["request_id"]
    assert keys() == {key_id: "Inactive"}

    case = done.json["case"]
    done = until(lambda: step("review"), lambda done: in_force(stanch, tmp_path, case))
    assert done.code in (Exit.DONE, Exit.INCOMPLETE)
    assert "Used" in done.json["message"]
    for address in ATTACKER_ADDRESSES:
        assert address in done.json["message"]
    assert "198.51.100.7" not in done.json["message"], "the rightful service is not accused"

    done = step("replace")
    assert done.code == Exit.DONE
    (new,) = set(keys()) - {key_id}
    secret = value_of(boto("secretsmanager"), user)

    done = until(lambda: step("delete"), lambda done: done.code == Exit.DONE)
    assert keys() == {new: "Active"}

    done = step("deny")
    assert done.code == Exit.DONE
    assert "stanch-hold-logs" in iam.list_user_policies(UserName=user)["PolicyNames"]

    shown = stanch("--state-dir", str(tmp_path), "case", "show", case, "--json").json
    assert [each["state"] for each in shown["steps"]] == [
        "in_force",
        "confirmed",
        "confirmed",
        "confirmed",
        "confirmed",
    ]
    assert shown["intact"] is True
    assert not any(
        part.encode() in path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
        for part in (secret, secret[40:80], scenario.leaked.token)
    )


def in_force(stanch: Stanch, state: Path, case: str) -> bool:
    shown = stanch("--state-dir", str(state), "case", "show", case, "--json").json
    return bool(shown["steps"][0]["state"] == "in_force")


def until(act: Callable[[], Done], enough: Callable[[Done], bool], seconds: float = PATIENCE) -> Done:
    """Act again, as a responder would, until it is enough."""
    deadline = time.monotonic() + seconds
    while not enough(done := act()):
        assert time.monotonic() < deadline, done
    return done
