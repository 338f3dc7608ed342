"""An administrator's access key, public for four hours, with responders who do well and badly."""

from __future__ import annotations

import pytest

from tests.sandbox.drill.conftest import Play
from tests.sandbox.drill.responders import Boto, Responder, lost, points, report


class Names:
    """What a person finds in CloudTrail."""

    def __init__(self, responder: Responder) -> None:
        subjects = responder.drill.staging.subjects
        self.user, self.key_id, self.session_id, self.planted, self.planted_id = subjects


@pytest.fixture
def responder(boto: Boto, play: Play) -> Responder:
    return Responder(play("access-key"), boto)


@pytest.fixture
def names(responder: Responder) -> Names:
    return Names(responder)


def test_who_does_all_of_it_gets_all_the_points(responder: Responder, names: Names) -> None:
    drill = responder.drill
    responder.access_keys(names.user)
    drill.advance(60)
    responder.deny(names.user, "*", before_now=True)
    responder.delete_access_keys(names.planted)
    drill.advance(60)
    responder.replace_access_key(names.user)
    drill.advance(120)
    done = drill.end(report())
    assert lost(done) == set()
    assert done["score"] == 100
    assert (done["missed"], done["advice"]) == ([], [])
    assert done["state"] == "finished"
    assert {each["side"] for each in done["timeline"]} == {"attacker", "responder", "owner"}


def test_who_only_deactivates_the_key_loses_the_sessions(responder: Responder, names: Names) -> None:
    responder.access_keys(names.user)
    responder.drill.advance(120)
    done = responder.drill.end(report(sessions_ended=False, nothing_left=False))
    assert points(done)["sessions"] == (0, 15)
    assert points(done)["contain"] == (20, 20)
    assert lost(done) == {"sessions", "persistence", "recover"}
    assert any(names.session_id in each for each in done["missed"])


def test_who_denies_the_replacement_loses_for_damage(responder: Responder, names: Names) -> None:
    responder.access_keys(names.user)
    responder.deny(names.user, "*", before_now=True)
    responder.delete_access_keys(names.planted)
    responder.replace_access_key(names.user)
    responder.drill.advance(60)
    responder.deny(names.user, "*")
    responder.drill.advance(60)
    done = responder.drill.end(report())
    assert points(done)["damage"] == (0, 15)
    assert "The automation is denied in the end." in done["missed"]


def test_an_attacker_who_is_let_goes_on(responder: Responder, names: Names) -> None:
    responder.drill.advance(9 * 60)
    responder.access_keys(names.user)
    responder.deny(names.user, "*", before_now=True)
    responder.drill.advance(4 * 60)
    done = responder.drill.end()
    told = " ".join(each["words"] for each in done["timeline"])
    assert "Opened another federation session" in told
    assert "Came back" in told
    assert points(done)["sessions"] == (15, 15), "the deny is younger than both sessions"
    assert points(done)["persistence"] == (0, 15)
    assert points(done)["truth"] == (0, 15), "no report was handed in"


def test_a_session_that_is_younger_than_the_deny_stays(responder: Responder, names: Names) -> None:
    responder.deny(names.user, "*", before_now=True)
    responder.drill.advance(9 * 60)
    responder.access_keys(names.user)
    responder.drill.advance(60)
    done = responder.drill.end()
    assert points(done)["sessions"] == (8, 15)


def test_who_claims_more_than_is_so_loses_for_truth(responder: Responder, names: Names) -> None:
    responder.access_keys(names.user)
    responder.drill.advance(60)
    done = responder.drill.end(report())
    got, of = points(done)["truth"]
    assert 0 < got < of
    assert [each["borne"] for each in done["claims"]] == [1, 1, 0, 0]
