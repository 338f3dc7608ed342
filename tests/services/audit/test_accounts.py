"""Several accounts by their roles: each audited apart, and one that fails ends nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.audit.accounts import visit_all
from services.audit.model import Limits
from services.aws.credentials.ways import Ways
from services.aws.session import AwsSession
from services.keys.everyaccount import stops_by_role, stops_of_organization
from tests.principals import session_key

HERE = "arn:aws:iam::123456789012:role/audit"
THERE = "arn:aws:iam::111122223333:role/audit"


@pytest.fixture
def theirs(boto: Callable[..., Any]) -> str:
    """A key that never expires, in the other account; its id."""
    made = boto("sts").assume_role(RoleArn=THERE, RoleSessionName="night")["Credentials"]
    iam = boto("iam", key=session_key(made))
    iam.create_user(UserName="theirs")
    made = iam.create_service_specific_credential(UserName="theirs", ServiceName="logs.amazonaws.com")
    return str(made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])


async def test_each_account_has_its_own_findings(sandbox: Sandbox, theirs: str) -> None:
    said: list[str] = []
    async with AwsSession(None, ("us-east-1",)) as aws:
        here, there = await visit_all(
            aws, stops_by_role(Ways(), (HERE, THERE, HERE)), Limits(), on_progress=said.append
        )
    assert here.found
    assert there.found
    assert (here.found.account, there.found.account) == ("123456789012", "111122223333")
    assert there.found.caller_arn == "arn:aws:sts::111122223333:assumed-role/audit/stanch"
    assert (here.found.keys, there.found.keys) == (0, 1)
    assert "never-expires" in {each.kind for each in there.found.findings if each.subject == theirs}
    assert said[-1] == "2 of 2 accounts audited…"


async def test_a_role_that_may_not_be_assumed_is_said_and_the_rest_goes_on(
    sandbox: Sandbox, theirs: str
) -> None:
    sandbox.faults.add("deny:AssumeRole:1")
    async with AwsSession(None, ("us-east-1",), read_only=True) as aws:
        visits = await visit_all(
            aws, stops_by_role(Ways(), (HERE, THERE)), Limits(), on_progress=lambda words: None
        )
    assert sorted(visit.complete for visit in visits) == [False, True]
    (failed,) = [visit for visit in visits if visit.error]
    assert "Not allowed: sts:AssumeRole" in str(failed.as_json()["error"])


async def test_the_organization_names_its_accounts(sandbox: Sandbox, boto: Callable[..., Any]) -> None:
    organizations = boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    made = organizations.create_account(AccountName="logs", Email="logs@example.com")
    there = made["CreateAccountStatus"]["AccountId"]
    async with AwsSession(None, ("us-east-1",)) as aws:
        stops = await stops_of_organization(aws, "audit")
        assert [stop.role_arn for stop in stops] == [None, f"arn:aws:iam::{there}:role/audit"]
        visits = await visit_all(aws, stops, Limits(), on_progress=lambda words: None)
    assert [visit.found.account for visit in visits if visit.found] == ["123456789012", there]
