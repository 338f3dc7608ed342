"""Every fault at every call of hardening: success, or one sentence and a case that can be gone on with."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.goals import engine
from tests.services.aws.liar import lying
from tests.services.goals.hardening.conftest import Account, changes
from tests.services.goals.hardening.routes import ROUTES, Route, fresh
from tests.services.matrices import faults, lies

READS = (
    "GetCallerIdentity",
    "DescribeTrails",
    "GetTrailStatus",
    "GetEventSelectors",
    "HeadBucket",
    "GetBucketPolicy",
    "GetPublicAccessBlock",
    "GetBucketEncryption",
    "GetBucketOwnershipControls",
)
READS_OF_THE_UNDO = ("ListObjectsV2",)
WRITES = {
    "new taken back": (
        "CreateBucket",
        "PutPublicAccessBlock",
        "PutBucketEncryption",
        "PutBucketOwnershipControls",
        "PutBucketPolicy",
        "CreateTrail",
        "PutEventSelectors",
        "StartLogging",
        "DeleteTrail",
        "DeleteBucket",
    ),
    "named taken back": ("UpdateTrail", "StopLogging"),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting: the sandbox agrees with itself at once."""
    monkeypatch.setattr(engine, "PATIENCE", timedelta())
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    """Of one Region: what cannot be read of another is named, and ends nothing."""
    async with AwsSession(regions=("us-east-1",)) as session:
        yield session


@dataclass
class Struck:
    """An account with a case, on a route."""

    account: Account
    aws: AwsSession
    route: Route
    cases: CaseBook

    async def take(self) -> None:
        await self.route.take(self.aws, self.cases)

    def check(self) -> None:
        self.route.check(self.account, self.cases)


Begin = Callable[[str], Struck]


@pytest.fixture
def begin(sandbox: Sandbox, account: Account, aws: AwsSession, tmp_path: Path) -> Begin:
    """An account of its own for a route."""
    number = count()

    def make(name: str) -> Struck:
        fresh(sandbox, account, name)
        return Struck(account, aws, ROUTES[name], CaseBook(tmp_path / str(next(number))))

    return make


async def test_a_read_that_fails_changes_nothing(sandbox: Sandbox, begin: Begin) -> None:
    """Asked again in an account where all is done."""
    done = begin("new")
    await done.take()
    sent, back = changes(sandbox), replace(done, route=ROUTES["new taken back"])
    for way, calls in ((done, READS), (back, READS_OF_THE_UNDO)):
        for call in calls:
            for fault in faults.at(call):
                assert await faults.strike(sandbox, way, call, fault), f"{call}: {fault}: it was not refused"
    await faults.lost(sandbox, lambda: done, READS)
    assert sent == []
    await back.take()
    back.check()


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_that_fails_is_gone_on_with(sandbox: Sandbox, begin: Begin, name: str) -> None:
    await faults.refused(sandbox, partial(begin, name), WRITES[name])
    await faults.lost(sandbox, partial(begin, name), WRITES[name])


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.long
async def test_whoever_answers_the_journal_agrees_with_the_account(
    begin: Begin, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with lying() as liar:
        with lies.between(liar, monkeypatch):
            told = await lies.agrees(liar, partial(begin, name), WRITES[name], lambda struck: struck.cases)
    with capsys.disabled():
        sys.stderr.write(f"\nwho answered, {name}: {told} answers to {len(WRITES[name])} calls\n")


async def test_no_call_is_left_out(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    with faults.watched(monkeypatch) as made:
        for name in WRITES:
            await begin(name).take()
    assert made == {*READS, *READS_OF_THE_UNDO, *(call for calls in WRITES.values() for call in calls)}
