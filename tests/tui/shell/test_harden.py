"""`stanch harden`: planned, done, said to be there already, killed and gone on with, and taken back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.cloudtrail.install import CloudTrail
from sandbox.scenario.sender import Sender
from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from tests.tui.shell.conftest import Account, Done, Stanch, start
from tui.exits import Exit

TRAIL, BUCKET = "stanch-key-use", "stanch-key-use-123456789012-us-east-1"
USE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["logs:CallWithBearerToken", "logs:Put*"], "Resource": "*"}],
}

Run = Callable[..., Done]


@pytest.fixture
def run(stanch: Stanch, tmp_path: Path, sandbox: Sandbox) -> Run:
    sandbox.world.settings.lookup_per_second = None
    sandbox.world.settings.trail_delay = 3600
    return lambda *more: stanch("--region", "us-east-1", "--state-dir", str(tmp_path), *more)


def test_from_no_trail_at_all_to_a_use_that_is_seen(
    run: Run, boto: Callable[..., Any], leaked: Account, sandbox: Sandbox
) -> None:
    logs = boto("logs")
    boto("iam").put_user_policy(UserName="web", PolicyName="use", PolicyDocument=json.dumps(USE))
    logs.create_log_group(logGroupName="/app/web")
    logs.create_log_stream(logGroupName="/app/web", logStreamName="one")
    logs.put_bearer_token_authentication(logGroupIdentifier="/app/web", bearerTokenAuthenticationEnabled=True)

    done = run("harden", "--plan")
    assert done.code == Exit.DONE
    assert "harden: Record the use of logs keys by a new trail stanch-key-use" in done.out
    assert "about $0.10 per 100,000 according to AWS's CloudTrail price page" in done.out
    assert f"&& aws s3api create-bucket --bucket {BUCKET}" in done.out
    assert "&& aws cloudtrail put-event-selectors --trail-name stanch-key-use" in done.out
    assert '  +             "AWS::Logs::LogGroupAuthorization"' in done.out

    done = run("harden", "--yes", "--json")
    assert (done.code, done.json["state"], done.json["verified"]) == (Exit.DONE, "confirmed", True)
    assert (done.json["trail"], done.json["bucket"], done.json["made"]) == (TRAIL, BUCKET, True)
    assert (done.json["regions"], done.json["home_region"]) == (["us-east-1"], "us-east-1")
    assert all(call["request_id"] for call in done.json["calls"])
    assert done.json["calls"][-1]["operation"] == "StartLogging"

    sender = Sender(sandbox.endpoint_url, "/app/web", "one")
    assert sender.post(leaked.token, b'{"event":"x"}', address="203.0.113.9", agent="curl/8.5.0") == 200
    sender.close()
    sandbox.world.part(CloudTrail).flush()
    seen = run("review", leaked.key_id, "--user", "web", "--source", "s3", "--since", "1h", "--json").json
    used = [event for event in seen["events"] if event["name"] == "CallWithBearerToken"]
    assert [(event["source_ip"], event["region"]) for event in used] == [("203.0.113.9", "us-east-1")]
    covered = {row["covers"] for row in seen["coverage"] if row["source"] == f"trail {TRAIL}"}
    assert covered == {"no", "yes"}, "before it was made it recorded nothing, from then on it does"

    done = run("harden", "--yes")
    words = (
        "Nothing to do: use of logs keys is recorded in every Region by trail stanch-key-use, logging since"
    )
    assert (done.code, done.out.startswith(words)) == (Exit.DONE, True)
    done = run("harden", "--yes", "--wait", "1", "--json")
    assert (done.code, done.json["state"], bool(done.json["delivered"])) == (Exit.DONE, "in_force", True)
    assert "in every Region, and has been delivered (confirmed by AWS " in done.json["message"]
    done = run("harden", "--undo", "--yes")
    assert done.out.startswith(
        f"Trail {TRAIL} deleted; bucket {BUCKET} holds objects and is left in place (confirmed by AWS "
    )
    assert boto("cloudtrail").describe_trails()["trailList"] == []


def test_what_is_never_delivered_is_incomplete(
    run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from tui.shell import harden

    monkeypatch.setattr(harden, "timedelta", lambda minutes: timedelta(seconds=minutes / 10))
    done = run("harden", "--yes", "--wait", "1")
    assert (done.code, "has delivered nothing yet" in done.err) == (Exit.INCOMPLETE, True)
    assert done.out.startswith("Use of logs keys is recorded by trail stanch-key-use in every Region")


@pytest.mark.parametrize("operation", ["CreateBucket", "PutEventSelectors"])
def test_a_killed_run_goes_on_and_does_nothing_twice(
    run: Run, boto: Callable[..., Any], tmp_path: Path, sandbox: Sandbox, operation: str
) -> None:
    running: list[subprocess.Popen[bytes]] = []
    # AWS has acted, and its answer reaches nobody.
    sandbox.faults.on(operation, "after", lambda: os.kill(running[0].pid, signal.SIGKILL))
    with start("--region", "us-east-1", "--state-dir", str(tmp_path), "harden", "--yes") as first:
        running.append(first)
        first.communicate()
    assert first.returncode == -signal.SIGKILL
    sandbox.faults.clear()
    done = run("harden", "--yes", "--json")
    assert (done.code, done.json["state"]) == (Exit.DONE, "confirmed")
    assert done.err == f"stanch: {operation} had no recorded outcome: it took place (confirmed by AWS).\n"
    (case,) = CaseBook(tmp_path).cases()
    sent = [entry.data["call"]["operation"] for entry in case.journal.entries() if entry.kind == "intent"]
    assert sent == ["CreateBucket", "PutBucketPolicy", "CreateTrail", "PutEventSelectors", "StartLogging"]
    assert case.flaws() == ()
    assert run("harden", "--undo", "--yes").code == Exit.DONE
    assert boto("s3").list_buckets()["Buckets"] == []


def test_mistakes_are_one_line(run: Run) -> None:
    for arguments, code, words in (
        (("--trail", "my--trail"), Exit.USAGE, "isn't a valid trail name"),
        (("--bucket", "My_Records"), Exit.USAGE, "isn't a valid bucket name"),
        (("--bucket", "xn--records"), Exit.USAGE, "has a prefix or suffix that AWS reserves"),
        (("--service", "s3"), Exit.USAGE, "s3 has no such keys"),
        (("--service", "xray"), Exit.USAGE, "How the use of xray keys is recorded is not known"),
        (("--wait", "0"), Exit.USAGE, "0 is not in the range"),
        (("--wait", "--undo", "--yes"), Exit.USAGE, "--wait cannot be combined"),
        (("--organization", "--yes"), Exit.REFUSED, "This account is in no organization"),
        (("--undo", "--yes"), Exit.REFUSED, "No case on this machine recorded key use with a trail that was"),
    ):
        done = run("harden", *arguments)
        assert (done.code, done.out) == (code, ""), arguments
        assert words in done.err
    assert "Not a terminal" in run("harden").err
    done = run("--read-only", "harden", "--yes")
    assert (done.code, "--read-only" in done.err) == (Exit.REFUSED, True)
