"""`stanch case send --security-ir`: planned, journaled, sent once; boto3 sees what AWS has of it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import HOME_REGION
from sandbox.securityir.cases import SecurityIncidents
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.plan import State, Telling
from services.incident.handling import Handling
from tests.principals import documented, make_user, sign_as
from tests.tui.shell.conftest import Account, Done, Stanch, start
from tui.exits import Exit

Run = Callable[..., Done]
LOST_IN_VAIN = (("drop", "CreateCase"), ("drop", "CreateCaseComment"))
"""AWS, asked at once, says that these took place."""
SENT = ["CreateCase", "GetCaseAttachmentUploadUrl", "CreateCaseComment"]


@pytest.fixture
def run(stanch: Stanch, tmp_path: Path) -> Run:
    return lambda *arguments: stanch(
        "--state-dir", str(tmp_path / "state"), "--region", HOME_REGION, *arguments
    )


@pytest.fixture
def case(run: Run, leaked: Account, tmp_path: Path) -> Case:
    """Of a key that was deactivated."""
    done = run("respond", leaked.key_id, "--user", "web", "--step", "deactivate", "--yes", "--json")
    return CaseBook(tmp_path / "state").get(done.json["case"])


@pytest.fixture
def ir(boto: Callable[..., Any]) -> Any:
    """A member's client."""
    client = boto("security-ir")
    team = [
        {"name": name, "jobTitle": "responder", "email": f"{name}@example.com"} for name in ("ada", "bob")
    ]
    client.create_membership(membershipName="team", incidentResponseTeam=team)
    return client


@pytest.fixture
def send(run: Run, case: Case) -> Run:
    return lambda *more: run("case", "send", case.id, "--security-ir", *more)


def test_the_case_its_report_and_a_comment_are_with_aws(
    send: Run, run: Run, case: Case, ir: Any, leaked: Account, sandbox: Sandbox
) -> None:
    intended: list[str] = []

    def heard() -> None:
        intents = [entry for entry in case.journal.entries() if entry.kind == "intent"]
        intended.append(intents[-1].data["call"]["operation"])

    for operation in SENT:
        sandbox.faults.on(operation, "before", heard)
    done = send("--yes", "--json", "--watcher", "oncall@example.com", "--comment", "Please look at the use.")
    assert (done.code, done.err, done.json["verified"]) == (Exit.DONE, "", True)
    assert [call["operation"] for call in done.json["calls"]] == SENT == intended
    (listed,) = ir.list_cases()["items"]
    found = ir.get_case(caseId=listed["caseId"])
    assert found["title"] == f"Case {case.id} of stanch: {leaked.key_id} of web exposed"
    assert found["description"].startswith("The key was contained ")
    assert found["impactedAccounts"] == ["123456789012"]
    assert found["watchers"] == [{"email": "oncall@example.com"}]
    (attached,) = found["caseAttachments"]
    assert attached["attachmentStatus"] == "Verified"
    (said,) = ir.list_comments(caseId=listed["caseId"])["items"]
    report = sandbox.world.part(SecurityIncidents).cases[0].attachments[0].content
    assert report is not None
    assert b"<html" in report
    assert leaked.key_id.encode() in report
    assert hashlib.sha256(report).hexdigest() in said["body"]
    assert "Please look at the use." in said["body"]
    assert attached["fileName"] in said["body"]
    assert run("case", "verify", case.id).code == Exit.DONE
    report_after = run("case", "report", case.id, "--offline").out
    assert "Hand the case to AWS Security Incident Response" in report_after


def test_sent_again_the_new_report_goes_to_the_same_case(send: Run, case: Case, ir: Any) -> None:
    assert send("--yes").code == Exit.DONE
    again = send("--yes", "--json")
    assert [call["operation"] for call in again.json["calls"]][-2:] == SENT[1:]
    (listed,) = ir.list_cases()["items"]
    assert len(ir.get_case(caseId=listed["caseId"])["caseAttachments"]) == 2


def test_nothing_leaves_unasked(send: Run, run: Run, case: Case, ir: Any, leaked: Account) -> None:
    before = len(case.journal.entries())
    assert run("case", "send", case.id, "--yes").code == Exit.USAGE
    assert send().code == Exit.USAGE
    planned = send("--plan")
    assert planned.code == Exit.DONE
    assert "aws security-ir create-case" in planned.out
    assert "AWS's own" not in planned.err
    assert send("--watcher", "no address", "--yes").code == Exit.USAGE
    assert run("--read-only", "case", "send", case.id, "--security-ir", "--yes").code == Exit.REFUSED
    assert ir.list_cases()["items"] == []
    assert len(case.journal.entries()) == before


def test_without_a_membership_it_is_refused_in_one_sentence(send: Run, boto: Callable[..., Any]) -> None:
    done = send("--yes")
    assert done.code == Exit.AWS
    assert done.err.count("\n") == 1
    assert "has no membership of this account in us-east-1" in done.err


def test_no_secret_is_sent_or_kept(
    send: Run, run: Run, case: Case, ir: Any, leaked: Account, sandbox: Sandbox
) -> None:
    run("case", "note", case.id, f"found {leaked.token} in a repository")
    assert send("--yes", "--comment", f"it was {leaked.token}").code == Exit.DONE
    (told,) = sandbox.world.part(SecurityIncidents).cases
    (attached,) = told.attachments
    assert attached.content is not None
    for form in ("md", "html", "json"):
        assert leaked.token not in run("case", "report", case.id, "--offline", "--format", form).out
    everything = json.dumps([told.asked, told.comments]).encode() + attached.content
    assert leaked.token.encode() not in everything
    kept = b"".join(path.read_bytes() for path in case.folder.rglob("*") if path.is_file())
    # The upload URL is a permission.
    assert all(secret.encode() not in kept for secret in sandbox.world.part(SecurityIncidents).uploads)


def test_the_documented_policy_is_enough(
    send: Run,
    case: Case,
    ir: Any,
    sandbox: Sandbox,
    boto: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_as(monkeypatch, make_user(boto("iam"), "manager", documented("tell")))
    sandbox.world.settings.enforce_policies = True
    assert send("--yes").code == Exit.DONE


@pytest.mark.parametrize("operation", SENT)
@pytest.mark.parametrize("fault", ["drop", "drop-before"])
def test_a_lost_answer_makes_nothing_twice(
    send: Run, case: Case, ir: Any, sandbox: Sandbox, operation: str, fault: str
) -> None:
    sandbox.faults.add(f"{fault}:{operation}:1")
    first = send("--yes")
    assert first.code == (Exit.DONE if (fault, operation) in LOST_IN_VAIN else Exit.AWS)
    assert send("--yes").code == Exit.DONE
    (told,) = sandbox.world.part(SecurityIncidents).cases
    assert len({each["body"] for each in told.comments}) == len(told.comments)
    assert [each.content is not None for each in told.attachments][-1]


def test_a_killed_run_goes_on_with_the_case_that_it_opened(
    send: Run, case: Case, ir: Any, sandbox: Sandbox
) -> None:
    running: list[subprocess.Popen[bytes]] = []
    sandbox.faults.on("CreateCase", "after", lambda: os.kill(running[0].pid, signal.SIGKILL))
    state = str(case.folder.parent.parent)
    with start("--state-dir", state, "case", "send", case.id, "--security-ir", "--yes") as first:
        running.append(first)
        first.communicate()
    assert first.returncode == -signal.SIGKILL
    sandbox.faults.clear()
    done = send("--yes")
    assert (done.code, "the AWS case was opened" in done.err) == (Exit.DONE, True)
    assert len(ir.list_cases()["items"]) == 1


async def test_the_runbook_leaves_alone_what_aws_was_told(case: Case, leaked: Account) -> None:
    """It is no step of its own, and has nothing to be read back by it."""
    with case:
        case.append("verified", step=Telling.SECURITY_IR, state=State.REQUESTED, words="sent")
    async with AwsSession() as aws:
        handling = Handling(aws, CaseBook(case.folder.parent.parent), leaked.key_id, user="web")
        await handling.open()
        assert handling.case is not None
        assert handling.case.held
        await handling.look_again()
        seen = handling.state.step(Telling.SECURITY_IR)
        handling.leave()
    assert (seen.state, seen.words) == (State.REQUESTED, "sent")
