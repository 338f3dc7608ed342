"""`stanch audit`: what a person reads, what a pipeline reads, and the exit codes of both."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from sandbox.scenario.cast import Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.audit import baseline
from services.audit.model import Finding
from tests.principals import allow, documented, make_user, policy, sign_as
from tests.printed import bare
from tests.services.audit.conftest import Account
from tests.services.audit.conftest import account as account
from tests.tui.shell.conftest import Stanch
from tui.cli import stanch as cli
from tui.exits import Exit

HERE = ("--region", "us-east-1", "audit")


@pytest.fixture
def scenario(sandbox: Sandbox) -> Scenario:
    sandbox.world.settings.lookup_per_second = None
    return SCENARIOS["leaked-key"](sandbox.world)


def test_a_person_reads_each_finding_with_its_evidence_and_the_way_out(
    stanch: Stanch, scenario: Scenario
) -> None:
    assert scenario.leaked
    done = stanch(*HERE)
    assert (done.code, done.err) == (Exit.DONE, "")
    told = " ".join(done.out.split())
    key, user = scenario.leaked.key_id, scenario.leaked.user
    assert told.startswith("Account 123456789012, 16 keys, us-east-1: 7 high · ")
    assert f"‼ {key} of {user} never expires. never-expires: made " in told
    assert f"$ stanch rotate {key} --user {user}" in bare(told)
    assert f"? {key}: unused is not known: {user} reached logs on " in told
    assert all(len(line) <= 100 for line in done.out.splitlines() if not line.startswith("  $"))


def test_the_document_and_that_every_command_in_it_exists(stanch: Stanch, scenario: Scenario) -> None:
    done = stanch(*HERE, "--json")
    assert done.code == Exit.DONE
    (account,) = done.json["accounts"]
    assert account.keys() >= {"account", "caller_arn", "role_arn", "error", "unreadable", "unknown"}
    assert (account["account"], account["complete"], account["keys"]) == ("123456789012", True, 16)
    findings = account["findings"]
    by_severity = [each["severity"] for each in findings]
    assert by_severity == sorted(by_severity, key=["high", "medium", "info"].index)
    assert done.json["summary"]["high"] == by_severity.count("high") == 7
    assert len({each["fingerprint"] for each in findings}) == len(findings)
    assert {each["accepted"] for each in findings} == {None}

    ours = [each["mend"] for each in findings if each["mend"].startswith("stanch --account 123456789012 ")]
    assert len(ours) > 10
    for line in ours:
        context = cli.make_context("stanch", shlex.split(line)[1:])
        name, command, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
        assert isinstance(command, click.Command)
        command.make_context(name, rest, parent=context)


@pytest.fixture
def spoilt(account: Account) -> Account:
    """Five findings: a key for ever, access keys, a login, rights too broad, and nothing recorded."""
    account.renew(*account.keys, life=None)
    account.iam.create_access_key(UserName="web")
    account.iam.create_login_profile(UserName="web", Password="Correct-horse-9")
    account.put("wide", policy(allow("s3:*")))
    account.boto("cloudtrail").stop_logging(Name="api-key-audit")
    return account


def test_a_pipeline_fails_until_what_is_known_is_accepted(
    stanch: Stanch, spoilt: Account, tmp_path: Path
) -> None:
    file = tmp_path / "audit.json"
    assert stanch(*HERE, "--fail-on", "high").code == Exit.REFUSED
    done = stanch(*HERE, "--write-baseline", str(file), "--json")
    assert len(done.json["accounts"][0]["findings"]) == 5
    assert done.err == f"Accepted 5 findings in {file}: give each a reason.\n"

    done = stanch(*HERE, "--baseline", str(file), "--fail-on", "info")
    assert done.code == Exit.DONE
    assert done.out.startswith("Account 123456789012, 1 key, us-east-1: no findings · 5 accepted")
    document = json.loads(file.read_text())
    gone = next(row for row in document["accepted"] if "/never-expires/" in row["fingerprint"])
    gone["until"] = "2020-01-01"
    other = next(row for row in document["accepted"] if row is not gone)
    other["reason"] = "by design"
    file.write_text(json.dumps(document))
    assert stanch(*HERE, "--baseline", str(file), "--fail-on", "high").code == Exit.REFUSED
    stanch(*HERE, "--write-baseline", str(file))
    assert "by design" in file.read_text(), "a reason given is kept"


def test_sarif_for_code_scanning(stanch: Stanch, spoilt: Account, tmp_path: Path) -> None:
    row = {"fingerprint": "123456789012/user-has-login/web", "reason": "by design"}
    (tmp_path / "audit.json").write_text(json.dumps({"accepted": [row]}))
    done = stanch(*HERE, "--unused-for", "5", "--sarif", "--baseline", str(tmp_path / "audit.json"))
    assert done.code == Exit.DONE
    (run,) = done.json["runs"]
    results = run["results"]
    rules = {rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]}
    assert {each["ruleId"] for each in results} == rules.keys()
    assert rules["never-expires"] == "A key never expires, so a leaked one works forever."
    place = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place.startswith("aws/123456789012/")
    levels = {each["ruleId"]: each["level"] for each in results}
    assert levels == {
        "never-expires": "error",
        "not-recorded": "error",
        "broad-policy": "warning",
        "user-has-access-keys": "warning",
        "user-has-login": "warning",
        "unused": "none",
    }
    assert [each["ruleId"] for each in results if each.get("kind") == "open"] == ["unused"]
    (suppressed,) = [each for each in results if "suppressions" in each]
    assert suppressed["suppressions"] == [{"kind": "external", "justification": "by design"}]
    assert run["invocations"][0]["executionSuccessful"] is True


def test_what_is_denied_is_said_and_the_exit_code_says_incomplete(
    stanch: Stanch, account: Account, sandbox: Sandbox
) -> None:
    sandbox.faults.add("deny:DescribeTrails")
    done = stanch(*HERE)
    assert done.code == Exit.INCOMPLETE
    assert done.err.startswith("stanch: the trails of us-east-1 could not be read. Not allowed: cloudtrail:")
    sandbox.faults.add("deny:ListServiceSpecificCredentials")
    sandbox.faults.add("deny:GetCallerIdentity")
    done = stanch(*HERE)
    assert (done.code, done.out, done.err.count("\n")) == (Exit.AWS, "", 1)


def test_the_documented_policies_are_enough(
    stanch: Stanch,
    account: Account,
    sandbox: Sandbox,
    boto: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    boto("iam").create_group(GroupName="developers")
    boto("accessanalyzer").create_analyzer(analyzerName="unused", type="ACCOUNT_UNUSED_ACCESS")
    sandbox.world.settings.enforce_policies = True
    sign_as(monkeypatch, make_user(boto("iam"), "night", documented("look"), documented("govern")))
    done = stanch(*HERE, "--json")
    assert (done.code, done.err, done.json["complete"]) == (Exit.DONE, "", True)
    target = ("policy", "expiry", "--attach-to", "group:developers", "--yes")
    assert stanch("--state-dir", str(tmp_path), *target).code == Exit.DONE
    assert stanch("--state-dir", str(tmp_path), *target, "--undo").code == Exit.DONE


def test_one_account_of_two_that_fails(stanch: Stanch, sandbox: Sandbox) -> None:
    roles = [f"arn:aws:iam::{account}:role/audit" for account in ("123456789012", "111122223333")]
    sandbox.faults.add("deny:AssumeRole:1")
    done = stanch(*HERE, "--role-arn", roles[0], "--role-arn", roles[1], "--json")
    assert done.code == Exit.INCOMPLETE
    assert done.json["complete"] is False
    assert sorted(bool(each["error"]) for each in done.json["accounts"]) == [False, True]
    assert "was not audited. Not allowed: sts:AssumeRole" in done.err
    sandbox.faults.add("deny:AssumeRole")
    assert stanch(*HERE, "--role-arn", roles[0]).code == Exit.AWS


def test_a_whole_organization(stanch: Stanch, sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    done = stanch(*HERE, "--organization", "audit")
    assert (done.code, "not a member of an organization" in done.err) == (Exit.AWS, True)
    boto("organizations").create_organization(FeatureSet="ALL")
    boto("organizations").create_account(AccountName="logs", Email="logs@example.com")
    sandbox.faults.add("deny:AssumeRole")
    done = stanch(*HERE, "--organization", "audit", "--json")
    assert done.code == Exit.INCOMPLETE
    assert [each["role_arn"] is None for each in done.json["accounts"]] == [True, False]


def test_mistakes_are_one_line(stanch: Stanch, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("[]")
    for arguments, words in (
        (("--baseline", str(tmp_path / "no.json")), "cannot be read"),
        (("--baseline", str(tmp_path / "b.json")), "isn't a baseline"),
        (("--json", "--sarif"), "cannot be combined"),
        (("--role-arn", "arn:aws:iam::111122223333:role/x", "--organization", "audit"), "cannot be combined"),
        (("--fail-on", "low"), "'low' is not one of"),
    ):
        done = stanch("audit", *arguments)
        assert (done.code, words in done.err) == (Exit.USAGE, True), done.err


def test_a_baseline_lapses_with_its_day(tmp_path: Path) -> None:
    finding = Finding("old", "medium", "ACCA1", "It is old.", ("x",), "mend")
    today = date(2026, 11, 24)
    row: dict[str, Any] = {"fingerprint": "1/old/ACCA1", "until": today.isoformat(), "reason": "soon gone"}
    (tmp_path / "b.json").write_text(json.dumps({"accepted": [row]}))
    known = baseline.read(tmp_path / "b.json")
    accepted: Callable[[date], Any] = lambda day: known.accepts("1", finding, day)  # noqa: E731
    assert accepted(today).reason == "soon gone"
    assert accepted(today + timedelta(days=1)) is None
    assert known.accepts("2", finding, today) is None
