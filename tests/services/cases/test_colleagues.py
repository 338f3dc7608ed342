"""Two responders do the same in the same second: what may be the other's is not undone, reset or deleted."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.retries import standard

from sandbox.account.world import ApiCall
from sandbox.wire.server import Sandbox
from services.aws import sts
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.cases import settle
from services.cases.book import CaseBook
from services.cases.engine import CaseEngine
from services.cases.errors import Refused, RunbookError
from services.cases.plan import LeverName, StepName
from services.cases.secret import ToSecretsManager
from services.cases.state import CaseState
from services.goals import engine
from services.goals.governance.documents import Kind, Wanted
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import parse_target
from services.goals.hardening.goal import HardenGoal
from tests.samples import EVERYTHING, share
from tests.services.goals.hardening.conftest import Account
from tests.services.goals.issuing.routes import Shop, bring_about, issue, setup, take_back
from tests.services.incident.routes import HOLD, Rotating, Route, admit, prepare

Going = Callable[[AwsSession, CaseBook], Awaitable[object]]
"""Goes a way and back, as far as it was not gone yet."""

CREATE = "CreateServiceSpecificCredential"
READS = ("Describe*", "Get*", "Head*", "List*")
OF_KEYS = ("ResetServiceSpecificCredential", "UpdateServiceSpecificCredential", f"Delete{CREATE[6:]}")
UNDOING: Mapping[str, tuple[str, ...]] = {
    CREATE: OF_KEYS,
    "AddUserToGroup": ("RemoveUserFromGroup",),
    "AttachPolicy": ("DetachPolicy",),
    "AttachUserPolicy": ("DetachUserPolicy",),
    "CreateBucket": ("DeleteBucket",),
    "CreateLogGroup": ("DeleteLogGroup",),
    "CreateLogStream": ("DeleteLogStream",),
    "CreatePolicy": ("DeletePolicy", "UpdatePolicy"),
    "CreateTrail": ("DeleteTrail",),
    "CreateUser": ("DeleteUser",),
    "PutBearerTokenAuthentication": ("PutBearerTokenAuthentication",),
    "PutBucketPolicy": ("PutBucketPolicy", "DeleteBucketPolicy"),
    "PutEventSelectors": ("PutEventSelectors",),
    "PutGroupPolicy": ("DeleteGroupPolicy",),
    "PutRolePolicy": ("DeleteRolePolicy",),
    "PutUserPolicy": ("DeleteUserPolicy",),
    "StartLogging": ("StopLogging",),
    "UpdateAccessKey": ("UpdateAccessKey",),
    "UpdateTrail": ("UpdateTrail",),
}
"""By what this case would take back, or spoil, what that call made."""


@dataclass
class Desk:
    """Where one responder works, and what a colleague has to work with."""

    sandbox: Sandbox
    boto: Callable[..., Any]
    folder: Path

    def of_runbook(self, route: Route) -> Going:
        clients = prepare(self.boto)
        patient = admit(clients, self.sandbox, "web")
        return partial(_swapped, route.take, patient)

    def of_key(self) -> Going:
        shop = self._shop()
        shop.boto["iam"].create_user(UserName=shop.user)
        return partial(_there_and_back, issue(shop, ToSecretsManager()))

    def of_setup(self) -> Going:
        return partial(_there_and_back, setup(self._shop()))

    def of_policy(self, target: str) -> Going:
        iam, kind = self.boto("iam"), target.partition(":")[0]
        if kind == "scp":
            organizations = self.boto("organizations")
            organizations.create_organization(FeatureSet="ALL")
            root = organizations.list_roots()["Roots"][0]["Id"]
            organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
            target = f"scp:{root}"
        else:
            trust = {"AssumeRolePolicyDocument": "{}"} if kind == "role" else {}
            getattr(iam, f"create_{kind}")(**{f"{kind.title()}Name": "web"}, **trust)
        return partial(_there_and_back, PolicyGoal(parse_target(target), Wanted(Kind.DENY)))

    def of_trail(self, **wanted: Any) -> Going:
        account = Account(self.boto)
        if "trail" in wanted:
            account.trail(logging=False, IsMultiRegionTrail=False)
        if "bucket" in wanted:
            account.bucket()
        return partial(_there_and_back, HardenGoal(**wanted))

    def _shop(self) -> Shop:
        clients = {service: self.boto(service) for service in ("iam", "logs", "secretsmanager")}
        return Shop(clients, "web", self.folder)


async def _swapped(take: Any, patient: Any, aws: AwsSession, book: CaseBook) -> None:
    await take(aws, book, patient)


async def _there_and_back(goal: Any, aws: AwsSession, book: CaseBook) -> None:
    if not book.cases() or not book.cases()[0].state().steps[goal.deed].state.holds:
        await bring_about(aws, book, goal)
    await take_back(aws, book, goal)


REPLACE = Route((StepName.REPLACE,), (StepName.REPLACE,))
MOVE = Route((StepName.REPLACE,), (StepName.REPLACE,), {"new_user": lambda patient: patient.new_user})
GROUPS = Route((LeverName.GROUPS,), (LeverName.GROUPS,), {"log_groups": lambda patient: (patient.log_group,)})
WAYS: Mapping[str, tuple[Callable[[Desk], Going], tuple[str, ...]]] = {
    "replace": (lambda desk: desk.of_runbook(REPLACE), (CREATE,)),
    "new user": (
        lambda desk: desk.of_runbook(MOVE),
        ("CreateUser", "AttachUserPolicy", "PutUserPolicy", "AddUserToGroup", CREATE),
    ),
    "access keys": (
        lambda desk: desk.of_runbook(Route((LeverName.ACCESS_KEYS,), (LeverName.ACCESS_KEYS,))),
        ("UpdateAccessKey",),
    ),
    "log groups": (lambda desk: desk.of_runbook(GROUPS), ("PutBearerTokenAuthentication",)),
    "deny": (
        lambda desk: desk.of_runbook(Route((StepName.DENY,), (StepName.DENY,), {"hold_policy": HOLD})),
        ("AttachUserPolicy",),
    ),
    "rotation": (lambda desk: desk.of_runbook(Rotating((), back=True)), (CREATE,)),
    "issue": (Desk.of_key, (CREATE,)),
    "setup": (
        Desk.of_setup,
        (
            "CreateUser",
            "PutUserPolicy",
            "CreateLogGroup",
            "CreateLogStream",
            "PutBearerTokenAuthentication",
            CREATE,
        ),
    ),
    "policy of a user": (lambda desk: desk.of_policy("user:web"), ("PutUserPolicy",)),
    "policy of a group": (lambda desk: desk.of_policy("group:web"), ("PutGroupPolicy",)),
    "policy of a role": (lambda desk: desk.of_policy("role:web"), ("PutRolePolicy",)),
    "policy of an organization": (lambda desk: desk.of_policy("scp:root"), ("CreatePolicy", "AttachPolicy")),
    "trail": (Desk.of_trail, ("CreateBucket", "CreateTrail")),
    "named trail": (
        lambda desk: desk.of_trail(trail="audit"),
        ("UpdateTrail", "PutEventSelectors", "StartLogging"),
    ),
    "shared bucket": (lambda desk: desk.of_trail(bucket="records"), ("PutBucketPolicy",)),
}
EVERY = [(name, call) for name, (_, calls) in WAYS.items() for call in calls]
ONCE_A_CALL = (
    EVERY if EVERYTHING else [(name, call) for call, name in {call: name for name, call in EVERY}.items()]
)
"""A call is settled alike on every way."""


@pytest.fixture(autouse=True)
def impatient(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox's IAM agrees with itself at once."""
    sandbox.world.settings.lookup_per_second = None
    sandbox.world.settings.trail_delay = 3600
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
    for module in (settle, engine):
        monkeypatch.setattr(module, "PATIENCE", timedelta())
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)


class Colleague:
    """Sends the very call that was lost on its way, a moment later."""

    def __init__(self, sandbox: Sandbox, boto: Callable[..., Any], book: CaseBook, operation: str) -> None:
        self.entity = ""
        self.spoilt: list[str] = []
        self._boto, self._book, self._operation = boto, book, operation
        self._struck, self._faults = sandbox.faults.struck, sandbox.faults
        self._faults.add(f"drop-before:{operation}:9")
        self._acting = threading.Lock()
        for read in READS:
            self._faults.on(read, "before", self._act)
        sandbox.world.on_api_call.append(self._hear)

    def _act(self) -> None:
        # Whatever else is asked meanwhile is answered as it is after that.
        with self._acting:
            if self._faults.struck > self._struck and not self.entity:
                self._faults.lift()
                self._repeat()

    def _repeat(self) -> None:
        (case,) = self._book.cases()
        (intent,) = case.state().unsettled.values()
        call = intent.call
        assert call.operation == self._operation
        key = settle.MAKES.get(call.operation)
        self.entity = str(call.params[key]) if key else "a key"
        client = self._boto(call.service, region=call.region or "us-east-1")
        answer = getattr(client, xform_name(call.operation))(**call.params)
        if key is None:
            self.entity = answer["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
        if key == "PolicyId" or call.operation == "CreatePolicy":
            self.entity = str(call.params.get("PolicyId") or answer["Policy"]["PolicySummary"]["Id"])

    def _hear(self, call: ApiCall) -> None:
        ours = "stanch-call/" in call.user_agent and call.error_code is None
        if ours and call.operation in UNDOING[self._operation] and self.entity in call.params.values():
            self.spoilt.append(call.operation)


async def _as_far_as_it_goes(going: Going, aws: AwsSession, book: CaseBook) -> str:
    """Tried again as a responder would; the last thing that was said."""
    said = ""
    for _ in range(3):
        try:
            await going(aws, book)
            return ""
        except (AwsError, Refused, RunbookError) as error:
            said = str(error)
    return said


def _state(book: CaseBook) -> CaseState:
    return book.cases()[0].state()


@pytest.mark.parametrize(("name", "operation"), ONCE_A_CALL)
async def test_what_a_colleague_did_meanwhile_stays(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path, name: str, operation: str
) -> None:
    sandbox.world.settings.history_delay = 3600.0
    going, book = WAYS[name][0](Desk(sandbox, boto, tmp_path)), CaseBook(tmp_path / "state")
    colleague = Colleague(sandbox, boto, book, operation)
    async with AwsSession(regions=("us-east-1",)) as aws:
        said = await _as_far_as_it_goes(going, aws, book)
        assert colleague.entity
        assert colleague.spoilt == []
        assert all(word in said for word in ("--ours", "--not-ours", "someone else")), said
        (doubt,) = _state(book).doubts.values()
        (case,) = book.cases()
        with case.enter("me"):
            await CaseEngine(aws, await sts.get_caller(aws), case).answer_doubt(doubt, None)
        await _as_far_as_it_goes(going, aws, book)
    assert _state(book).doubts == {}
    assert colleague.spoilt == []


@pytest.mark.parametrize(("name", "operation"), share(ONCE_A_CALL, 3, 0))
async def test_ones_own_is_undone_once_cloudtrail_says_so(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path, name: str, operation: str
) -> None:
    sandbox.world.settings.history_delay = 3600.0
    going, book = WAYS[name][0](Desk(sandbox, boto, tmp_path)), CaseBook(tmp_path / "state")
    struck = sandbox.faults.struck
    sandbox.faults.add(f"drop:{operation}:9")

    def answer_again() -> None:
        if sandbox.faults.struck > struck:
            sandbox.faults.lift()

    for read in READS:
        sandbox.faults.on(read, "before", answer_again)
    async with AwsSession(regions=("us-east-1",)) as aws:
        said = await _as_far_as_it_goes(going, aws, book)
        assert "--ours" in said
        sandbox.world.settings.history_delay = 0.0
        assert await _as_far_as_it_goes(going, aws, book) == ""
    assert _state(book).doubts == {}
