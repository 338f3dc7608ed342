"""An administrator's access key, public for four hours, with responders who do well and badly."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.drill.game import Drill
from sandbox.wire.server import Sandbox
from tests.sandbox.drill.conftest import Play

Boto = Callable[..., Any]
HONEST = {"claims": {"use": "used", "stopped": True, "sessions_ended": True, "nothing_left": True}}


def points(result: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {each["part"]: (each["points"], each["of"]) for each in result["parts"]}


def lost(result: dict[str, Any]) -> set[str]:
    return {part for part, (got, of) in points(result).items() if got < of}


class Responder:
    """Knows the names that a person finds in CloudTrail."""

    def __init__(self, boto: Boto, drill: Drill, sandbox: Sandbox) -> None:
        self.iam, self.secrets, self.sandbox = boto("iam"), boto("secretsmanager"), sandbox
        self.user, self.key_id, _, self.planted, self.planted_id = drill.staging.subjects

    def deactivate(self) -> None:
        self.iam.update_access_key(UserName=self.user, AccessKeyId=self.key_id, Status="Inactive")

    def end_sessions(self) -> None:
        self.deny("*", {"DateLessThan": {"aws:TokenIssueTime": f"{self.sandbox.world.clock.now():%FT%TZ}"}})

    def deny(self, action: str, condition: dict[str, Any] | None = None) -> None:
        statement: dict[str, Any] = {"Effect": "Deny", "Action": action, "Resource": "*"}
        statement |= {"Condition": condition} if condition else {}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_user_policy(UserName=self.user, PolicyName="stop", PolicyDocument=document)

    def remove_planted(self) -> None:
        self.iam.delete_access_key(UserName=self.planted, AccessKeyId=self.planted_id)

    def replace(self) -> None:
        made = self.iam.create_access_key(UserName=self.user)["AccessKey"]
        value = {name: made[name] for name in ("AccessKeyId", "SecretAccessKey")}
        self.secrets.create_secret(Name=f"stanch/{self.user}", SecretString=json.dumps(value))


@pytest.fixture
def drill(play: Play) -> Drill:
    return play("access-key")


@pytest.fixture
def responder(boto: Boto, drill: Drill, sandbox: Sandbox) -> Responder:
    return Responder(boto, drill, sandbox)


def test_who_does_all_of_it_gets_all_the_points(drill: Drill, responder: Responder) -> None:
    responder.deactivate()
    drill.advance(60)
    responder.end_sessions()
    responder.remove_planted()
    drill.advance(60)
    responder.replace()
    drill.advance(120)
    done = drill.end(HONEST)
    assert lost(done) == set()
    assert done["score"] == 100
    assert (done["missed"], done["advice"]) == ([], [])
    assert done["state"] == "finished"
    sides = {each["side"] for each in done["timeline"]}
    assert sides == {"attacker", "responder", "owner"}


def test_who_only_deactivates_the_key_loses_the_sessions(drill: Drill, responder: Responder) -> None:
    responder.deactivate()
    drill.advance(120)
    done = drill.end(
        {"claims": {"use": "used", "stopped": True, "sessions_ended": False, "nothing_left": False}}
    )
    assert points(done)["sessions"] == (0, 15)
    assert points(done)["contain"] == (20, 20)
    assert lost(done) == {"sessions", "persistence", "recover"}
    assert any("federation session" in each for each in done["missed"])


def test_who_denies_the_replacement_loses_for_damage(drill: Drill, responder: Responder) -> None:
    responder.deactivate()
    responder.end_sessions()
    responder.remove_planted()
    responder.replace()
    drill.advance(60)
    responder.deny("*")
    drill.advance(60)
    done = drill.end(HONEST)
    assert points(done)["damage"] == (0, 15)
    assert "the nightly automation is refused in the end." in done["missed"]


def test_an_attacker_who_is_let_goes_on(drill: Drill, responder: Responder) -> None:
    drill.advance(9 * 60)
    responder.deactivate()
    responder.end_sessions()
    drill.advance(4 * 60)
    done = drill.end(None)
    told = " ".join(each["words"] for each in done["timeline"])
    assert "opened another federation session" in told
    assert "came back" in told
    assert points(done)["sessions"] == (15, 15), "the deny is younger than both sessions"
    assert points(done)["persistence"] == (0, 15)
    assert points(done)["truth"] == (0, 15), "no report was handed in"


def test_who_claims_more_than_is_so_loses_for_truth(drill: Drill, responder: Responder) -> None:
    responder.deactivate()
    drill.advance(60)
    done = drill.end(HONEST)
    got, of = points(done)["truth"]
    assert 0 < got < of
    assert [each["borne"] for each in done["claims"]] == [1, 1, 0, 0]
