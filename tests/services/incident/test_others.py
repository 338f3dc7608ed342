"""Credentials that an intruder's address used or made: named, read back, and in the way of a quiet close."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.cases.plan import LeverName
from services.incident.engine import Runbook
from services.incident.situation import Options
from services.report.build import build
from services.review.model import Window
from services.rights import endedsessions
from tests.held import Held
from tests.services.incident.conftest import Account, Opened

NOON = datetime(2020, 11, 20, 12, tzinfo=UTC)
OWN, THEIRS = "198.51.100.7", "203.0.113.66"


def record(minutes: float, name: str, key: str | None, address: str, **fields: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "arn": "arn:aws:iam::123456789012:user/web",
            "accountId": "123456789012",
            "userName": "web",
            **({"accessKeyId": key} if key else {}),
        },
        "eventTime": f"{NOON + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "iam.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": address,
        "userAgent": "aws-cli/2.31.0",
        "eventID": f"{name}-{minutes}",
        "recipientAccountId": "123456789012",
    } | fields


@pytest.fixture
def old(account: Account) -> str:
    return str(account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"])


@pytest.fixture
def planted(account: Account) -> str:
    return str(account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"])


@pytest.fixture
def endless(files: str) -> str:
    """The same, but that the session's answer named no end: nothing but a deny is certain."""
    path = Path(files)
    path.write_text(path.read_text().replace('"expiration"', '"unheard_of"'))
    return files


@pytest.fixture
def files(tmp_path: Path, account: Account, old: str, planted: str) -> str:
    """The owner used the old access key; then an intruder does, makes another, and opens a session."""
    signin = {"eventSource": "signin.amazonaws.com", "responseElements": {"ConsoleLogin": "Success"}}
    made = {"responseElements": {"accessKey": {"accessKeyId": planted, "userName": "web"}}}
    session = {"accessKeyId": "ASIAEXAMPLE1A2B3C4D5", "expiration": "Nov 20, 2020, 4:00:00 PM"}
    records = [
        *(record(n * 10, "ListUsers", old, OWN) for n in range(10)),
        record(120, "ListUsers", old, THEIRS),
        record(121, "CreateAccessKey", old, THEIRS, **made),
        record(122, "ConsoleLogin", None, THEIRS, **signin),
        record(
            123,
            "GetSessionToken",
            old,
            THEIRS,
            eventSource="sts.amazonaws.com",
            responseElements={"credentials": session},
        ),
        record(124, "ListUsers", "ASIAEXAMPLE1A2B3C4D5", THEIRS),
        # A key whose making nobody saw, and that is gone.
        record(125, "ListUsers", "AKIAGONE0000000000AA", THEIRS),
    ]
    path = tmp_path / "records.json"
    path.write_text(json.dumps({"Records": records}))
    return str(path)


def seen(runbook: Runbook) -> dict[str, tuple[str, bool]]:
    return {each["name"]: (each["state"], each["ended"]) for each in runbook.state.compromised}


def left(runbook: Runbook) -> list[str]:
    assert runbook.case
    return [each.words for each in build(runbook.case).remaining if each.kind == "compromised"]


async def test_named_read_back_and_taken_away(
    opened: Opened, account: Account, files: str, old: str, planted: str
) -> None:
    every = Window.all_time()
    options = Options(source=files, since=every.since, until=every.until)
    async with opened() as runbook:
        _, review = await runbook.review(options)
        assert all(words.startswith("May be compromised as well: ") for words in left(runbook))
        review = await runbook.suspect(review, NOON + timedelta(minutes=115))
        assert seen(runbook) == {
            f"access key {old} of web": ("Active", False),
            f"access key {planted} of web": ("Active", False),
            "console password of web": ("gone", True),
            "session ASIAEXAMPLE1A2B3C4D5 of web": ("ended", True),
            "access key AKIAGONE0000000000AA of web": ("gone", True),
        }
        assert any(
            each.kind == "compromised" and each.severity == "high" and old in each.title
            for each in review.findings
        )
        first, second = left(runbook)
        assert first.startswith(f"Compromised as well: access key {old} of web (Active, read ")
        assert f"used from {THEIRS}" in first
        assert first.endswith(
            f"respond {account.key_id} --user web --step access-keys --access-key {old} --yes."
        )
        assert f"made from {THEIRS}" in second
        # The lever takes one away; the other goes by another hand.
        await runbook.apply(LeverName.ACCESS_KEYS, Options(access_keys=(old,)))
        assert seen(runbook)[f"access key {old} of web"] == ("Inactive", True)
        assert len(left(runbook)) == 1
        account.iam.delete_access_key(UserName="web", AccessKeyId=planted)
        await runbook.look_at_others()
        assert seen(runbook)[f"access key {planted} of web"] == ("gone", True)
        assert left(runbook) == []
        account.iam.create_login_profile(UserName="web", Password="Sandbox-1234")
        await runbook.look_at_others()
        assert [words.split(" (")[0] for words in left(runbook)] == [
            "Compromised as well: console password of web"
        ]
        lines = [entry for entry in runbook.case.journal.entries() if entry.kind == "compromised"]
        await runbook.look_at_others()
        assert len([e for e in runbook.case.journal.entries() if e.kind == "compromised"]) == len(lines)


@pytest.fixture
def elsewhere(files: str) -> str:
    """The same, and what the session made in another account."""
    there = {"recipientAccountId": "999988887777"}
    key = {"serviceSpecificCredential": {"serviceSpecificCredentialId": "ACCA" + "X" * 17, "userName": "web"}}
    password = {"loginProfile": {"userName": "svc"}}
    by = ("ASIAEXAMPLE1A2B3C4D5", THEIRS)
    path = Path(files)
    records = json.loads(path.read_text())["Records"] + [
        record(126, "CreateServiceSpecificCredential", *by, responseElements=key, **there),
        record(127, "CreateLoginProfile", *by, responseElements=password, **there),
    ]
    path.write_text(json.dumps({"Records": records}))
    return files


async def test_what_is_of_another_account_is_not_looked_for_here(opened: Opened, elsewhere: str) -> None:
    every = Window.all_time()
    async with opened() as runbook:
        await runbook.review(Options(source=elsewhere, since=every.since, until=every.until))
        states = seen(runbook)
        for name in (f"API key ACCA{'X' * 17} of web", "console password of svc"):
            assert states[name] == ("unknown (of account 999988887777: sign in there)", False)
        (lever,) = (each["lever"] for each in runbook.state.compromised if each["kind"] == "API key")
        assert lever.startswith("stanch --account 999988887777 ")


async def test_what_was_read_before_a_deed_does_not_overwrite_it(
    opened: Opened, account: Account, files: str, old: str, planted: str, sandbox: Sandbox
) -> None:
    every = Window.all_time()
    async with opened() as runbook:
        await runbook.review(Options(source=files, since=every.since, until=every.until))
        account.iam.delete_access_key(UserName="web", AccessKeyId=planted)
        held = Held(sandbox, "ListAccessKeys", "after")
        slow = asyncio.create_task(runbook.look_at_others())
        await held.begun()
        try:
            await runbook.apply(LeverName.ACCESS_KEYS, Options(access_keys=(old,)))
        finally:
            held.go_on.set()
        await slow
        assert seen(runbook)[f"access key {old} of web"] == ("Inactive", True)
        assert seen(runbook)[f"access key {planted} of web"] == ("gone", True)


async def test_what_cannot_be_read_is_unknown_and_stays_to_do(
    opened: Opened, account: Account, files: str, old: str, sandbox: Sandbox
) -> None:
    async with opened() as runbook:
        sandbox.faults.add("deny:ListAccessKeys")
        every = Window.all_time()
        await runbook.review(Options(source=files, since=every.since, until=every.until))
        state, ended = seen(runbook)[f"access key {old} of web"]
        assert state.startswith("unknown (")
        assert not ended
        assert any(old in words for words in left(runbook))


async def test_a_session_is_ended_by_its_own_end_or_by_a_deny_of_what_is_older(
    opened: Opened, account: Account, endless: str
) -> None:
    name = "session ASIAEXAMPLE1A2B3C4D5 of web"
    every = Window.all_time()
    async with opened() as runbook:
        await runbook.review(Options(source=endless, since=every.since, until=every.until))
        assert seen(runbook)[name] == ("may be open", False)
        assert any("--step sessions" in words for words in left(runbook))
        account.iam.put_user_policy(
            UserName="web",
            PolicyName=endedsessions.NAME,
            PolicyDocument=endedsessions.ending(NOON + timedelta(minutes=122), None),
        )
        await runbook.look_at_others()
        assert seen(runbook)[name] == ("may be open", False), "it was opened after that"
        await runbook.apply(LeverName.SESSIONS)
        assert seen(runbook)[name] == ("ended by a deny policy", True)


async def test_more_than_can_be_read_one_by_one_are_counted(
    opened: Opened, account: Account, old: str, tmp_path: Path
) -> None:
    records = [record(n, "ListUsers", old, OWN) for n in range(10)]
    records += [record(90 + n, "ListUsers", f"ASIA{n:016}", THEIRS) for n in range(80)]
    path = tmp_path / "many.json"
    path.write_text(json.dumps({"Records": [*records, record(200, "ListUsers", old, THEIRS)]}))
    every = Window.all_time()
    async with opened() as runbook:
        await runbook.review(Options(source=str(path), since=every.since, until=every.until))
        names = list(seen(runbook))
        assert names[0] == f"access key {old} of web", "what lasts comes first"
        assert (len(names), names[-1]) == (51, "31 more credentials")
        assert any("31 more credentials" in words for words in left(runbook))
