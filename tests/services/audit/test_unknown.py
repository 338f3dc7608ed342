"""Where nothing can tell, the audit says so; what AWS does not let be read is named, and ends nothing."""

from __future__ import annotations

import re
from datetime import timedelta

from sandbox.wire.server import Sandbox
from services.audit.audit import audit
from services.audit.model import Audit, Limits
from services.aws.session import AwsSession
from tests.principals import allow, policy
from tests.services.audit.conftest import GROUP, REGION, Account, Look, found


def unknown(audited: Audit) -> set[tuple[str, str]]:
    return {(each.kind, each.subject) for each in audited.unknown}


async def test_two_keys_or_an_access_key_and_nobody_can_tell_which_was_used(
    account: Account, look: Look
) -> None:
    limits = Limits(unused=timedelta(days=5))
    assert (await look(limits=limits)).unknown == (), "its only credential reached logs an hour ago"
    account.iam.create_access_key(UserName="web")
    (key,) = account.keys
    audited = await look(limits=limits)
    assert unknown(audited) == {("unused", key)}
    assert "by which of its credentials IAM does not say" in audited.unknown[0].why
    assert audited.complete, "it is an answer"


async def test_without_last_accessed_data_use_is_not_known(
    account: Account, look: Look, sandbox: Sandbox
) -> None:
    sandbox.faults.add("deny:GenerateServiceLastAccessedDetails")
    audited = await look(limits=Limits(unused=timedelta(days=5)))
    assert {kind for kind, _ in unknown(audited)} == {"unused"}
    assert [part.what for part in audited.unreadable] == ["which services web last used, and when"]
    assert audited.findings == ()


async def test_data_events_tell_where_last_accessed_cannot(account: Account, look: Look) -> None:
    limits = Limits(unused=timedelta(days=5))
    account.iam.create_access_key(UserName="web")
    (key,) = account.keys
    audited = await look(limits=limits, data_events=True)
    assert ("unused", key) in found(audited)
    unused = next(each for each in audited.findings if each.kind == "unused")
    told = unused.evidence[0]
    assert re.match(r"Not seen used( up to [^,]+)?, and use would have been recorded\.", told)
    # Where an object has come since it is known up to when; where none has, that nothing newer is known.
    assert (" up to " in told) != ("the newest calls may be missing" in told)

    account.ship(key)
    audited = await look(limits=limits, data_events=True)
    assert (unknown(audited), "unused" in {each.kind for each in audited.findings}) == (set(), False)


async def test_data_events_that_were_not_recorded_tell_nothing(account: Account, look: Look) -> None:
    account.boto("cloudtrail").stop_logging(Name="api-key-audit")
    account.iam.create_access_key(UserName="web")
    (key,) = account.keys
    audited = await look(limits=Limits(unused=timedelta(days=5)), data_events=True)
    assert unknown(audited) == {("unused", key)}
    assert "use is not known to have been recorded" in audited.unknown[0].why


async def test_groups_policies_that_may_not_be_read(account: Account, look: Look, sandbox: Sandbox) -> None:
    sandbox.faults.add("deny:GetAccountAuthorizationDetails")
    audited = await look()
    assert (found(audited), unknown(audited)) == (set(), set())
    assert [part.what for part in audited.unreadable] == ["the policies of all users and groups"]
    account.iam.create_group(GroupName="ci")
    account.iam.add_user_to_group(GroupName="ci", UserName="web")
    audited = await look()
    assert unknown(audited) == {("broad-policy", "web")}
    assert "policies of group ci" in {part.what for part in audited.unreadable}


async def test_each_part_that_is_denied_is_named_and_the_rest_stays(
    account: Account, look: Look, sandbox: Sandbox
) -> None:
    account.add_key(days=80, life=60)
    for operation in ("ListAccessKeys", "GetLoginProfile", "GetMetricData", "ListAnalyzers"):
        sandbox.faults.add(f"deny:{operation}")
    for operation in ("DescribeTrails", "ListSecrets"):
        sandbox.faults.add(f"deny:{operation}")
    audited = await look()
    assert {kind for kind, _ in found(audited)} == {"expired-present"}
    assert unknown(audited) == {
        ("user-has-access-keys", "web"),
        ("user-has-login", "web"),
        ("bearer-unneeded", f"{GROUP}@{REGION}"),
        ("not-recorded", REGION),
    }
    assert {part.what for part in audited.unreadable} == {
        "access keys of web",
        "login profile of web",
        f"traffic in {REGION}",
        f"Access Analyzer in {REGION}",
        f"the trails of {REGION}",
        "secrets under stanch/",
    }


async def test_keys_that_may_not_be_read_are_not_none(look: Look, sandbox: Sandbox) -> None:
    assert (await look()).keys_told == "1 key"
    sandbox.faults.add("deny:ListServiceSpecificCredentials")
    audited = await look()
    assert (audited.keys_told, audited.complete) == ("0 keys read, not all", False)


async def test_regions_are_told_apart(account: Account) -> None:
    account.boto("cloudtrail").update_trail(Name="api-key-audit", IsMultiRegionTrail=False)
    async with AwsSession(None, (REGION, "eu-west-1")) as aws:
        audited = await audit(aws)
    assert [(each.kind, each.subject, each.severity) for each in audited.findings] == [
        ("not-recorded", "eu-west-1", "medium")
    ], "no log group there takes bearer tokens"


async def test_a_user_that_goes_meanwhile_is_no_trouble(
    account: Account, look: Look, sandbox: Sandbox
) -> None:
    account.iam.create_user(UserName="gone")
    account.put("ship", policy(allow("logs:CallWithBearerToken")), "gone")
    key = account.add_key("gone")

    def go() -> None:
        if key in account.keys:
            account.drop(key)
            account.iam.delete_user_policy(UserName="gone", PolicyName="ship")
            account.iam.delete_user(UserName="gone")

    sandbox.faults.on("GetAccountAuthorizationDetails", "before", go)
    audited = await look()
    assert audited.unreadable == ()
    assert {each.user for each in audited.findings} | {each.user for each in audited.unknown} == set()
