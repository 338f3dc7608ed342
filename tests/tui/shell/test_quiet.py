"""The gate before "recovered" for an API key: read wherever its use is recorded, and a gap is no quiet."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.cloudtrail.install import CloudTrail
from sandbox.scenario.cast import KeyInUse
from sandbox.scenario.past import Past
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.base import clock
from tests.tui.shell.conftest import Done, Stanch
from tui.exits import Exit


@pytest.fixture
def leaked(sandbox: Sandbox, unpaced: None) -> KeyInUse:
    found = SCENARIOS["leaked-key"](sandbox.world).leaked
    assert found is not None
    return found


@pytest.fixture
def respond(
    stanch: Stanch, leaked: KeyInUse, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Done]:
    monkeypatch.setattr(clock, "now", sandbox.world.clock.now)
    before = ("--state-dir", str(tmp_path / "state"), "--region", "us-east-1", "respond", leaked.key_id)
    return lambda *arguments: stanch(*before, "--user", leaked.user, *arguments)


def test_an_api_key(respond: Callable[..., Done], sandbox: Sandbox) -> None:
    assert "deactivate the key first" in respond("--step", "quiet").err
    respond("--step", "deactivate", "--yes")
    sandbox.world.clock.advance(timedelta(minutes=20, seconds=30))
    early = respond("--step", "quiet", "--json")
    assert (early.code, early.json["enough"], early.json["minutes"]) == (Exit.INCOMPLETE, False, 5)
    sandbox.world.clock.advance(timedelta(minutes=30))
    quiet = respond("--step", "quiet", "--json")
    assert (quiet.code, quiet.json["enough"], quiet.json["unreadable"]) == (Exit.DONE, True, [])
    assert "trail api-key-audit" in quiet.json["searched"]
    # Event history alone has no use of an API key in it: that is no quiet.
    alone = respond("--step", "quiet", "--source", "history", "--json")
    assert (alone.code, alone.json["enough"]) == (Exit.INCOMPLETE, False)
    assert "would not surely be recorded" in " ".join(alone.json["unreadable"])
    assert "Whether it is quiet is unknown" in alone.json["message"]


def test_its_use_by_whoever_else_is_not_quiet(
    respond: Callable[..., Done], sandbox: Sandbox, leaked: KeyInUse
) -> None:
    respond("--step", "deactivate", "--yes")
    sandbox.world.clock.advance(timedelta(minutes=2))
    past = Past(sandbox.world.clock.now(), random.Random(1))
    for listener in sandbox.world.on_bearer_call:
        listener(past.use(past.now, leaked, "203.0.113.66", "curl/8.5.0"))
    sandbox.world.clock.advance(timedelta(minutes=20, seconds=30))
    sandbox.world.part(CloudTrail).flush()
    busy = respond("--step", "quiet", "--json").json
    assert busy["last_allowed"]["source_ip"] == "203.0.113.66"
    assert (busy["enough"], busy["minutes"]) == (False, 5)


def test_a_call_that_was_throttled_is_no_quiet(
    respond: Callable[..., Done], sandbox: Sandbox, leaked: KeyInUse
) -> None:
    respond("--step", "deactivate", "--yes")
    sandbox.world.clock.advance(timedelta(minutes=2))
    past = Past(sandbox.world.clock.now(), random.Random(1))
    use = past.use(past.now, leaked, "203.0.113.66", "curl/8.5.0")
    made = replace(use, error_code="ThrottlingException", status=429)
    for listener in sandbox.world.on_bearer_call:
        listener(made)
    sandbox.world.clock.advance(timedelta(minutes=50))
    sandbox.world.part(CloudTrail).flush()
    told = respond("--step", "quiet", "--json").json
    assert told["enough"] is False
    assert "1 call failed for another reason than the credential" in " ".join(told["unreadable"])
