"""What a responder may be handed or run into, row by row: one sentence, and nothing that no journal has."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import ApiCall
from sandbox.scenario.cast import StolenKey
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.base import clock
from tests.principals import allow, inline_documents, make_role, make_user, policy
from tests.tui.shell.conftest import Done, Stanch
from tui.exits import Exit

Boto = Callable[..., Any]
Line = tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    boto: Boto
    sandbox: Sandbox
    key_id: str
    monkeypatch: pytest.MonkeyPatch


Handed = Callable[[Scene], Line]
"""Brings it about, and says what is typed then."""

ACCOUNT = "123456789012"


@pytest.fixture
def stolen(sandbox: Sandbox, unpaced: None) -> StolenKey:
    found = SCENARIOS["leaked-access-key"](sandbox.world).stolen
    assert found is not None
    return found


@pytest.fixture
def changes(sandbox: Sandbox, stolen: StolenKey) -> list[ApiCall]:
    """What AWS carried out from here on."""
    heard: list[ApiCall] = []

    def hear(call: ApiCall) -> None:
        if not (call.read_only or call.error_code or call.operation == "AssumeRole"):
            heard.append(call)

    sandbox.world.on_api_call.append(hear)
    return heard


def _step(key_id: str, step: str = "deactivate") -> Line:
    return ("respond", key_id, "--step", step, "--yes")


def _deleted(at: Scene) -> Line:
    iam = at.boto("iam")
    key_id, _ = make_user(iam, "gone")
    iam.delete_access_key(UserName="gone", AccessKeyId=key_id)
    return _step(key_id)


def _pathed(at: Scene) -> Line:
    iam = at.boto("iam")
    iam.create_user(UserName="deployer", Path="/ops/ci/")
    return _step(iam.create_access_key(UserName="deployer")["AccessKey"]["AccessKeyId"])


def _service_linked(at: Scene) -> Line:
    make_role(at.boto("iam"), "AWSServiceRoleForSupport", path="/aws-service-role/support.amazonaws.com/")
    return ("respond", "--role", "AWSServiceRoleForSupport", "--step", "sessions", "--yes")


def _full(at: Scene) -> Line:
    large = json.dumps(policy(allow(*(f"s3:Get{'x' * 90}{number}" for number in range(98)))))
    at.boto("iam").put_role_policy(RoleName="backup", PolicyName="large", PolicyDocument=large)
    return ("respond", "--role", "backup", "--step", "sessions", "--yes")


def _clock(at: Scene) -> Line:
    at.monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: clock.now() - timedelta(hours=1))
    return _step(at.key_id)


def _mfa(at: Scene) -> Line:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    at.boto("iam").create_role(RoleName="careful", AssumeRolePolicyDocument=json.dumps(policy(trust)))
    return ("--role-arn", f"arn:aws:iam::{ACCOUNT}:role/careful", *_step(at.key_id))


def _denied(operation: str, *line: str) -> Handed:
    def bring_about(at: Scene) -> Line:
        at.sandbox.faults.add(f"deny:{operation}")
        return line or _step(at.key_id)

    return bring_about


ROWS: dict[str, tuple[Handed, Exit, str]] = {
    "an id that does not decode": (
        lambda *_: _step("AKIA0189018901890189"),
        Exit.USAGE,
        "No access key AKIA0189018901890189",
    ),
    "an id that is none": (lambda *_: _step("AKIAnonsense"), Exit.USAGE, "AKIAnonsense"),
    "an id of another account": (
        lambda *_: _step("AKIAY34FZKBOKMUTVV7A"),
        Exit.USAGE,
        "--role-arn arn:aws:iam::609629065308:role/ROLE",
    ),
    "a deleted key": (_deleted, Exit.USAGE, "No access key"),
    "a user with a path": (_pathed, Exit.DONE, ""),
    "a role that is service-linked": (_service_linked, Exit.REFUSED, "Only AWS can change role"),
    "an inline quota that is full": (_full, Exit.REFUSED, "leave no room"),
    "this machine's clock is off": (_clock, Exit.AWS, "Set this machine's clock"),
    "a role that asks for MFA": (_mfa, Exit.AWS, "one that asks for MFA needs a profile of its own"),
    "the user of the key may not be asked": (_denied("GetAccessKeyLastUsed"), Exit.AWS, "Not allowed"),
    "the change is denied": (_denied("UpdateAccessKey"), Exit.AWS, "Not allowed: iam:UpdateAccessKey"),
}


@pytest.mark.parametrize("row", ROWS)
def test_one_sentence_and_nothing_half_done(
    stanch: Stanch,
    sandbox: Sandbox,
    boto: Boto,
    stolen: StolenKey,
    changes: list[ApiCall],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    row: str,
) -> None:
    bring_about, code, words = ROWS[row]
    line = bring_about(Scene(boto, sandbox, stolen.key.access_key_id, monkeypatch))
    changes.clear()
    done = stanch("--state-dir", str(tmp_path), "--region", "us-east-1", *line)
    assert (done.code, words in done.err) == (code, True), done
    assert done.err.count("\n") <= 1, done.err
    assert {call.operation for call in changes} <= intended(tmp_path)
    assert bool(changes) == (code == Exit.DONE)


@pytest.mark.parametrize(
    ("bring_about", "answer", "words"),
    [
        (lambda at: ("AKIA0189018901890189",), "unknown", "another partition (China, GovCloud)"),
        (lambda at: (_deleted(at)[1],), "deleted", "it was deleted"),
        (_denied("GetAccessKeyInfo", "KEY"), "found", "Not allowed: sts:GetAccessKeyInfo"),
        (_denied("GetAccessKeyLastUsed", "KEY"), "unreadable", "Not allowed: iam:GetAccessKeyLastUsed"),
        # Its account is neither told by the id nor by AWS: that nobody here has it says nothing.
        (_denied("GetAccessKeyInfo", "AKIAIJ3FZKBOKMUTVV7A"), "unreadable", "or belongs to another account"),
    ],
    ids=[
        "of another partition",
        "deleted",
        "its account may not be asked",
        "its user may not be asked",
        "of an account that nobody tells",
    ],
)
def test_who_identifies_it_is_told_as_much(
    stanch: Stanch,
    sandbox: Sandbox,
    boto: Boto,
    stolen: StolenKey,
    monkeypatch: pytest.MonkeyPatch,
    bring_about: Handed,
    answer: str,
    words: str,
) -> None:
    (given,) = bring_about(Scene(boto, sandbox, stolen.key.access_key_id, monkeypatch))
    done = stanch("identify", "--json", input=stolen.key.access_key_id if given == "KEY" else given)
    assert (done.json["answer"], words in " ".join(done.json["said"])) == (answer, True), done
    assert done.code == (Exit.INCOMPLETE if answer == "unreadable" else Exit.DONE)


def intended(state_dir: Path) -> set[str]:
    """The operations that a journal has an intent of."""
    journals = state_dir.glob("cases/*/journal.jsonl")
    entries = [json.loads(line) for each in journals for line in each.read_text().splitlines()]
    return {each["data"]["call"]["operation"] for each in entries if each["kind"] == "intent"}


def test_denied_on_any_one_call_it_is_one_sentence_and_undone_all_the_same(
    stanch: Stanch, sandbox: Sandbox, boto: Boto, stolen: StolenKey, changes: list[ApiCall], tmp_path: Path
) -> None:
    """Of the step with most calls; the fault matrix does the same to all of the runbook."""

    def respond(*line: str) -> Done:
        given = ("--state-dir", str(tmp_path), "--region", "us-east-1", "respond", stolen.key.access_key_id)
        return stanch(*given, *line, "--yes")

    asked = set[str]()
    sandbox.world.on_api_call.append(lambda call: asked.add(call.operation))
    before = inline_documents()
    assert respond("--step", "sessions").code == Exit.DONE
    assert respond("--undo", "sessions").code == Exit.DONE
    assert {"ListRolePolicies", "PutRolePolicy", "LookupEvents", "GetCallerIdentity"} <= asked
    for operation in sorted(asked - {"DeleteRolePolicy", "DeleteUserPolicy"}):
        sandbox.faults.add(f"deny:{operation}")
        done = respond("--step", "sessions")
        sandbox.faults.lift()
        assert done.code in (Exit.DONE, Exit.INCOMPLETE, Exit.AWS, Exit.REFUSED), (operation, done)
        assert done.code == Exit.DONE or "Not allowed" in done.err, (operation, done)
        assert {call.operation for call in changes} <= intended(tmp_path)
        undone = respond("--undo", "sessions")
        assert inline_documents() == before, (operation, undone)
