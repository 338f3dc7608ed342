"""First steps from the shell: one case of one key, whoever is first, and what was said is what is so."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from tests.patience import PATIENCE
from tests.tui.shell.conftest import Account, Stanch, start
from tui.exits import Exit


def test_three_first_steps_at_once_are_of_one_case(leaked: Account, tmp_path: Path) -> None:
    state = tmp_path / "state"
    steps = ("deactivate", "deny", "replace")
    running = [
        start("--state-dir", str(state), "respond", leaked.key_id, "--user", "web", "--step", step, "--yes")
        for step in steps
    ]
    with ThreadPoolExecutor(len(running)) as pool:
        ended = list(pool.map(lambda each: (each.communicate(timeout=PATIENCE), each.returncode), running))
    (case,) = CaseBook(state).cases()
    assert case.flaws() == ()
    for (_, complained), code in ended:
        assert code in (Exit.DONE, Exit.REFUSED), complained
        if code == Exit.REFUSED:
            assert b"is being worked on by" in complained or b"hold" in complained


def test_a_review_under_read_only_begins_no_case(leaked: Account, stanch: Stanch, tmp_path: Path) -> None:
    arguments = ("--read-only", "--state-dir", str(tmp_path / "state"), "respond", leaked.key_id)
    done = stanch(*arguments, "--user", "web", "--step", "review", "--source", "history", "--yes", "--json")
    if done.code == Exit.USAGE:
        done = stanch(*arguments, "--user", "web", "--step", "review", "--yes", "--json")
    assert done.json["case"] is None
    assert CaseBook(tmp_path / "state").cases() == ()
    planned = stanch(
        "--state-dir", str(tmp_path / "state"), "rotate", leaked.key_id, "--user", "web", "--plan"
    )
    assert "open incident" not in planned.out


def test_shown_on_the_screen_it_is_delivered(leaked: Account, stanch: Stanch, tmp_path: Path) -> None:
    for number, command in enumerate((("respond", "--step", "replace"), ("rotate",))):
        state = tmp_path / str(number)
        name, *more = command
        done = stanch(
            "--state-dir", str(state), name, leaked.key_id, "--user", "web", *more,
            "--secret-to", "screen", "--yes",
        )  # fmt: skip
        if number and "the most AWS allows" in done.err:
            continue
        assert done.code == Exit.DONE, done.err
        assert done.out.lstrip().startswith("ACWL")
        assert "not delivered" not in done.out
        assert "its secret is in screen" in done.out or "screen" in done.out
        (case,) = CaseBook(state).cases()
        assert case.state().replacement


def test_plans_of_every_step_can_be_looked_at(
    leaked: Account, stanch: Stanch, boto: Callable[..., Any], tmp_path: Path
) -> None:
    boto("iam").create_access_key(UserName="web")
    boto("logs").create_log_group(logGroupName="/app")
    boto("logs").put_bearer_token_authentication(
        logGroupIdentifier="/app", bearerTokenAuthenticationEnabled=True
    )
    operations = {
        ("--step", "reset"): ["ResetServiceSpecificCredential", "CreateSecret"],
        ("--step", "groups", "--log-group", "/app"): ["PutBearerTokenAuthentication"],
        ("--step", "access-keys"): ["UpdateAccessKey"],
        ("--undo", "deactivate"): [],
    }
    for more, wanted in operations.items():
        arguments = ("--state-dir", str(tmp_path), "respond", leaked.key_id, "--user", "web", *more)
        planned = stanch(*arguments, "--plan", "--json")
        assert planned.code == Exit.DONE, planned.err
        (plan,) = planned.json["steps"]
        assert [call["operation"] for call in plan["calls"]] == wanted
        if wanted:
            done = stanch(*arguments, "--yes", "--json")
            sent = [(call["operation"], _without_token(call["params"])) for call in done.json["calls"]]
            shown = [(call["operation"], _without_token(call["params"])) for call in plan["calls"]]
            if more[1] != "reset":
                assert sent == shown
            else:
                assert [name for name, _ in sent] == [name for name, _ in shown]


def test_a_lost_answer_is_said_with_what_was_found(
    leaked: Account, stanch: Stanch, sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path
) -> None:
    sandbox.faults.add("drop:CreateServiceSpecificCredential:1")
    arguments = ("--state-dir", str(tmp_path), "respond", leaked.key_id, "--user", "web", "--step", "replace")
    lost = stanch(*arguments, "--yes")
    assert lost.code == Exit.AWS
    listed = boto("iam").list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
    (new,) = {each["ServiceSpecificCredentialId"] for each in listed} - {leaked.key_id}
    assert f"{new} was made (confirmed by AWS), but its secret is lost" in lost.err
    assert "try again" not in lost.err.lower().partition("aws was asked")[0]
    assert stanch(*arguments, "--yes").code == Exit.DONE
    listed = boto("iam").list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
    assert {each["ServiceSpecificCredentialId"] for each in listed} == {leaked.key_id, new}


def test_made_active_by_a_colleague_the_report_says_both(
    leaked: Account, stanch: Stanch, boto: Callable[..., Any], tmp_path: Path
) -> None:
    arguments = ("--state-dir", str(tmp_path), "respond", leaked.key_id, "--user", "web")
    assert stanch(*arguments, "--step", "deactivate", "--yes").code == Exit.DONE
    boto("iam").update_service_specific_credential(
        UserName="web", ServiceSpecificCredentialId=leaked.key_id, Status="Active"
    )
    stanch(*arguments, "--step", "deny", "--yes")
    (case,) = CaseBook(tmp_path).cases()
    report = stanch("--state-dir", str(tmp_path), "case", "report", case.id, "--format", "json")
    told = json.dumps(report.json)
    assert "confirmed by AWS" in told
    assert "otherwise since" in told
    assert "not confirmed by AWS" not in told
    text = stanch("--state-dir", str(tmp_path), "case", "report", case.id, "--format", "md").out
    assert "confirmed by AWS" in text
    assert "still Active" in text


def _without_token(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "ClientRequestToken"}
