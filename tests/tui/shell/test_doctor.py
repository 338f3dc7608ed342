"""`stanch doctor`, and the whole program run by a user with exactly the documented policies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import ACCOUNT, ApiCall
from sandbox.scenario.actors import Actors, Pace
from sandbox.scenario.cast import KeyInUse, Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE
from tests.principals import deny, documented, make_user, policy, sign_as
from tests.tui.shell.conftest import Account, Done, Stanch
from tui.exits import Exit

BUCKET = f"api-key-audit-{ACCOUNT}"
LOOK, ACT = documented("look", bucket=BUCKET), documented("act")
UPDATE = "iam:UpdateServiceSpecificCredential"
FAST = Pace(service=0.3, shipper=0.3, workload=0.5, attacker=0.3, attacker_gives_way=0.5, secret=0.1)

Become = Callable[..., None]


@pytest.fixture
def scenario(sandbox: Sandbox) -> Scenario:
    sandbox.world.settings.trail_delay = 0.2
    sandbox.world.settings.lookup_per_second = None
    return SCENARIOS["leaked-key"](sandbox.world)


@pytest.fixture
def become(sandbox: Sandbox, boto: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Become:
    """From here on policies are enforced, and the program signs as a user with just those."""

    def sign(*documents: dict[str, Any]) -> None:
        sandbox.world.settings.enforce_policies = True
        sign_as(monkeypatch, make_user(boto("iam"), "night", *documents))

    return sign


@pytest.fixture
def in_use(sandbox: Sandbox, scenario: Scenario) -> Iterator[KeyInUse]:
    """The leaked key, while its service and the attacker use it."""
    assert scenario.leaked
    with Actors(sandbox.endpoint_url, scenario, FAST):
        yield scenario.leaked


def test_full_rights_read_well(stanch: Stanch, scenario: Scenario, tmp_path: Path) -> None:
    done = stanch("--state-dir", str(tmp_path), "doctor")
    assert (done.code, done.err) == (Exit.DONE, "")
    lines = done.out.splitlines()
    assert lines[0] == f"responder in {ACCOUNT}"
    assert "You may, as far as IAM's simulation sees" in lines
    assert "✓ keys           yes: deactivate, reset, create and delete Logs keys" in lines
    assert any(line.startswith("✓ us-east-1      yes, since ") for line in lines)
    assert f"✓ cases can be kept in {tmp_path}" in " ".join(done.out.split())
    assert all(len(line) <= 100 for line in lines)


def test_each_no_says_what_to_do(stanch: Stanch, scenario: Scenario, become: Become) -> None:
    become(LOOK)
    done = stanch("doctor")
    assert done.code == Exit.DONE, "a no is an answer"
    told = " ".join(done.out.split())
    assert f"✗ keys no: deactivate, reset, create and delete Logs keys missing {_all_of('keys')}" in told
    assert (
        "Ask for it (docs/policy-act.json). Until then: send the secret elsewhere: --secret-to file" in told
    )
    assert "✓ inventory yes" in told


def test_what_is_not_recorded_says_what_to_do(stanch: Stanch, sandbox: Sandbox) -> None:
    told = " ".join(stanch("--region", "eu-west-1", "doctor").out.split())
    assert "✗ eu-west-1 no: no trail records this Region" in told
    assert "Whether a key was used in eu-west-1 will stay unknown: turn on recording before you" in told


def test_what_cannot_be_asked_is_not_known_and_the_exit_code_says_so(
    stanch: Stanch, scenario: Scenario, become: Become
) -> None:
    become(LOOK, ACT, policy(deny("iam:SimulatePrincipalPolicy")))
    done = stanch("doctor")
    assert done.code == Exit.INCOMPLETE
    told = " ".join(done.out.split())
    assert "? keys not known: deactivate, reset, create and delete Logs keys" in told
    assert "it cannot be checked: iam:SimulatePrincipalPolicy is not allowed" in told
    assert "✓ inventory yes" in told


def test_nothing_is_allowed(stanch: Stanch, scenario: Scenario, become: Become) -> None:
    become(policy(deny("*")))
    done = stanch("--region", "us-east-1", "doctor")
    assert done.code == Exit.INCOMPLETE
    assert done.out.startswith(f"night in {ACCOUNT}\n")
    assert "? us-east-1" in done.out
    assert done.err.startswith("stanch: the trails of us-east-1 could not be read. Not allowed: cloudtrail:")
    document = stanch("doctor", "--json").json
    assert (document["complete"], len(document["unreadable"])) == (False, 4)


def test_the_document(stanch: Stanch, scenario: Scenario, tmp_path: Path) -> None:
    done = stanch("--read-only", "--state-dir", str(tmp_path), "doctor", "--json")
    assert (done.code, done.err) == (Exit.DONE, "")
    assert done.json.keys() >= {"account", "alias", "caller_arn", "regions", "read_only", "complete", "may"}
    assert (done.json["read_only"], done.json["complete"]) == (True, True)
    assert {part["answer"] for part in done.json["may"]} == {"yes"}


def test_a_state_directory_that_cannot_be_written(stanch: Stanch, scenario: Scenario, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    done = stanch("--state-dir", str(tmp_path / "state" / "x"), "doctor")
    assert "✗ cases" in done.out
    assert "choose another place with --state-dir" in " ".join(done.out.split())


def test_no_credentials_is_one_line(
    stanch: Stanch, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    done = stanch("doctor")
    assert (done.code, done.out, done.err.count("\n")) == (Exit.AWS, "", 1)


@pytest.mark.long
def test_the_documented_policies_are_enough_for_everything(
    stanch: Stanch,
    in_use: KeyInUse,
    become: Become,
    sandbox: Sandbox,
    boto: Callable[..., Any],
    tmp_path: Path,
) -> None:
    become(LOOK, ACT)
    refused: list[str] = []
    sandbox.world.on_api_call.append(lambda call: _note_refusal(call, refused))

    def run(*arguments: str, typed: str = "") -> Done:
        return stanch("--state-dir", str(tmp_path), "--region", "us-east-1", *arguments, input=typed)

    def step(name: str, *more: str) -> Done:
        return run("respond", in_use.key_id, "--user", in_use.user, "--step", name, "--yes", "--json", *more)

    assert run("doctor", "--json").json["complete"] is True
    assert run("keys", "--json").json["complete"] is True
    assert run("identify", "--json", typed=in_use.token).json["key_id"] == in_use.key_id
    plans = run("respond", in_use.key_id, "--plan", "--json").json["steps"]
    assert not any("You may not" in warning for plan in plans for warning in plan["warnings"])
    assert step("sweep").code == Exit.DONE
    assert step("deactivate").json["state"] == "confirmed"
    assert step("review").code in (Exit.DONE, Exit.INCOMPLETE)
    assert run("review", in_use.key_id, "--json").json["unreadable"] == []
    assert step("replace").json["state"] == "confirmed"
    done = _until(lambda: step("delete"), lambda done: done.code == Exit.DONE)
    assert done.json["state"] == "confirmed"
    assert step("deny").json["state"] == "confirmed"
    assert run("respond", in_use.key_id, "--user", in_use.user, "--undo", "deny", "--yes").code == Exit.DONE
    assert step("groups", "--log-group", in_use.log_group).json["state"] == "confirmed"
    assert step("access-keys").json["state"] == "confirmed"
    assert run("watch", "--once", "--json").code == Exit.DONE
    assert refused == []
    listed = boto("iam").list_service_specific_credentials(UserName=in_use.user)["ServiceSpecificCredentials"]
    assert [key["Status"] for key in listed] == ["Active"]
    assert in_use.key_id not in [key["ServiceSpecificCredentialId"] for key in listed]


def test_with_the_right_to_look_alone_a_change_is_refused_by_aws_in_one_sentence(
    stanch: Stanch, scenario: Scenario, become: Become, boto: Callable[..., Any], tmp_path: Path
) -> None:
    become(LOOK)
    assert scenario.leaked
    user, key_id = scenario.leaked.user, scenario.leaked.key_id

    def run(*arguments: str) -> Done:
        return stanch("--state-dir", str(tmp_path), *arguments)

    assert run("keys", "--json").json["complete"] is True
    assert run("review", key_id, "--json").json["unreadable"] == []
    assert run("watch", "--once", "--json").code == Exit.DONE
    assert run("doctor", "--json").json["complete"] is True
    plans = {plan["name"]: plan for plan in run("respond", key_id, "--plan", "--json").json["steps"]}
    assert plans["deactivate"]["warnings"][0].startswith(f"You may not: {UPDATE} (")
    assert plans["deny"]["warnings"][0].startswith("You may not: iam:PutUserPolicy (")

    done = run("respond", key_id, "--user", user, "--step", "deactivate", "--yes")
    assert (done.code, done.out) == (Exit.AWS, "")
    assert done.err == (
        f"stanch: Not allowed: {UPDATE} on user {user} "
        f"(no identity-based policy allows the {UPDATE} action). Ask for it, or use a profile that has it.\n"
    )
    (case,) = run("case", "list", "--json").json["cases"]
    assert case["key_id"] == key_id
    shown = run("case", "show", case["case"], "--json").json
    assert shown["intact"] is True
    assert next(each["state"] for each in shown["steps"] if each["name"] == "deactivate") == "failed"
    listed = boto("iam").list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
    assert {key["ServiceSpecificCredentialId"]: key["Status"] for key in listed}[key_id] == "Active"


def test_a_deactivation_asks_for_no_permissions_first(
    stanch: Stanch, leaked: Account, sandbox: Sandbox, tmp_path: Path
) -> None:
    heard: list[str] = []
    sandbox.world.on_api_call.append(lambda call: heard.append(call.operation))
    arguments = ("respond", leaked.key_id, "--user", "web", "--step", "deactivate", "--yes")
    assert stanch("--state-dir", str(tmp_path), *arguments).code == Exit.DONE
    assert heard.index("UpdateServiceSpecificCredential") <= 5
    assert "SimulatePrincipalPolicy" not in heard


def _all_of(part: str) -> str:
    from services.rights.needs import PARTS

    return ", ".join(next(each for each in PARTS if each.name == part).actions)


def _note_refusal(call: ApiCall, refused: list[str]) -> None:
    if call.actor.name == "night" and call.error_code in {"AccessDenied", "AccessDeniedException"}:
        refused.append(f"{call.service}:{call.operation}")


def _until(act: Callable[[], Done], enough: Callable[[Done], bool], seconds: float = PATIENCE) -> Done:
    """Act again, as a responder would, until it is enough."""
    deadline = time.monotonic() + seconds
    while not enough(done := act()):
        assert time.monotonic() < deadline, done
    return done
