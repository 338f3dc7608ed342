"""Every fault at every call of hardening: success, or one sentence and a case that can be gone on with."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from services.aws import session
from services.aws.call import Call
from services.aws.errors import AwsError
from services.aws.session import Answer, AwsSession
from services.runbook.case import CaseBook
from services.runbook.errors import Refused
from services.upkeep import engine
from tests.services.hardening.conftest import NEW_BUCKET, Account, strip
from tests.services.hardening.routes import ROUTES
from tests.services.runbook import test_fault_matrix as of_the_runbook

# A page in place of XML is asked for again.
FAULTS = of_the_runbook.FAULTS | {"rubbish": "rubbish:{}:9"}

CALLS = {
    "new taken back": [
        "GetCallerIdentity",
        "DescribeTrails",
        "GetTrailStatus",
        "GetEventSelectors",
        "HeadBucket",
        "GetBucketPolicy",
        "GetPublicAccessBlock",
        "GetBucketEncryption",
        "GetBucketOwnershipControls",
        "ListObjectsV2",
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
    ],
    "named taken back": ["UpdateTrail", "StopLogging"],
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting: the sandbox agrees with itself at once."""
    monkeypatch.setattr(session, "READ_SECONDS", 0.25)
    monkeypatch.setattr(engine, "PATIENCE", timedelta())
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)


ACTED = ("acted, then no answer", "acted, then reset")
REPEATED = "reset before it acted"
"""Of most calls that is: it takes place all the same."""
REFUSED = tuple(fault for fault in FAULTS if fault not in (*ACTED, REPEATED))


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    """Of one Region: what cannot be read of another is named, and ends nothing."""
    async with AwsSession(regions=("us-east-1",)) as session:
        yield session


Fresh = Callable[[str], None]


@pytest.fixture
def fresh(sandbox: Sandbox, account: Account) -> Fresh:
    """An account of its own for a route, whose new buckets are as open as they were before 2023."""

    def begin(name: str) -> None:
        sandbox.reset()
        sandbox.world.settings.trail_delay = 3600
        sandbox.faults.on("CreateBucket", "after", lambda: strip(NEW_BUCKET))
        ROUTES[name].found(account)

    return begin


@pytest.mark.parametrize("name", CALLS)
async def test_every_fault_ends_well(
    sandbox: Sandbox,
    account: Account,
    aws: AwsSession,
    fresh: Fresh,
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In one account all that do not let the call act, one after the other; the others each in its own."""
    route = ROUTES[name]
    for call in CALLS[name]:
        others = () if Call("", call).reads else ACTED
        for faults in ((*REFUSED, REPEATED), *((each,) for each in others)):
            fresh(name)
            cases = CaseBook(tmp_path / f"{call} {faults[-1]}")
            for fault in faults:
                said, before = list[str](), sandbox.faults.struck
                sandbox.faults.add(FAULTS[fault].format(call))
                try:
                    await route.take(aws, cases)
                except (AwsError, Refused) as error:
                    said.append(str(error))
                what = f"{name}, {call}: {fault}; said {said}"
                assert sandbox.faults.struck > before, f"{what}: it was never made"
                assert all(sentence and "\n" not in sentence for sentence in said), what
                sandbox.faults.clear()
                sandbox.faults.on("CreateBucket", "after", lambda: strip(NEW_BUCKET))
                assert said or fault in (*ACTED, REPEATED), f"{what}: it was not refused"
            await route.take(aws, cases)
            try:
                route.check(account, cases)
            except AssertionError as error:
                error.add_note(what)
                raise
    with capsys.disabled():
        told = f"{len(FAULTS)} faults at {len(CALLS[name])} calls ended well"
        sys.stderr.write(f"\nfault matrix, {name}: {told}\n")


async def test_no_call_is_left_out(
    aws: AwsSession, fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, made = AwsSession.send, set[str]()

    async def watched(self: AwsSession, call: Call) -> Answer:
        made.add(call.operation)
        return await send(self, call)

    monkeypatch.setattr(AwsSession, "send", watched)
    for at, name in enumerate(CALLS):
        fresh(name)
        await ROUTES[name].take(aws, CaseBook(tmp_path / str(at)))
    assert made == {call for calls in CALLS.values() for call in calls}
