"""The gate before "recovered" for an API key: read wherever its use is recorded, and a gap is no quiet."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.cloudtrail.install import CloudTrail
from sandbox.scenario.audit import BUCKET
from sandbox.scenario.cast import KeyInUse, Scenario
from sandbox.scenario.past import Past
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.base import clock
from tests.tui.shell.conftest import Done, Stanch
from tui.exits import Exit


@pytest.fixture
def scenario(sandbox: Sandbox, unpaced: None) -> Scenario:
    # What is delivered, and when, is up to the tests.
    sandbox.world.settings.trail_delay = 1e6
    return SCENARIOS["leaked-key"](sandbox.world)


@pytest.fixture
def leaked(scenario: Scenario) -> KeyInUse:
    assert scenario.leaked is not None
    return scenario.leaked


@pytest.fixture
def respond(
    stanch: Stanch, leaked: KeyInUse, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Done]:
    monkeypatch.setattr(clock, "now", sandbox.world.clock.now)
    before = ("--state-dir", str(tmp_path / "state"), "--region", "us-east-1", "respond", leaked.key_id)
    return lambda *arguments: stanch(*before, "--user", leaked.user, *arguments)


@pytest.fixture
def use(sandbox: Sandbox) -> Callable[..., None]:
    """One call with a key, now, from somewhere else than ever before."""

    def call(key: KeyInUse, **changes: Any) -> None:
        past = Past(sandbox.world.clock.now(), random.Random(1))
        made = replace(past.use(past.now, key, "203.0.113.66", "curl/8.5.0"), **changes)
        for listener in sandbox.world.on_bearer_call:
            listener(made)

    return call


@pytest.fixture
def later(sandbox: Sandbox, scenario: Scenario, use: Callable[..., None]) -> Callable[..., None]:
    """Let minutes pass in which another's key is used, and what was recorded is delivered *every* so many."""

    def pass_by(minutes: int, *, every: int = 5) -> None:
        for minute in range(1, minutes + 1):
            sandbox.world.clock.advance(timedelta(minutes=1))
            use(scenario.shippers[0])
            if minute % every == 0:
                sandbox.world.part(CloudTrail).flush()

    return pass_by


def test_an_api_key(respond: Callable[..., Done], later: Callable[..., None]) -> None:
    assert "deactivate the key first" in respond("--step", "quiet").err
    respond("--step", "deactivate", "--yes")
    later(20)
    early = respond("--step", "quiet", "--json")
    assert (early.code, early.json["enough"], early.json["minutes"]) == (Exit.INCOMPLETE, False, 5)
    later(30)
    quiet = respond("--step", "quiet", "--json")
    assert (quiet.code, quiet.json["enough"], quiet.json["unreadable"]) == (Exit.DONE, True, [])
    assert "trail api-key-audit" in quiet.json["searched"]
    # Event history alone has no use of an API key in it: that is no quiet.
    alone = respond("--step", "quiet", "--source", "history", "--json")
    assert (alone.code, alone.json["enough"]) == (Exit.INCOMPLETE, False)
    assert "would not surely be recorded" in " ".join(alone.json["unreadable"])
    assert "Whether it is quiet is unknown" in alone.json["message"]


def test_its_use_by_whoever_else_is_not_quiet(
    respond: Callable[..., Done], leaked: KeyInUse, use: Callable[..., None], later: Callable[..., None]
) -> None:
    respond("--step", "deactivate", "--yes")
    later(2)
    use(leaked)
    later(20)
    busy = respond("--step", "quiet", "--json").json
    assert busy["last_allowed"]["source_ip"] == "203.0.113.66"
    assert (busy["enough"], busy["minutes"]) == (False, 5)


def test_a_call_that_was_throttled_is_no_quiet(
    respond: Callable[..., Done], leaked: KeyInUse, use: Callable[..., None], later: Callable[..., None]
) -> None:
    respond("--step", "deactivate", "--yes")
    later(2)
    use(leaked, error_code="ThrottlingException", status=429)
    later(50)
    told = respond("--step", "quiet", "--json").json
    assert told["enough"] is False
    assert "1 call failed for another reason than the credential" in " ".join(told["unreadable"])


def test_what_may_be_under_way_is_not_quiet(respond: Callable[..., Done], later: Callable[..., None]) -> None:
    """The trail delivers every 25 minutes, so it is certain only up to where that left off."""
    respond("--step", "deactivate", "--yes")
    later(25, every=25)
    later(21, every=25)
    told = respond("--step", "quiet", "--json")
    assert (told.code, told.json["enough"], told.json["minutes"]) == (Exit.INCOMPLETE, False, 0)
    assert told.json["certain_until"] <= told.json["contained"]
    message = str(told.json["message"])
    assert message.startswith("Quiet for 0 of 30 minutes; look again at ")
    assert "Nothing after the containment is certain yet: the trails have not delivered that far." in message
    assert "in event history and trail api-key-audit." in message
    for _ in range(3):
        later(25, every=25)
    enough = respond("--step", "quiet", "--json")
    assert (enough.code, enough.json["enough"], enough.json["unreadable"]) == (Exit.DONE, True, [])
    assert enough.json["minutes"] in range(45, 81)


def test_nothing_delivered_is_no_quiet(
    respond: Callable[..., Done], later: Callable[..., None], boto: Callable[..., Any]
) -> None:
    """The bucket was emptied, and nothing has come since."""
    respond("--step", "deactivate", "--yes")
    later(120, every=1000)
    before = respond("--step", "quiet", "--json").json
    assert (before["enough"], before["minutes"]) == (False, 0)
    s3 = boto("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for each in page.get("Contents", ()):
            s3.delete_object(Bucket=BUCKET, Key=each["Key"])
    told = respond("--step", "quiet", "--json").json
    assert (told["enough"], told["minutes"]) == (False, 0)
    assert "Nothing delivered shows how far the records are" in told["message"]
