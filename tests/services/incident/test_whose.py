"""What may be another's is not taken for one's own: not reset, not deleted, and asked about if need be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError
from services.cases import settle
from services.cases.errors import Refused, RunbookError
from services.cases.plan import StepName
from services.incident.situation import Options
from tests.services.incident.conftest import LOGS, Account, Opened

REPLACE = StepName.REPLACE
CREATE = "CreateServiceSpecificCredential"


@pytest.fixture(autouse=True)
def impatient(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox's IAM agrees with itself at once."""
    sandbox.world.settings.lookup_per_second = None
    monkeypatch.setattr(settle, "PATIENCE", timedelta())


def theirs(sandbox: Sandbox, after: timedelta = timedelta()) -> str:
    """A colleague's key, made *after* that long; no record of it is there yet."""
    made = sandbox.world.clock.now() + after
    return sandbox.world.part(CredentialStore).seed("web", LOGS, created=made).id


async def lost(opened: Opened, sandbox: Sandbox, meanwhile: Callable[[], object]) -> str:
    """A Create that never reached AWS, while a colleague did something; what was said of it."""
    done: list[object] = []
    struck = sandbox.faults.struck

    def once() -> None:
        # AWS is asked at once what became of the call.
        if sandbox.faults.struck > struck and not done:
            done.append(True)
            meanwhile()

    sandbox.faults.add(f"drop-before:{CREATE}:1")
    sandbox.faults.on("ListServiceSpecificCredentials", "before", once)
    async with opened() as runbook:
        with pytest.raises(AwsError) as stopped:
            await runbook.apply(REPLACE)
    return str(stopped.value)


async def test_a_key_that_another_request_made_is_left_alone(
    opened: Opened, account: Account, sandbox: Sandbox
) -> None:
    """CloudTrail has the colleague's request, by the same credentials and in the same second."""

    def colleague() -> None:
        account.iam.create_service_specific_credential(UserName="web", ServiceName=LOGS)

    said = await lost(opened, sandbox, colleague)
    (key,) = account.new_keys()
    assert f"{key} is not of this call" in said
    async with opened() as runbook:
        assert runbook.state.replacement is None
        assert "the most AWS allows" in ((await runbook.plan(REPLACE)).blocked or "")
        await _cannot_undo(runbook)
    assert account.statuses()[key] == "Active"


@pytest.mark.parametrize("after", [timedelta(hours=1), timedelta(hours=-1), timedelta(minutes=3)])
async def test_a_key_made_outside_the_calls_window_is_anothers(
    opened: Opened, account: Account, sandbox: Sandbox, after: timedelta
) -> None:
    made: list[str] = []
    said = await lost(opened, sandbox, lambda: made.append(theirs(sandbox, after)))
    assert "this call made no key" in said
    assert made[0] in said
    secret = _secret(sandbox, made[0])
    async with opened() as runbook:
        assert runbook.state.replacement is None
        assert runbook.state.doubts == {}
        with pytest.raises(Refused, match="the most AWS allows"):
            await runbook.apply(REPLACE)
        await _cannot_undo(runbook)
    assert _secret(sandbox, made[0]) == secret, "it was not reset"


@pytest.mark.parametrize("seconds", [0, 40])
async def test_what_cannot_be_told_is_asked_and_nothing_is_done_on_a_guess(
    opened: Opened, account: Account, sandbox: Sandbox, seconds: int
) -> None:
    made: list[str] = []
    said = await lost(opened, sandbox, lambda: made.append(theirs(sandbox, timedelta(seconds=seconds))))
    assert "say whose it is" in said
    secret = _secret(sandbox, made[0])
    async with opened() as runbook:
        for step in (runbook.plan, runbook.plan_undo):
            plan = await step(REPLACE)
            assert plan.calls == ()
            assert plan.blocked
            assert all(word in plan.blocked for word in (made[0], "--ours", "--not-ours", "someone else's"))
        for deed in (runbook.apply, runbook.undo):
            with pytest.raises(Refused):
                await deed(REPLACE)
        (doubt,) = runbook.state.doubts.values()
        with pytest.raises(RunbookError, match="is not what is asked about"):
            await runbook.answer_doubt(doubt, account.key_id)
        await runbook.answer_doubt(doubt, None)
        assert runbook.state.doubts == {}
        with pytest.raises(Refused, match="the most AWS allows"):
            await runbook.apply(REPLACE)
        await _cannot_undo(runbook)
    assert _secret(sandbox, made[0]) == secret


async def test_said_to_be_ours_it_is_reset_and_taken_back(
    opened: Opened, account: Account, sandbox: Sandbox
) -> None:
    made: list[str] = []
    await lost(opened, sandbox, lambda: made.append(theirs(sandbox, timedelta(seconds=40))))
    async with opened() as runbook:
        (doubt,) = runbook.state.doubts.values()
        await runbook.answer_doubt(doubt, made[0])
        assert (await runbook.apply(REPLACE)).verified
        assert account.secret() == _secret(sandbox, made[0])
        assert account.new_keys() == made
        await runbook.undo(REPLACE)
        assert account.new_keys() == []


async def test_ones_own_key_is_known_again(opened: Opened, account: Account, sandbox: Sandbox) -> None:
    sandbox.faults.add(f"drop:{CREATE}:1")
    async with opened() as runbook:
        with pytest.raises(AwsError, match=r"its secret is lost\. Take the step again"):
            await runbook.apply(REPLACE)
        (own,) = account.new_keys()
        assert runbook.state.replacement
        assert runbook.state.replacement.key_id == own
        assert (await runbook.apply(REPLACE)).verified
    assert account.new_keys() == [own]
    assert account.secret() == _secret(sandbox, own)


async def test_a_clock_that_is_set_back_changes_nothing(
    opened: Opened, account: Account, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal's times are this machine's; AWS's clock is what a key's time is held against."""
    from services.base import clock

    sandbox.world.settings.history_delay = 900.0
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() - timedelta(days=3))
    sandbox.faults.add(f"drop:{CREATE}:1")
    async with opened() as runbook:
        with pytest.raises(AwsError, match="say whose it is"):
            await runbook.apply(REPLACE)
        monkeypatch.setattr(clock, "now", lambda: now() - timedelta(days=9))
    sandbox.world.settings.history_delay = 0.0
    async with opened() as runbook:
        assert runbook.state.doubts == {}, "CloudTrail has its record by now"
        assert (await runbook.apply(REPLACE)).verified
    assert len(account.new_keys()) == 1


async def test_a_new_user_that_another_made_is_not_ours(
    opened: Opened, account: Account, sandbox: Sandbox
) -> None:
    def colleague() -> None:
        sandbox.world.clock.advance(timedelta(minutes=10))
        account.iam.create_user(UserName="web-2")

    sandbox.world.settings.history_delay = 3600.0
    sandbox.faults.add("drop-before:CreateUser:1")
    options = Options(new_user="web-2")
    async with opened() as runbook:
        with pytest.raises(AwsError):
            await runbook.apply(REPLACE, options)
        # It is listed only later, and the call has still no outcome, as after a kill.
        assert runbook.state.unsettled == {}
        colleague()
        with pytest.raises(Refused, match="was not created by this case"):
            await runbook.apply(REPLACE, options)
        await _cannot_undo(runbook)
    assert account.iam.get_user(UserName="web-2")


async def _cannot_undo(runbook: Any) -> None:
    with pytest.raises(Refused, match="There is no replacement to undo"):
        await runbook.undo(REPLACE)


def _secret(sandbox: Sandbox, key_id: str) -> str:
    made = sandbox.world.part(CredentialStore).get(key_id)
    assert made
    return made.token
