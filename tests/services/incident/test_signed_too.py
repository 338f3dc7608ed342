"""A deny policy that is to stop the signed writes of logs too is none where it stops API keys alone."""

from __future__ import annotations

import json

import pytest

from services.cases.errors import Refused
from services.cases.plan import State, StepName
from services.incident.situation import Options
from services.rights import policies
from tests.services.incident.conftest import LOGS, Account, Opened


async def test_a_managed_hold_that_leaves_signed_writes_is_refused_where_they_are_to_stop(
    opened: Opened, account: Account
) -> None:
    wide = policies.hold_document(LOGS, also_sigv4=True)
    made = {
        name: account.iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]["Arn"]
        for name, document in (("narrow", policies.hold_document(LOGS)), ("wide", wide))
    }
    async with opened() as runbook:
        with pytest.raises(Refused, match="narrow does not deny logs:PutLogEvents on every resource"):
            await runbook.apply(StepName.DENY, Options(hold_policy=made["narrow"], also_sigv4=True))
        assert (await runbook.apply(StepName.DENY)).verified
        done = await runbook.apply(StepName.DENY, Options(hold_policy=made["wide"], also_sigv4=True))
        assert (done.verified, "policy wide attached" in done.message) == (True, True)

        part = await runbook.undo(StepName.DENY, Options(hold_policy=made["wide"]))
        assert (part.step.state, "stanch-hold-logs still" in part.message) == (State.CONFIRMED, True)
        assert account.policies() == ["stanch-hold-logs"]
        assert account.iam.list_attached_user_policies(UserName="web")["AttachedPolicies"] == []
        with pytest.raises(Refused, match="is not one that this case attached"):
            await runbook.undo(StepName.DENY, Options(hold_policy=made["narrow"]))
        again = await runbook.undo(StepName.DENY, Options(hold_policy=made["wide"]))
        assert (again.step.state, "policy/wide" in again.message) == (State.CONFIRMED, True)
        assert (await runbook.undo(StepName.DENY)).step.state is State.UNDONE


async def test_a_policy_that_leaves_signed_writes_is_not_the_one_that_was_asked_for(
    opened: Opened, account: Account
) -> None:
    name, narrow = "stanch-hold-logs", json.dumps(policies.hold_document(LOGS))
    async with opened() as runbook:
        assert (await runbook.apply(StepName.DENY)).verified
        assert (await runbook.apply(StepName.DENY, Options(also_sigv4=True))).verified
        account.iam.put_user_policy(UserName="web", PolicyName=name, PolicyDocument=narrow)
        seen = await runbook.verify(StepName.DENY)
        assert (seen.state, "does not deny logs:PutLogEvents" in seen.words) == (State.REQUESTED, True)
        with pytest.raises(Refused, match="says otherwise, and not by this case"):
            await runbook.apply(StepName.DENY, Options(also_sigv4=True))
