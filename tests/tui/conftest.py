"""An account with a leaked key in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from sandbox.scenario.actors import Actors, Pace
from sandbox.scenario.cast import Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE

_parse_rules = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def _parse_once(self: Stylesheet, *css: Any, **how: Any) -> list[RuleSet]:
    told = (css, *how.items(), *self._variables.items())
    if told not in _parsed:
        _parsed[told] = _parse_rules(self, *css, **how)
    return _parsed[told]


# Every app of the tests has the same sheets, and each would parse them anew.
Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign]

FAST = Pace(service=0.2, shipper=0.5, workload=0.5, attacker=0.2, attacker_gives_way=0.5, secret=0.2)


@dataclass(frozen=True)
class LeakedKey:
    """One active logs key, and what boto3 says of its user now."""

    user: str
    key_id: str
    token: str
    iam: Any

    @property
    def keys(self) -> dict[str, str]:
        """Status by id."""
        found = self.iam.list_service_specific_credentials(UserName=self.user)["ServiceSpecificCredentials"]
        return {each["ServiceSpecificCredentialId"]: each["Status"] for each in found}

    @property
    def policies(self) -> list[str]:
        return list(self.iam.list_user_policies(UserName=self.user)["PolicyNames"])


@pytest.fixture
def leaked_key(sandbox: Sandbox, boto: Callable[..., Any]) -> LeakedKey:
    """A user `web` with one key, in an account with nothing else."""
    iam = boto("iam")
    iam.create_user(UserName="web")
    made = iam.create_service_specific_credential(UserName="web", ServiceName="logs.amazonaws.com")
    key = made["ServiceSpecificCredential"]
    return LeakedKey("web", key["ServiceSpecificCredentialId"], key["ServiceCredentialSecret"], iam)


Gate = Callable[[str], threading.Event]


@pytest.fixture
def gate(sandbox: Sandbox) -> Iterator[Gate]:
    """`gate("PutUserPolicy")` holds that call back until the event it returns is set."""
    events: list[threading.Event] = []

    def hold(operation: str) -> threading.Event:
        event = threading.Event()
        events.append(event)

        def wait() -> None:
            event.wait(PATIENCE)

        sandbox.faults.on(operation, "before", wait)
        return event

    yield hold
    for event in events:
        event.set()


@pytest.fixture
def scenario(sandbox: Sandbox) -> Scenario:
    """The account of the demo, with nobody acting in it."""
    sandbox.world.settings.trail_delay = 0.2
    sandbox.world.settings.lookup_per_second = None
    return SCENARIOS["leaked-key"](sandbox.world)


@pytest.fixture
def acted(sandbox: Sandbox, scenario: Scenario) -> Iterator[Scenario]:
    """The same with its attacker and its rightful services at work."""
    with Actors(sandbox.endpoint_url, scenario, FAST):
        yield scenario


@pytest.fixture(autouse=True)
def quick_history(request: pytest.FixtureRequest) -> None:
    """Event history is paced as AWS wants it by tests of that alone."""
    if "sandbox" in request.fixturenames and "lookup" not in request.node.nodeid:
        request.getfixturevalue("unpaced")
