"""`respond ASIA…` and `respond --role NAME`: the sessions alone, where there is no key to deactivate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario.cast import StolenKey
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.rights.endedsessions import NAME
from tests.tui.shell.conftest import Done, Stanch
from tests.tui.shell.test_sessions import works
from tui.exits import Exit

Boto = Callable[..., Any]


@pytest.fixture
def stolen(sandbox: Sandbox, unpaced: None) -> StolenKey:
    found = SCENARIOS["leaked-access-key"](sandbox.world).stolen
    assert found is not None
    return found


@pytest.fixture
def respond(stanch: Stanch, tmp_path: Path) -> Callable[..., Done]:
    def run(*arguments: str) -> Done:
        return stanch("--state-dir", str(tmp_path / "state"), "--region", "us-east-1", "respond", *arguments)

    return run


@pytest.mark.parametrize(
    ("which", "ended"),
    [
        # The user's, the role's with the one that was chained to it, the chained one alone.
        (0, [False, True, True]),
        (1, [True, False, False]),
        (2, [True, True, False]),
    ],
)
def test_a_session_is_ended_with_those_it_opened(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto, which: int, ended: list[bool]
) -> None:
    key = stolen.sessions[which].access_key_id
    plan = respond(key, "--plan", "--json").json
    assert [step["name"] for step in plan["steps"]] == ["sessions", "review", "deny"]
    done = respond(key, "--step", "sessions", "--yes", "--json")
    assert (done.code, done.json["state"]) == (Exit.DONE, "confirmed"), done.err
    assert [works(boto, session) for session in stolen.sessions] == ended
    assert respond(key, "--step", "review", "--yes", "--json").json["verified"]
    assert respond(key, "--undo", "sessions", "--yes").code == Exit.DONE
    assert [works(boto, session) for session in stolen.sessions] == [True, True, True]


@pytest.mark.parametrize("which", [0, 1])
def test_short_term_keys_are_denied_on_their_own(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto, which: int
) -> None:
    """The session goes on signing; what is made from it, and the user's own API keys, are denied."""
    session, iam = stolen.sessions[which], boto("iam")
    arn = f"arn:aws:iam::123456789012:{'role/deployment' if which else f'user/{stolen.user}'}"
    bearer = ["bedrock:CallWithBearerToken", "aws-external-anthropic:CallWithBearerToken"]

    def decided() -> list[str]:
        found = iam.simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=[*bearer, "logs:DescribeLogGroups"]
        )
        return [each["EvalDecision"] for each in found["EvaluationResults"]]

    before = decided()
    plan = next(
        step
        for step in respond(session.access_key_id, "--plan", "--json").json["steps"]
        if step["name"] == "deny"
    )
    assert "API keys, short-term and long-term" in plan["stops"]
    assert "Calls that the session signs" in plan["leaves"]
    done = respond(session.access_key_id, "--step", "deny", "--yes", "--json")
    assert (done.code, done.json["state"]) == (Exit.DONE, "confirmed"), done.err
    assert decided()[:2] == ["explicitDeny", "explicitDeny"]
    assert decided()[2] == before[2]
    assert works(boto, session), "only its end ends it"
    undone = respond(session.access_key_id, "--undo", "deny", "--yes", "--json")
    assert (undone.code, undone.json["state"]) == (Exit.DONE, "undone")
    assert decided() == before


def test_a_role_by_its_name(respond: Callable[..., Done], stolen: StolenKey, boto: Boto) -> None:
    done = respond("--role", "deployment", "--step", "sessions", "--yes", "--json")
    assert (done.code, done.json["key_id"]) == (Exit.DONE, "role/deployment")
    assert [works(boto, session) for session in stolen.sessions] == [True, False, True]
    put = boto("iam").list_role_policies(RoleName="deployment")["PolicyNames"]
    assert NAME in put
    assert respond("--role", "deployment", "--undo", "sessions", "--yes").code == Exit.DONE
    assert [works(boto, session) for session in stolen.sessions] == [True, True, True]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ASIARZPUZDIKAAAAAAAA", "--plan"), Exit.USAGE, "has no record of ASIARZPUZDIKAAAAAAAA"),
        (("ASIAY34FZKBOKMUTVV7A", "--plan"), Exit.USAGE, "belongs to account 609629065308"),
        (("--role", "deploymnt", "--plan"), Exit.USAGE, "Did you mean deployment?"),
        (("--role", "deployment", "--step", "delete", "--yes"), Exit.REFUSED, "end its sessions"),
        (("--role", "deployment", "--step", "sweep"), Exit.REFUSED, "is not a user's"),
        (("--role", "a", "--role", "b"), Exit.USAGE, "one role"),
        ((), Exit.USAGE, "Give a key ID"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    respond: Callable[..., Done], stolen: StolenKey, arguments: tuple[str, ...], code: Exit, words: str
) -> None:
    done = respond(*arguments)
    assert words in done.err
    assert done.out == ""
    assert done.code == code
    assert json.dumps(done.err).count("Traceback") == 0
