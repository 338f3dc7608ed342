"""`stanch policy`: the document alone on standard output, and what Access Analyzer says of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from services.goals.governance.documents import Kind, Wanted, document
from tests.tui.shell.conftest import Done, Stanch, start
from tui.exits import Exit

SCP = "SERVICE_CONTROL_POLICY"


@pytest.mark.parametrize("kind", ["deny", "deny-use", "expiry"])
def test_the_document_alone_is_on_standard_output(stanch: Stanch, kind: str) -> None:
    done = stanch("policy", kind, "--service", "bedrock", "--days", "30")
    assert done.code == Exit.DONE
    assert done.json == document(Wanted(Kind(kind), "bedrock.amazonaws.com", 30))
    assert "characters, not counting white space" in done.err


def test_iam_takes_each_document(stanch: Stanch, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    iam.create_user(UserName="web")
    for number, arguments in enumerate(
        (("deny",), ("deny-use",), ("expiry", "--allow"), ("write", "--log-group", "/app/web"))
    ):
        text = stanch("policy", *arguments).out
        iam.put_user_policy(UserName="web", PolicyName=f"p{number}", PolicyDocument=text)
    assert len(iam.list_user_policies(UserName="web")["PolicyNames"]) == 4


def test_access_analyzer_is_asked_where_that_is_wanted(stanch: Stanch, sandbox: Sandbox) -> None:
    done = stanch("policy", "expiry", "--validate")
    assert (done.code, done.err.count("\n")) == (Exit.DONE, 1)
    assert json.loads(done.out)["Version"] == "2012-10-17"
    sandbox.faults.add("deny:ValidatePolicy")
    done = stanch("policy", "expiry", "--validate")
    assert (done.code, "Not allowed: access-analyzer:ValidatePolicy" in done.err) == (Exit.AWS, True)


def test_planned_attached_and_undone(
    stanch: Stanch, boto: Callable[..., Any], tmp_path: Path, sandbox: Sandbox
) -> None:
    iam = boto("iam")
    iam.create_user(UserName="web")

    def names() -> list[str]:
        return list(iam.list_user_policies(UserName="web")["PolicyNames"])

    def run(*more: str) -> Done:
        return stanch("--state-dir", str(tmp_path), "policy", "deny", "--attach-to", "user:web", *more)

    done = run("--plan")
    assert done.code == Exit.DONE
    assert "policy: Attach stanch-deny-logs to user web" in done.out
    assert "  warning:       It stops every logs key of web, including a replacement" in done.out
    assert "&& aws iam put-user-policy --user-name web --policy-name stanch-deny-logs" in done.out
    assert '  +       "Sid": "DenyLogsKeyMaking",' in done.out
    planned = run("--plan", "--json").json
    assert planned["document"] == document(Wanted(Kind.DENY))
    assert (planned["target"], planned["calls"][0]["operation"]) == ("user:web", "PutUserPolicy")
    assert names() == []
    assert not (tmp_path / "cases").exists(), "a plan begins no case"

    done = run("--undo", "--yes")
    assert (done.code, done.out) == (
        Exit.DONE,
        "Nothing to do: stanch-deny-logs is not attached to user web.\n",
    )
    done = run("--undo", "--yes", "--json")
    assert (done.json["case"], done.json["state"], done.json["verified"]) == (None, "undone", True)
    assert not (tmp_path / "cases").exists(), "nothing to take back begins no case"
    done = run("--yes", "--json")
    assert (done.code, done.json["state"], done.json["verified"]) == (Exit.DONE, "confirmed", True)
    assert done.json["calls"][0]["request_id"]
    assert names() == ["stanch-deny-logs"]
    assert "nothing to do: stanch-deny-logs is already attached to user web, unchanged." in run("--plan").out
    assert "&& aws iam delete-user-policy --user-name web" in run("--undo", "--plan").out
    assert names() == ["stanch-deny-logs"]
    done = run("--undo", "--yes")
    assert done.code == Exit.DONE
    assert done.out.startswith("Policy stanch-deny-logs detached from user web (confirmed by AWS ")
    assert names() == []


@pytest.mark.parametrize("operation", ["CreatePolicy", "AttachPolicy"])
def test_a_killed_run_goes_on_and_does_nothing_twice(
    stanch: Stanch, boto: Callable[..., Any], tmp_path: Path, sandbox: Sandbox, operation: str
) -> None:
    organizations = boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType=SCP)
    arguments = ["--state-dir", str(tmp_path), "policy", "expiry", "--attach-to", f"scp:{root}", "--yes"]
    running: list[subprocess.Popen[bytes]] = []
    # AWS has acted, and its answer reaches nobody.
    sandbox.faults.on(operation, "after", lambda: os.kill(running[0].pid, signal.SIGKILL))
    with start(*arguments) as first:
        running.append(first)
        first.communicate()
    assert first.returncode == -signal.SIGKILL
    sandbox.faults.clear()

    done = stanch(*arguments, "--json")
    assert (done.code, done.json["state"]) == (Exit.DONE, "confirmed")
    assert done.err == f"stanch: {operation} had no recorded outcome: it took place (confirmed by AWS).\n"
    listed = organizations.list_policies(Filter=SCP)["Policies"]
    assert [each["Name"] for each in listed].count("stanch-expiry-logs") == 1
    (case,) = CaseBook(tmp_path).cases()
    entries = case.journal.entries()
    assert [entry.data["call"]["operation"] for entry in entries if entry.kind == "intent"] == [
        "CreatePolicy",
        "AttachPolicy",
    ]
    assert case.flaws() == ()


def test_what_cannot_be_done_says_so_and_does_nothing(
    stanch: Stanch, boto: Callable[..., Any], tmp_path: Path
) -> None:
    def run(*arguments: str) -> Done:
        return stanch("--state-dir", str(tmp_path), *arguments, "--yes")

    boto("iam").create_role(RoleName="web", AssumeRolePolicyDocument="{}")
    done = run("policy", "deny-use", "--attach-to", "role:web")
    assert (done.code, "A role has no API keys" in done.err) == (Exit.REFUSED, True)
    done = run("policy", "deny-use", "--attach-to", "user:nobody")
    assert (done.code, "There is no user nobody in account" in done.err) == (Exit.USAGE, True)
    done = run("--read-only", "policy", "deny", "--attach-to", "role:web")
    assert (done.code, "--read-only" in done.err) == (Exit.REFUSED, True)
    done = run("policy", "deny", "--attach-to", "scp:r-abcd")
    assert (done.code, "not a member of an organization" in done.err) == (Exit.AWS, True)


def test_mistakes_are_one_line(stanch: Stanch) -> None:
    for arguments, words in (
        (("write",), "Name the log groups"),
        (("deny", "--service", "s3"), "s3 has no such keys"),
        (("expiry", "--days", "0"), "0 is not in the range"),
        (("deny", "--attach-to", "web"), "isn't a valid target"),
        (("deny", "--yes"), "need --attach-to"),
        (("deny", "--attach-to", "user:web", "--plan", "--yes"), "--plan changes nothing"),
        (("deny", "--attach-to", "user:web"), "Not a terminal"),
    ):
        done = stanch("policy", *arguments)
        assert (done.code, done.out) == (Exit.USAGE, "")
        assert words in done.err


def test_all_services_that_are_named_are_denied(stanch: Stanch) -> None:
    done = stanch(
        "policy", "deny-use", "--service", "logs", "--service", "bedrock", "--service", "codecommit"
    )
    denied = {action for each in done.json["Statement"] for action in each["Action"]}
    assert denied == {
        "logs:CallWithBearerToken",
        "bedrock:CallWithBearerToken",
        "bedrock-mantle:CallWithBearerToken",
        "codecommit:GitPull",
        "codecommit:GitPush",
    }


def test_a_refused_attachment_says_what_was_made(
    stanch: Stanch, boto: Callable[..., Any], sandbox: Sandbox, tmp_path: Path
) -> None:
    organizations = boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    sandbox.faults.add("deny:AttachPolicy:1")
    done = stanch("--state-dir", str(tmp_path), "policy", "deny", "--attach-to", f"scp:{root}", "--yes")
    assert done.code == Exit.AWS
    assert "Done before it, and still there: CreatePolicy." in done.err
