"""What the intruder made, from the shell: listed with its proof, stopped by its event, restored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.tui.shell.conftest import Done, Stanch
from tui.exits import Exit


@pytest.fixture
def respond(stanch: Stanch, sandbox: Sandbox, unpaced: None, tmp_path: Path) -> Callable[..., Done]:
    stolen = SCENARIOS["leaked-access-key"](sandbox.world).stolen
    assert stolen is not None
    before = ("--state-dir", str(tmp_path / "state"), "--region", "us-east-1", "respond")
    return lambda *arguments: stanch(*before, stolen.key.access_key_id, *arguments)


def test_listed_stopped_and_restored(respond: Callable[..., Done], boto: Callable[..., Any]) -> None:
    early = respond("--step", "intruder", "--yes")
    assert early.code == Exit.REFUSED
    assert "No record of a followed credential names anything that it made: review first." in early.err

    reviewed = respond("--step", "review", "--yes", "--json").json["made_by_intruder"]
    assert [(each["text"], each["offered"]) for each in reviewed] == [("user svc-metrics", True)]
    (held,) = [each for each in respond("--step", "sweep", "--json").json["held"] if each["made"]]
    assert held["made"] == reviewed[0]["event_id"]
    assert held["proof"].startswith("CreateUser by session ASIA")
    assert f"--step intruder --made {held['made']}" in held["elsewhere"]
    assert held["made"] in respond("--step", "sweep").out

    named = ("--made", held["made"])
    (plan,) = respond("--plan", "--step", "intruder", *named, "--json").json["steps"]
    assert [call["operation"] for call in plan["calls"]] == ["PutUserPolicy"]
    assert plan["reversible"]
    done = respond("--step", "intruder", *named, "--yes", "--json").json
    assert (done["state"], done["verified"]) == ("confirmed", True)
    iam = boto("iam")
    assert iam.list_user_policies(UserName="svc-metrics")["PolicyNames"] == ["stanch-deny-intruder"]
    undone = respond("--undo", "intruder", *named, "--yes", "--json").json
    assert undone["state"] == "undone"
    assert iam.list_user_policies(UserName="svc-metrics")["PolicyNames"] == []
    other = respond("--step", "intruder", "--made", "release-bot", "--yes")
    assert other.code == Exit.REFUSED
    assert "so it is left alone" in other.err
