"""Which account, by which endpoint: refused elsewhere, and always said where it is not AWS's own."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.endpoints import SERVICES
from services.aws.tls import HttpSession
from tests.principals import allow, policy
from tests.printed import guarded
from tests.tui.piloting import driven
from tests.tui.shell.conftest import Account, Stanch
from tui.cli import COMMANDS
from tui.exits import Exit
from tui.settings.options import Start
from tui.shell.common import Setup
from tui.shell.connecting import as_set_up

OURS, THEIRS = "123456789012", "111122223333"
ROLE = f"arn:aws:iam::{THEIRS}:role/audit"

ASKING: dict[str, tuple[tuple[str, ...], ...]] = {
    "keys": (("keys",), ("keys", "--user", "web")),
    "identify": (("identify",),),
    "intake": (("intake", "-"),),
    "respond": (
        ("respond", "KEY", "--plan"),
        ("respond", "KEY", "--step", "deactivate", "--yes"),
        ("respond", "KEY", "--step", "sweep"),
        ("respond", "KEY", "--undo", "deny", "--yes"),
    ),
    "review": (("review", "KEY"), ("review", "--user", "web", "--source", "history")),
    "watch": (("watch", "--once"),),
    "audit": (("audit",), ("audit", "--role-arn", ROLE), ("audit", "--organization", "audit")),
    "setup": (("setup", "web", "--plan"), ("setup", "web", "--yes")),
    "issue": (("issue", "web", "--plan"), ("issue", "web", "--yes")),
    "policy": (("policy", "deny-use", "--attach-to", "user:web", "--yes"), ("policy", "deny", "--validate")),
    "rotate": (
        ("rotate", "KEY", "--plan"),
        ("rotate", "KEY", "--yes"),
        ("rotate", "--older-than", "1d", "--plan"),
    ),
    "harden": (("harden", "--plan"), ("harden", "--yes")),
    "doctor": (("doctor",),),
}
"""Every command that asks AWS."""
OFFLINE = {"case", "scan", "config", "demo", "drill", "sandbox", "completion"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The body or target of every request, in order."""
    sent: list[str] = []
    plain = HttpSession.send

    async def send(self: HttpSession, request: Any) -> Any:
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        sent.append(str(request.headers.get("X-Amz-Target") or body))
        return await plain(self, request)

    monkeypatch.setattr(HttpSession, "send", send)
    return sent


def test_the_table_has_every_command() -> None:
    assert ASKING.keys() | OFFLINE == COMMANDS.keys()


@pytest.mark.parametrize("arguments", [each for rows in ASKING.values() for each in rows], ids=" ".join)
def test_nothing_is_asked_of_another_account(
    stanch: Stanch, leaked: Account, asked: list[str], arguments: tuple[str, ...], tmp_path: Path
) -> None:
    given = [leaked.key_id if each == "KEY" else each for each in arguments]
    done = stanch("--account", THEIRS, *given, input=leaked.token)
    assert done.code == Exit.REFUSED, done
    assert f"these credentials belong to account {OURS}, not to {THEIRS}" in done.err.splitlines()[-1]
    assert [re.findall(r"Action=(\w+)", each) for each in asked] == [["GetCallerIdentity"]]


def test_in_its_own_account_it_goes_on(stanch: Stanch, leaked: Account) -> None:
    assert stanch("--account", OURS, "respond", leaked.key_id, "--step", "deactivate", "--yes").code == 0
    assert stanch("--account", "12", "keys").code == Exit.USAGE
    assert stanch("--endpoint-url", "nosuch=http://x", "keys").code == Exit.USAGE
    assert stanch("--endpoint-url", "x", "keys").code == Exit.USAGE


def test_a_role_is_assumed_first(
    stanch: Stanch, sandbox: Sandbox, leaked: Account, boto: Callable[..., Any]
) -> None:
    done = stanch("--role-arn", ROLE, "--account", THEIRS, "keys", "--json")
    assert (done.code, done.json["account"]) == (Exit.DONE, THEIRS)
    assert done.json["caller_arn"].startswith(f"arn:aws:sts::{THEIRS}:assumed-role/audit/")
    done = stanch("--role-arn", ROLE, "--account", OURS, "keys")
    assert done.code == Exit.REFUSED
    sandbox.faults.add("deny:AssumeRole:9")
    assert stanch("--role-arn", ROLE, "keys").code == Exit.AWS


def test_what_mends_a_member_account_refuses_in_our_own(
    stanch: Stanch, leaked: Account, boto: Callable[..., Any]
) -> None:
    """A user of the same name is in both, with a policy of the same name."""
    made = boto("sts").assume_role(RoleArn=ROLE, RoleSessionName="night")["Credentials"]
    theirs = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    for iam in (boto("iam"), boto("iam", key=theirs)):
        if iam is not boto("iam"):
            iam.create_user(UserName="web")
            iam.create_service_specific_credential(UserName="web", ServiceName="logs.amazonaws.com")
        iam.put_user_policy(
            UserName="web", PolicyName="wide", PolicyDocument=json.dumps(policy(allow("s3:*")))
        )
    found = stanch("audit", "--role-arn", ROLE, "--json").json["accounts"][0]["findings"]
    mends = [each["mend"] for each in found]
    assert any(" iam delete-user-policy " in mend for mend in mends)
    for mend in mends:
        if mend.startswith("stanch "):
            words = shlex.split(mend)[1:]
            assert (words[words.index("--account") + 1], words[words.index("--role-arn") + 1]) == (
                THEIRS,
                ROLE,
            )
        else:
            assert guarded(mend)[0] == THEIRS
    # The same without its role is what somebody pastes who has the own account's credentials.
    pasted = next(shlex.split(mend)[1:] for mend in mends if " rotate " in mend)
    at = pasted.index("--role-arn")
    done = stanch(*pasted[:at], *pasted[at + 2 :], "--yes")
    assert done.code == Exit.REFUSED
    assert THEIRS in done.err


@pytest.mark.parametrize("arguments", [each for rows in ASKING.values() for each in rows], ids=" ".join)
def test_every_document_says_the_endpoint(
    stanch: Stanch, sandbox: Sandbox, leaked: Account, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    sandbox.world.settings.lookup_per_second = None
    if arguments[0] == "policy" and "--attach-to" not in arguments:
        return
    given = [leaked.key_id if each == "KEY" else each for each in arguments]
    where = ("--secret-to", f"file:{tmp_path}/s") if {"setup", "issue"} & {given[0]} else ()
    done = stanch("--region", "us-east-1", *given, *where, "--json", input=leaked.token)
    if not done.out:
        assert done.code in (Exit.REFUSED, Exit.AWS)
        return
    assert done.json["endpoint"] == sandbox.endpoint_url


@pytest.mark.parametrize("by", ["variable", "file", "option"])
def test_one_services_endpoint_is_seen_wherever_it_was_set(
    stanch: Stanch,
    sandbox: Sandbox,
    leaked: Account,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    by: str,
) -> None:
    """The others go to the sandbox too, by another name of this machine."""
    other = sandbox.endpoint_url.replace("127.0.0.1", "localhost")
    options: tuple[str, ...] = ()
    if by == "variable":
        monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", other)
    elif by == "option":
        options = ("--endpoint-url", f"iam={other}")
    else:
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        file = tmp_path / "config"
        file.write_text(
            f"[default]\nendpoint_url = {sandbox.endpoint_url}\nservices = local\n"
            f"[services local]\niam =\n  endpoint_url = {other}\n"
        )
        monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    done = stanch(*options, "keys", "--json")
    rest = "+".join(service for service in SERVICES if service != "iam")
    assert done.json["endpoint"] == f"iam {other}, {rest} {sandbox.endpoint_url}"
    plan = stanch(*options, "respond", leaked.key_id, "--plan").out
    assert f"in account {OURS}, endpoint iam {other}, " in plan
    assert f"--endpoint-url {other}" in plan


def test_the_endpoint_is_in_doctor_in_plans_in_the_journal_and_in_the_report(
    stanch: Stanch, sandbox: Sandbox, leaked: Account, tmp_path: Path
) -> None:
    state = ("--state-dir", str(tmp_path / "state"))
    assert f"requests go to {sandbox.endpoint_url}, which is not AWS's own" in stanch(*state, "doctor").out
    plan = stanch(*state, "respond", leaked.key_id, "--plan").out
    assert f"warning:       requests go to {sandbox.endpoint_url}, which" in plan
    done = stanch(*state, "respond", leaked.key_id, "--step", "deactivate", "--yes", "--json")
    (journal,) = (tmp_path / "state" / "cases").glob("*/journal.jsonl")
    first = json.loads(journal.read_text().splitlines()[0])
    assert first["data"]["endpoint"] == sandbox.endpoint_url
    for form in ("md", "html", "json"):
        report = stanch(*state, "case", "report", done.json["case"], "--format", form, "--offline").out
        assert sandbox.endpoint_url in report
        assert f"grep -qx {OURS}" in report
    for made in (("issue", "web", "--secret-to", f"file:{tmp_path}/web.key"), ("policy", "deny-use")):
        more = ("--attach-to", "user:web") if made[0] == "policy" else ()
        assert f"requests go to {sandbox.endpoint_url}, which" in stanch(*state, *made, *more, "--plan").out


async def test_the_screen_refuses_another_account_too(
    sandbox: Sandbox, leaked: Account, asked: list[str], tmp_path: Path
) -> None:
    setup = Setup(None, ("us-east-1",), False, tmp_path, account=THEIRS)
    async with driven(tmp_path, Start(), size=(120, 40), connect=as_set_up(setup)) as driver:
        await driver.wait(f"these credentials belong to account {OURS}, not to {THEIRS}")
    assert {*re.findall(r"Action=(\w+)", " ".join(asked))} == {"GetCallerIdentity"}


async def test_the_endpoint_is_in_sight_on_screen_and_in_its_confirmations(
    sandbox: Sandbox, leaked: Account, tmp_path: Path
) -> None:
    told = sandbox.endpoint_url.removeprefix("http://")
    start = Start("runbook", key_id=leaked.key_id, user="web")
    async with driven(tmp_path, start, size=(80, 24)) as driver:
        await driver.wait(f"{OURS} endpoint {told}", f"at {sandbox.endpoint_url}, which is not AWS's own")
        await driver.press("enter")
        await driver.wait("Make", f"at {sandbox.endpoint_url}, which is not AWS's own")


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "responder",
        "arn:aws:iam::1:role/x",
        "arn:aws:iam::123456789012:user/x",
        "arn:aws:sts::123456789012:assumed-role/x/y",
        "arn:aws:iam::123456789012:role/a b",
        "arn:aws:iam::123456789012:role/x\n",
        "arn:aws:iam::\u0661\u0662\u0663456789012:role/x",
    ],
)
def test_what_is_no_role_is_told_before_anything_is_asked(stanch: Stanch, arn: str) -> None:
    for line in (("--role-arn", arn, "keys"), ("audit", "--role-arn", arn)):
        done = stanch(*line)
        assert done.code == Exit.USAGE
        assert "isn't the ARN of a role" in done.err or (not arn and "it is empty" in done.err)
        assert len(done.err.splitlines()) == 2
