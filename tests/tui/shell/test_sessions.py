"""The sessions that a leaked access key opened: alive without it, ended by one lever, undone to the byte."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.account import iam_backend
from sandbox.cloudtrail.install import CloudTrail
from sandbox.cloudtrail.records import management_record
from sandbox.drill.claims import claims_of
from sandbox.iam.sessions import Session
from sandbox.scenario.cast import Scenario, StolenKey
from sandbox.scenario.intruder import by_session, open_for, opening
from sandbox.scenario.past import Caller, Past
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.base import clock
from services.cases.book import CaseBook
from services.review.follow import ROUNDS
from services.rights.endedsessions import NAME
from tests.principals import (
    EVERYTHING,
    allow,
    assume,
    inline_documents,
    make_role,
    policy,
    session_key,
)
from tests.tui.shell.conftest import Done, Stanch
from tui.exits import Exit

Boto = Callable[..., Any]
ROLE = "arn:aws:iam::123456789012:role/deployment"


@pytest.fixture
def scenario(sandbox: Sandbox, unpaced: None) -> Scenario:
    return SCENARIOS["leaked-access-key"](sandbox.world)


@pytest.fixture
def stolen(scenario: Scenario) -> StolenKey:
    assert scenario.stolen is not None
    return scenario.stolen


@pytest.fixture
def respond(stanch: Stanch, stolen: StolenKey, tmp_path: Path) -> Callable[..., Done]:
    def run(*arguments: str, key: str = stolen.key.access_key_id) -> Done:
        state = ("--state-dir", str(tmp_path / "state"), "--region", "us-east-1")
        return stanch(*state, "respond", key, *arguments, "--json")

    return run


@pytest.fixture
def later(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass in the account and here."""
    monkeypatch.setattr(clock, "now", sandbox.world.clock.now)
    return sandbox.world.clock.advance


def works(boto: Boto, session: Session) -> bool:
    key = (session.access_key_id, session.secret, session.token)
    try:
        boto("logs", key=key).describe_log_groups()
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDeniedException":
            return False
        raise
    return True


def test_the_key_dies_and_its_sessions_live_until_they_are_ended(
    respond: Callable[..., Done], scenario: Scenario, stolen: StolenKey, boto: Boto, sandbox: Sandbox
) -> None:
    theirs = '{"Version": "2012-10-17",  "Statement": [{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]}\n'
    iam_backend().put_role_policy("deployment", NAME, theirs)
    before = inline_documents()
    assert respond("--step", "deactivate", "--yes").json["state"] == "confirmed"
    assert [works(boto, session) for session in stolen.sessions] == [True, True, True]

    plan = respond("--plan", "--step", "sessions").json["steps"][0]
    assert {(call["operation"], call["params"].get("RoleName")) for call in plan["calls"]} == {
        ("PutUserPolicy", None),
        ("PutRolePolicy", "deployment"),
        ("PutRolePolicy", "backup"),
    }
    warned = " ".join(plan["warnings"])
    assert (
        "1 other session of role deployment opened lately, by arn:aws:iam::123456789012:user/release-bot"
        in warned
    )
    assert all(session.access_key_id in warned for session in stolen.sessions)

    done = respond("--step", "sessions", "--yes")
    assert (done.code, done.json["state"], done.json["verified"]) == (Exit.DONE, "confirmed", True)
    assert [works(boto, session) for session in stolen.sessions] == [False, False, False]
    put = json.loads(inline_documents()["role deployment"][NAME])
    assert [each["Action"] for each in put["Statement"]] == ["ec2:*", "*"]

    sandbox.world.clock.advance(timedelta(seconds=2))
    colleague = scenario.colleague
    assert colleague is not None
    sts = boto("sts", key=(colleague.access_key_id, colleague.secret_access_key))
    fresh = session_key(sts.assume_role(RoleArn=ROLE, RoleSessionName="again")["Credentials"])
    boto("logs", key=fresh).describe_log_groups()

    assert respond("--step", "sessions", "--yes").json["message"].startswith("All sessions that are known")
    undone = respond("--undo", "sessions", "--yes")
    assert (undone.code, undone.json["state"]) == (Exit.DONE, "undone")
    assert inline_documents() == before
    assert [works(boto, session) for session in stolen.sessions] == [True, True, True]


def test_a_role_made_anew_is_left_alone_unless_it_is_named(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto
) -> None:
    iam = boto("iam")
    trust = iam.get_role(RoleName="backup")["Role"]["AssumeRolePolicyDocument"]
    for name in iam.list_role_policies(RoleName="backup")["PolicyNames"]:
        iam.delete_role_policy(RoleName="backup", PolicyName=name)
    for each in iam.list_attached_role_policies(RoleName="backup")["AttachedPolicies"]:
        iam.detach_role_policy(RoleName="backup", PolicyArn=each["PolicyArn"])
    iam.delete_role(RoleName="backup")
    iam.create_role(RoleName="backup", AssumeRolePolicyDocument=json.dumps(trust))

    def planned(*named: str) -> dict[str, Any]:
        found: dict[str, Any] = respond("--plan", "--step", "sessions", *named).json["steps"][0]
        return found

    assert "backup" not in [call["params"].get("RoleName") for call in planned()["calls"]]
    assert "Role backup is another than the one whose sessions were opened" in " ".join(planned()["warnings"])
    assert "backup" in [call["params"].get("RoleName") for call in planned("--role", "backup")["calls"]]


def test_calls_that_are_denied_show_that_it_is_enforced(
    respond: Callable[..., Done], stanch: Stanch, stolen: StolenKey, boto: Boto, tmp_path: Path
) -> None:
    case = respond("--step", "sessions", "--yes").json["case"]

    def state() -> str:
        shown = stanch("--state-dir", str(tmp_path / "state"), "case", "show", case, "--json").json
        return next(str(step["state"]) for step in shown["steps"] if step["name"] == "sessions")

    respond("--step", "review", "--yes")
    assert state() == "confirmed"
    assert not works(boto, stolen.sessions[1])
    respond("--step", "review", "--yes")
    assert state() == "in_force"


def test_only_the_roles_that_are_named_are_let_go_on(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto
) -> None:
    before = inline_documents()
    respond("--step", "sessions", "--yes")
    ended = inline_documents()
    wrong = respond("--undo", "sessions", "--role", "backup", "--role", "other", "--yes")
    assert (wrong.code, "role other were not ended by this case" in wrong.err) == (Exit.REFUSED, True)
    assert inline_documents() == ended
    part = respond("--undo", "sessions", "--role", "backup", "--yes")
    assert (part.code, part.json["state"]) == (Exit.DONE, "confirmed")
    assert "role deployment still ended" in part.json["message"]
    assert inline_documents() == {**ended, "role backup": before["role backup"]}
    assert respond("--undo", "sessions", "--yes").json["state"] == "undone"
    assert inline_documents() == before


def test_a_document_that_somebody_changed_is_left_alone(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto
) -> None:
    respond("--step", "sessions", "--yes")
    changed = json.dumps(policy(EVERYTHING))
    boto("iam").put_role_policy(RoleName="backup", PolicyName=NAME, PolicyDocument=changed)
    undone = respond("--undo", "sessions", "--yes")
    assert undone.code == Exit.INCOMPLETE
    assert "of role backup was changed since, not by this case" in undone.err
    left = {
        whose: text
        for whose, found in inline_documents().items()
        for name, text in found.items()
        if name == NAME
    }
    assert left == {"role backup": changed}


def test_the_responders_own_session_is_not_ended(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto, monkeypatch: pytest.MonkeyPatch
) -> None:
    boto("iam").put_role_policy(
        RoleName="deployment", PolicyName="all", PolicyDocument=json.dumps(policy(EVERYTHING))
    )
    assume(boto("sts"), monkeypatch, ROLE)
    before = inline_documents()
    refused = respond("--step", "sessions", "--yes")
    assert refused.code == Exit.REFUSED
    assert "a session of role deployment, which this would end" in refused.err
    assert inline_documents() == before


def test_what_cannot_be_reached_is_named_and_the_rest_is_done(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto
) -> None:
    iam = boto("iam")
    make_role(iam, "AWSReservedSSO_Admin_0", path="/aws-reserved/sso.amazonaws.com/")
    large = json.dumps(policy(allow(*(f"s3:Get{'x' * 90}{number}" for number in range(98)))))
    iam.put_role_policy(RoleName="backup", PolicyName="large", PolicyDocument=large)
    done = respond("--step", "sessions", "--yes", "--role", "AWSReservedSSO_Admin_0", "--role", "nobody")
    assert done.code == Exit.INCOMPLETE
    assert "The inline policies of role backup leave no room" in done.err
    assert "Only AWS can change role AWSReservedSSO_Admin_0" in done.err
    assert "Role nobody does not exist any more" in done.err
    assert [works(boto, session) for session in stolen.sessions] == [False, False, True]


def test_what_could_not_be_ended_remains_in_the_report(
    respond: Callable[..., Done], stanch: Stanch, stolen: StolenKey, boto: Boto, tmp_path: Path
) -> None:
    make_role(boto("iam"), "AWSReservedSSO_Admin_0", path="/aws-reserved/sso.amazonaws.com/")
    respond("--step", "deactivate", "--yes")
    respond("--step", "sessions", "--yes", "--role", "AWSReservedSSO_Admin_0")
    (case,) = CaseBook(tmp_path / "state").cases()
    told = stanch("--state-dir", str(tmp_path / "state"), "case", "report", case.id, "--format", "json").json
    left = [each["words"] for each in told["remaining"] if each["kind"] == "sessions"]
    assert len(left) == 1
    assert "Only AWS can change role AWSReservedSSO_Admin_0" in left[0]
    assert "but not all sessions that it opened were ended" in json.dumps(told["summary"])
    assert claims_of(told)["sessions_ended"] is False
    # Done again without it, all that is known is ended.
    respond("--undo", "sessions", "--yes")
    respond("--step", "sessions", "--yes")
    told = stanch("--state-dir", str(tmp_path / "state"), "case", "report", case.id, "--format", "json").json
    assert "sessions" not in [each["kind"] for each in told["remaining"]]
    assert claims_of(told)["sessions_ended"] is True


def test_an_instance_gets_new_credentials_at_once(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto, sandbox: Sandbox
) -> None:
    now = sandbox.world.clock.now()
    session = open_for("AssumedRole", "deployment", "i-0abc1234def567890", now, timedelta(hours=6))
    call = opening(Past(now, random.Random(1)), Caller("x", "AKIAX", "ec2.amazonaws.com", "ec2"), session)
    record = management_record(call) | {
        "userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    }
    sandbox.world.part(CloudTrail).history.add(now, record)
    warned = " ".join(respond("--plan", "--step", "sessions").json["steps"][0]["warnings"])
    assert "Role deployment is that of i-0abc1234def567890" in warned
    assert "the machine is the credential" in warned


@pytest.mark.parametrize("off", [timedelta(days=-4), timedelta(minutes=-30), timedelta(days=2)], ids=str)
def test_which_sessions_live_is_told_by_awss_clock(
    respond: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, off: timedelta
) -> None:
    """With this machine's clock behind, the newest would be missed; with it ahead, all taken for expired."""

    def roles() -> set[object]:
        (step,) = respond("--plan", "--step", "sessions").json["steps"]
        return {call["params"].get("RoleName") for call in step["calls"]}

    right = roles()
    assert right - {None}
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + off)
    assert roles() == right


def test_an_api_keys_user_has_the_same_lever(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto
) -> None:
    made = boto("iam").create_service_specific_credential(
        UserName=stolen.user, ServiceName="logs.amazonaws.com"
    )["ServiceSpecificCredential"]
    done = respond("--step", "sessions", "--yes", key=made["ServiceSpecificCredentialId"])
    assert done.code == Exit.DONE
    assert [works(boto, session) for session in stolen.sessions] == [False, False, False]


def test_it_is_quiet_once_nothing_was_allowed_for_half_an_hour(
    respond: Callable[..., Done],
    stolen: StolenKey,
    boto: Boto,
    sandbox: Sandbox,
    later: Callable[[timedelta], None],
) -> None:
    assert "deactivate the key first" in respond("--step", "quiet").err
    respond("--step", "deactivate", "--yes")
    later(timedelta(minutes=1))
    assert works(boto, stolen.sessions[1])
    later(timedelta(minutes=50))
    busy = respond("--step", "quiet")
    assert busy.json["last_allowed"]["access_key_id"] == stolen.sessions[1].access_key_id
    assert (busy.code, busy.json["enough"], busy.json["minutes"]) == (Exit.DONE, True, 35)
    respond("--step", "sessions", "--yes")
    later(timedelta(minutes=20))
    early = respond("--step", "quiet")
    assert (early.code, early.json["enough"], early.json["last_allowed"]) == (Exit.INCOMPLETE, False, None)
    assert not works(boto, stolen.sessions[1])
    later(timedelta(minutes=26))
    quiet = respond("--step", "quiet")
    assert (quiet.code, quiet.json["enough"], quiet.json["denied"]) == (Exit.DONE, True, 1)


def recorded(sandbox: Sandbox, by: Caller, session: Session, **changes: Any) -> None:
    """In event history: *by* opened *session*."""
    past = Past(sandbox.world.clock.now(), random.Random(1))
    record = management_record(opening(past, by, session))
    record["requestParameters"] |= changes
    sandbox.world.part(CloudTrail).history.add(session.issued, record)


def test_a_session_in_another_account_is_never_quiet(
    respond: Callable[..., Done], stolen: StolenKey, sandbox: Sandbox, later: Callable[[timedelta], None]
) -> None:
    """What it does is recorded there alone."""
    by = Caller(stolen.user, stolen.key.access_key_id, "203.0.113.77", "boto")
    issued = sandbox.world.clock.now() - timedelta(minutes=5)
    session = open_for("AssumedRole", "backup", "x", issued, timedelta(hours=12))
    recorded(sandbox, by, session, roleArn="arn:aws:iam::999999999999:role/backup")
    respond("--step", "deactivate", "--yes")
    later(timedelta(minutes=50))
    told = respond("--step", "quiet")
    assert (told.code, told.json["enough"]) == (Exit.INCOMPLETE, False)
    assert "in account 999999999999 is recorded there alone" in " ".join(told.json["unreadable"])


def test_sessions_that_are_followed_no_further_are_never_quiet(
    respond: Callable[..., Done], stolen: StolenKey, sandbox: Sandbox, later: Callable[[timedelta], None]
) -> None:
    """Each opens the next, once more than they are followed."""
    by: Caller = Caller(stolen.user, stolen.key.access_key_id, "203.0.113.77", "boto")
    issued = sandbox.world.clock.now() - timedelta(minutes=30)
    for _ in range(ROUNDS + 1):
        issued += timedelta(minutes=1)
        session = open_for("AssumedRole", "backup", "x", issued, timedelta(hours=1))
        recorded(sandbox, by, session)
        by = by_session(session, "203.0.113.77", "boto")
    plan = respond("--plan", "--step", "sessions").json["steps"][0]
    assert "there are more" in " ".join(plan["warnings"])
    respond("--step", "deactivate", "--yes")
    later(timedelta(minutes=50))
    told = respond("--step", "quiet")
    assert (told.code, told.json["enough"]) == (Exit.INCOMPLETE, False)
    assert "there are more" in " ".join(told.json["unreadable"])


@pytest.mark.parametrize("how", ["AssumeRoot", "GetScopedCredentials", "AssumeRole"])
def test_a_session_that_a_deny_on_the_user_need_not_reach_is_not_said_to_end(
    respond: Callable[..., Done], stolen: StolenKey, sandbox: Sandbox, how: str
) -> None:
    """Of the root user of a member account, of kinds that are not known, or with its request left out."""
    past = Past(sandbox.world.clock.now(), random.Random(1))
    session = open_for("IAMUser", stolen.user, "", past.now - timedelta(minutes=5), timedelta(hours=1))
    by = Caller(stolen.user, stolen.key.access_key_id, "203.0.113.77", "boto")
    record = management_record(opening(past, by, session)) | {"eventName": how, "requestParameters": None}
    sandbox.world.part(CloudTrail).history.add(session.issued, record)
    plan = respond("--plan", "--step", "sessions").json["steps"][0]
    told = [each for each in plan["warnings"] if session.access_key_id in each]
    assert len(told) == 1
    assert f"which {how} opened, can be ended from here is unknown" in told[0]
    done = respond("--step", "sessions", "--yes")
    assert done.code == Exit.INCOMPLETE
    assert session.access_key_id in done.err


def test_a_key_made_active_again_can_have_opened_new_ones(
    respond: Callable[..., Done], stolen: StolenKey, boto: Boto
) -> None:
    respond("--step", "deactivate", "--yes")
    respond("--step", "sessions", "--yes")
    assert not respond("--plan", "--step", "sessions").json["steps"][0]["calls"]
    respond("--undo", "deactivate", "--yes")
    key = stolen.key.access_key_id
    boto("iam").update_access_key(UserName=stolen.user, AccessKeyId=key, Status="Inactive")
    assert respond("--plan", "--step", "sessions").json["steps"][0]["calls"]


def test_without_the_record_of_the_containment_nothing_is_quiet(
    respond: Callable[..., Done], sandbox: Sandbox, later: Callable[[timedelta], None]
) -> None:
    """Event history is an hour late, which only this case's own call in it can tell."""
    sandbox.world.settings.history_delay = 3600
    respond("--step", "deactivate", "--yes")
    later(timedelta(minutes=50))
    early = respond("--step", "quiet")
    assert (early.code, early.json["enough"], early.json["minutes"]) == (Exit.INCOMPLETE, False, 0)
    assert "The record of the containment itself was not seen" in early.json["message"]
    later(timedelta(minutes=12))
    quiet = respond("--step", "quiet")
    assert (quiet.code, quiet.json["enough"]) == (Exit.DONE, True)


def test_sessions_are_looked_for_in_every_enabled_region(
    stanch: Stanch, stolen: StolenKey, boto: Boto, sandbox: Sandbox, tmp_path: Path
) -> None:
    boto("iam").create_role(RoleName="far", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    now = sandbox.world.clock.now()
    session = open_for("AssumedRole", "far", "x", now - timedelta(minutes=5), timedelta(hours=1))
    by = Caller(stolen.user, stolen.key.access_key_id, "203.0.113.77", "boto")
    record = management_record(opening(Past(now, random.Random(1)), by, session))
    sandbox.world.part(CloudTrail).history.add(
        session.issued, record | {"awsRegion": "eu-central-1", "eventID": "of-far"}
    )
    asked = ("respond", stolen.key.access_key_id, "--plan", "--step", "sessions", "--json")
    everywhere = stanch("--state-dir", str(tmp_path / "state"), *asked).json["steps"][0]
    assert "far" in {call["params"].get("RoleName") for call in everywhere["calls"]}
    narrowed = stanch("--state-dir", str(tmp_path / "state"), "--region", "us-east-1", *asked).json["steps"][
        0
    ]
    assert "far" not in {call["params"].get("RoleName") for call in narrowed["calls"]}
    assert "Sessions were looked for in us-east-1 only" in " ".join(narrowed["warnings"])


@pytest.mark.parametrize("operation", ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"])
def test_whoever_signed_in_by_another_provider_is_named_as_hit_too(
    respond: Callable[..., Done], stolen: StolenKey, sandbox: Sandbox, operation: str
) -> None:
    now = sandbox.world.clock.now()
    session = open_for("AssumedRole", "deployment", "pipeline", now, timedelta(hours=6))
    call = opening(Past(now, random.Random(1)), Caller("x", "AKIAX", "192.0.2.9", "ci"), session)
    record = management_record(call) | {
        "eventName": operation,
        "userIdentity": {"type": "WebIdentityUser", "userName": "repo:acme/web", "identityProvider": "ci"},
    }
    sandbox.world.part(CloudTrail).history.add(now, record)
    warned = " ".join(respond("--plan", "--step", "sessions").json["steps"][0]["warnings"])
    assert "2 other sessions of role deployment" in warned
    assert "repo:acme/web" in warned


def test_what_was_allowed_two_days_after_the_containment_is_not_quiet(
    respond: Callable[..., Done],
    stolen: StolenKey,
    boto: Boto,
    sandbox: Sandbox,
    later: Callable[[timedelta], None],
) -> None:
    """The gate reads back to the containment, however long ago, and says which history it read."""
    respond("--step", "deactivate", "--yes")
    later(timedelta(hours=1))
    assert works(boto, stolen.sessions[1])
    later(timedelta(hours=47))
    seen = respond("--step", "quiet").json
    assert seen["last_allowed"]["access_key_id"] == stolen.sessions[1].access_key_id
    assert seen["searched"] == "us-east-1"
