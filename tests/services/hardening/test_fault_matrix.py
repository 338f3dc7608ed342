"""Every fault at every call of hardening: success, or one sentence and a case that can be gone on with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from services.aws import session
from services.aws.call import Call
from services.aws.errors import AwsError, NotFound, Unreachable
from services.aws.session import Answer, AwsSession
from services.runbook.case import CaseBook
from services.runbook.errors import Refused
from services.upkeep import engine
from tests.services.hardening.conftest import NEW_BUCKET, Account, strip
from tests.services.hardening.routes import ROUTES, Route
from tests.services.runbook import test_fault_matrix as of_the_runbook

# A page in place of XML is asked for again.
FAULTS = of_the_runbook.FAULTS | {"rubbish": "rubbish:{}:9"}

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
ACTED = ("acted, then no answer", "acted, then reset")
REPEATED = "reset before it acted"
"""Of most calls that is: it takes place all the same."""
REFUSED = tuple(fault for fault in FAULTS if fault not in (*ACTED, REPEATED))


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


Fresh = Callable[[str], None]
Strike = Callable[[Route, CaseBook, str, str], Awaitable[str | None]]


@pytest.fixture
def fresh(sandbox: Sandbox, account: Account) -> Fresh:
    """An account of its own for a route, whose new buckets are as open as they were before 2023."""

    def begin(name: str) -> None:
        sandbox.reset()
        sandbox.world.settings.trail_delay = 3600
        sandbox.faults.on("CreateBucket", "after", lambda: strip(NEW_BUCKET))
        ROUTES[name].found(account)

    return begin


@pytest.fixture
def strike(sandbox: Sandbox, aws: AwsSession) -> Strike:
    """One fault at one call, while the route is taken; what was said then."""

    async def take(route: Route, cases: CaseBook, call: str, fault: str) -> str | None:
        said, before = None, sandbox.faults.struck
        sandbox.faults.add(FAULTS[fault].format(call))
        try:
            await route.take(aws, cases)
        except (AwsError, Refused) as error:
            said = str(error)
        what = f"{call}: {fault}; said {said}"
        assert sandbox.faults.struck > before, f"{what}: it was never made"
        assert said or fault not in REFUSED, f"{what}: it was not refused"
        assert "\n" not in (said or ""), what
        sandbox.faults.clear()
        sandbox.faults.on("CreateBucket", "after", lambda: strip(NEW_BUCKET))
        return said

    return take


async def test_a_read_that_fails_changes_nothing(
    account: Account, aws: AwsSession, fresh: Fresh, strike: Strike, cases: CaseBook, sent: list[str]
) -> None:
    """Asked again in an account where all is done."""
    fresh("new")
    await ROUTES["new"].take(aws, cases)
    sent.clear()
    for call in READS:
        for fault in (*REFUSED, REPEATED, ACTED[1]):
            await strike(ROUTES["new"], cases, call, fault)
    for call in READS_OF_THE_UNDO:
        for fault in REFUSED:
            await strike(ROUTES["new taken back"], cases, call, fault)
    assert sent == []
    await ROUTES["new taken back"].take(aws, cases)
    ROUTES["new taken back"].check(account, cases)


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_that_is_refused_is_gone_on_with(
    account: Account, aws: AwsSession, fresh: Fresh, strike: Strike, tmp_path: Path, name: str
) -> None:
    route = ROUTES[name]
    for call in WRITES[name]:
        fresh(name)
        cases = CaseBook(tmp_path / call)
        for fault in (*REFUSED, REPEATED):
            await strike(route, cases, call, fault)
        await route.take(aws, cases)
        route.check(account, cases)


@pytest.mark.parametrize("fault", ACTED)
@pytest.mark.parametrize("name", WRITES)
async def test_answers_that_are_lost_are_asked_for(
    sandbox: Sandbox,
    account: Account,
    aws: AwsSession,
    fresh: Fresh,
    cases: CaseBook,
    name: str,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The answer to every single write."""
    monkeypatch.setattr(session, "READ_SECONDS", 0.25)
    fresh(name)
    for call in WRITES[name]:
        sandbox.faults.add(FAULTS[fault].format(call))
    before = sandbox.faults.struck
    for _ in range(3):
        # The HTTP client sends a DELETE again by itself, and hears that there is nothing any more.
        with suppress(NotFound, Unreachable):
            await ROUTES[name].take(aws, cases)
    assert sandbox.faults.struck - before == len(WRITES[name])
    ROUTES[name].check(account, cases)


async def test_no_call_is_left_out(
    aws: AwsSession, fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, made = AwsSession.send, set[str]()

    async def watched(self: AwsSession, call: Call) -> Answer:
        made.add(call.operation)
        return await send(self, call)

    monkeypatch.setattr(AwsSession, "send", watched)
    for at, name in enumerate(WRITES):
        fresh(name)
        await ROUTES[name].take(aws, CaseBook(tmp_path / str(at)))
    assert made == {*READS, *READS_OF_THE_UNDO, *(call for calls in WRITES.values() for call in calls)}
