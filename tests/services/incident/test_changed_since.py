"""IAM may show for a while what was before: one's own doing is not called somebody else's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from services.aws import sts
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.plan import LeverName, State, StepName
from services.cases.secret import ToScreen
from services.incident import engine
from services.incident.engine import Runbook
from services.incident.handling import Handling
from services.incident.situation import Options
from tests.held import Held
from tests.services.incident.conftest import LOGS, Account, Opened

DELETE = StepName.DELETE


@pytest.mark.parametrize("for_good", [False, True])
async def test_ones_own_deletion_is_not_called_somebody_elses(
    opened: Opened, account: Account, book: CaseBook, sandbox: Sandbox, for_good: bool
) -> None:
    async with opened() as runbook:
        key = runbook.key
        await runbook.apply(DELETE, Options(override="the service is deleted"))
        assert runbook.state.step(DELETE).state is State.CONFIRMED
    # A part of IAM that has not heard of it yet.
    store = sandbox.world.part(CredentialStore)
    store.seed("web", LOGS, created=key.created, id=key.id)
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        if not for_good:
            store.delete(key.id)

    (case,) = book.cases()
    async with AwsSession() as aws:
        caller = await sts.get_caller(aws)
        with case.enter(caller.arn):
            again = Runbook(aws, caller, key, case, sleep=wait)
            found = await again.resume()
            assert waited
            if for_good:
                assert "delete was changed since, not by this case" in found[0]
            else:
                assert (found, len(waited)) == ((), 1)
                assert again.state.step(DELETE).state is State.CONFIRMED


async def test_a_plan_begun_before_a_deletion_says_nothing_of_what_is_after(
    account: Account, book: CaseBook, sandbox: Sandbox
) -> None:
    """However long a plan takes, it is not held against what was done meanwhile."""
    async with AwsSession(regions=("us-east-1",)) as aws:
        handling = Handling(aws, book, account.key_id, user="web")
        await handling.open()
        held = Held(sandbox, "ListSecrets", "before")
        slow = asyncio.create_task(handling.plan(DELETE))
        await held.begun()
        shown: list[bool] = []

        def look() -> None:
            plan = handling.plans.get(DELETE)
            if plan and handling.state.step(DELETE).state.holds:
                shown.append(bool(plan.already))

        handling.on_change.append(look)
        try:
            outcome = await handling.take(DELETE, Options(override="the service is deleted"))
        finally:
            held.go_on.set()
        await slow
        assert outcome.error is None
        assert handling.plans[DELETE].already == f"{account.key_id} is already deleted."
        assert set(shown) == {True}
        handling.leave()


async def test_a_look_begun_before_a_deed_does_not_overwrite_it(
    account: Account, opened: Opened, sandbox: Sandbox
) -> None:
    """AWS answered before, and the answer comes after: it tells of an account that is no more."""
    async with opened() as runbook:
        held = Held(sandbox, "ListServiceSpecificCredentials", "after")
        slow = asyncio.create_task(runbook.verify(StepName.DEACTIVATE))
        await held.begun()
        try:
            await runbook.apply(StepName.DEACTIVATE)
        finally:
            held.go_on.set()
        assert (await slow).state is State.CONFIRMED
        assert runbook.state.step(StepName.DEACTIVATE).state is State.CONFIRMED


async def test_another_choice_keeps_no_other_step_from_being_planned(
    account: Account, book: CaseBook, sandbox: Sandbox
) -> None:
    async with AwsSession(regions=("us-east-1",)) as aws:
        handling = Handling(aws, book, account.key_id, user="web")
        await handling.open()
        held = Held(sandbox, "ListServiceSpecificCredentials", "before")
        every = asyncio.create_task(handling.plan())
        await held.begun()
        handling.choose(Options(age_days=30), StepName.REPLACE)
        held.go_on.set()
        await every
        assert set(handling.plans) == set(handling.state.deeds)
        assert "30 days" in handling.plans[StepName.REPLACE].title
        handling.leave()


async def test_the_sessions_are_looked_for_anew_only_after_what_moves_them(
    account: Account, book: CaseBook, sandbox: Sandbox, unpaced: None, tmp_path: Path
) -> None:
    """Event history is asked twice a second at most, in every Region: the look takes minutes."""
    key_id = account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    records = tmp_path / "records.json"
    records.write_text('{"Records": []}')
    asked: list[str] = []
    sandbox.world.on_api_call.append(lambda call: asked.append(call.operation))
    async with AwsSession(regions=("us-east-1",)) as aws:
        handling = Handling(aws, book, key_id, user="web")
        await handling.open()
        await handling.plan()
        sessions = handling.plans[LeverName.SESSIONS]
        for step, options, moves in (
            (StepName.REVIEW, Options(source=str(records)), False),
            (StepName.REPLACE, Options(secret_to=ToScreen()), False),
            (LeverName.ACCESS_KEYS, Options(access_keys=("AKIANONE",)), False),
            (StepName.DEACTIVATE, Options(), True),
            (StepName.DENY, Options(), True),
        ):
            asked.clear()
            handling.choose(options, step)
            await handling.take(step)
            assert ("LookupEvents" in asked) is moves, step
            assert (handling.plans[LeverName.SESSIONS] is sessions) is not moves, step
        # Where it was begun before such a deed, it is not thrown away either.
        held = Held(sandbox, "LookupEvents", "before")
        slow = asyncio.create_task(handling.plan(LeverName.SESSIONS))
        await held.begun()
        asked.clear()
        try:
            handling.choose(Options(source=str(records), age_days=30), StepName.REPLACE)
            await handling.take(StepName.REVIEW)
        finally:
            held.go_on.set()
        await slow
        assert asked.count("LookupEvents") <= 1
        handling.leave()


async def test_what_iam_shows_late_is_not_called_changed_since(
    account: Account, book: CaseBook, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planned while IAM did not show it yet, the step would be taken again."""
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0)
    store = sandbox.world.part(CredentialStore)
    update = "UpdateServiceSpecificCredential"
    sandbox.faults.on(update, "after", lambda: store.enable(account.key_id, True))
    async with AwsSession(regions=("us-east-1",)) as aws:
        handling = Handling(aws, book, account.key_id, user="web")
        await handling.open()
        await handling.take(StepName.DEACTIVATE)
        assert handling.state.step(StepName.DEACTIVATE).state is State.REQUESTED
        assert handling.plans[StepName.DEACTIVATE].calls
        store.enable(account.key_id, False)
        await handling.look_again()
        assert handling.state.step(StepName.DEACTIVATE).state is State.CONFIRMED
        assert handling.plans[StepName.DEACTIVATE].already == "The key is already Inactive."
        handling.leave()
