"""Ways there and back again: an account as it is found, what is wanted of it, and how it must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.plan import Governing, State
from services.goals import book
from services.goals.hardening.goal import HardenGoal
from tests.services.goals.hardening.conftest import (
    KEYS,
    MANAGEMENT,
    NEW,
    NEW_BUCKET,
    Account,
    policy_of,
    strip,
)

BASIC = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True, "DataResources": []}]


@dataclass(frozen=True)
class Route:
    """*there* and *back* ask boto3 whether all is as it must be after the deed, and after its undo."""

    wanted: Mapping[str, Any]
    there: Callable[[Account], None]
    back: Callable[[Account], None]
    found: Callable[[Account], None] = field(default=lambda account: None)
    undone: bool = False

    async def take(self, aws: AwsSession, cases: CaseBook) -> None:
        """Whatever of it was not done yet, as a responder would who runs the same command again."""
        if any(case.state().closed_at for case in cases.cases()):
            return
        upkeep = await book.look_up(aws, cases, HardenGoal(**self.wanted))
        with book.begin(upkeep, cases):
            await upkeep.resume()
            if not upkeep.step.undoing:
                await upkeep.apply()
            if self.undone:
                await upkeep.undo()

    def check(self, account: Account, cases: CaseBook) -> None:
        (self.back if self.undone else self.there)(account)
        (case,) = cases.cases()
        assert case.flaws() == ()
        assert case.state().unsettled == {}
        step = case.state().step(Governing.HARDEN).state
        assert step is (State.UNDONE if self.undone else State.CONFIRMED)


def _new(account: Account) -> None:
    assert account.trails() == {NEW: True}
    assert account.selectors() == [MANAGEMENT, KEYS]
    assert account.buckets() == [NEW_BUCKET]
    assert account.bucket_is_hard()
    assert len(account.policy()["Statement"]) == 2


def _nothing(account: Account) -> None:
    assert (account.trails(), account.buckets()) == ({}, [])


def _narrow(account: Account) -> None:
    account.trail(logging=False, IsMultiRegionTrail=False)
    account.select(basic=BASIC)


def _wide(account: Account) -> None:
    assert account.trails() == {"audit": True}
    assert account.described("audit")["IsMultiRegionTrail"]
    reads = [*MANAGEMENT["FieldSelectors"], {"Field": "readOnly", "Equals": ["true"]}]
    assert [each["FieldSelectors"] for each in account.selectors("audit")] == [reads, KEYS["FieldSelectors"]]


def _narrow_again(account: Account) -> None:
    assert account.trails() == {"audit": False}
    assert not account.described("audit")["IsMultiRegionTrail"]
    assert account.selectors("audit") == BASIC


def _others_bucket(account: Account) -> None:
    account.bucket()


def _shared(account: Account) -> None:
    assert account.trails() == {NEW: True}
    assert account.policy("records")["Statement"][:3] == policy_of("records")["Statement"]
    assert len(account.policy("records")["Statement"]) == 5


def _shared_no_more(account: Account) -> None:
    assert (account.trails(), account.buckets()) == ({}, ["records"])
    assert account.policy("records") == policy_of("records")


def _both(wanted: Mapping[str, Any], there: Any, back: Any, found: Any = lambda account: None) -> Any:
    return Route(wanted, there, back, found), Route(wanted, there, back, found, undone=True)


_NEW, _NEW_BACK = _both({}, _new, _nothing)
_NAMED, _NAMED_BACK = _both({"trail": "audit"}, _wide, _narrow_again, _narrow)
_BUCKET, _BUCKET_BACK = _both({"bucket": "records"}, _shared, _shared_no_more, _others_bucket)
ROUTES: Mapping[str, Route] = {
    "new": _NEW,
    "new taken back": _NEW_BACK,
    "named": _NAMED,
    "named taken back": _NAMED_BACK,
    "bucket": _BUCKET,
    "bucket taken back": _BUCKET_BACK,
}


def fresh(sandbox: Sandbox, account: Account, name: str) -> None:
    """An account of its own for a route, whose new buckets are as open as they were before 2023."""
    sandbox.reset()
    sandbox.world.settings.trail_delay = 3600
    sandbox.world.settings.lookup_per_second = None
    sandbox.faults.on("CreateBucket", "after", lambda: strip(NEW_BUCKET))
    ROUTES[name].found(account)


async def take_route(name: str, aws: AwsSession, cases: CaseBook) -> None:
    """As it is taken in a process of its own."""
    await ROUTES[name].take(aws, cases)
