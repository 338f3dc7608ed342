"""Each fault is planted alone: the audit finds exactly it, and nothing once it is mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.account import iam_backend
from services.audit.kinds import KINDS
from services.goals.governance.documents import Kind, Wanted, document
from tests.principals import EVERYTHING, allow, deny, policy
from tests.printed import bare
from tests.services.audit.conftest import GROUP, REGION, Account, Look, found, obey

CREATE = "iam:CreateServiceSpecificCredential"
AGE = "iam:ServiceSpecificCredentialAgeDays"

Fault = tuple[set[tuple[str, str]], Callable[[], Any]]
"""What is to be found, and what mends it."""


def never_expires(account: Account) -> Fault:
    key = account.renew(*account.keys, life=None)
    return {("never-expires", key)}, lambda: account.renew(key)


def in_effect_never(account: Account) -> Fault:
    key = account.renew(*account.keys, life=36600)
    return {("never-expires", key)}, lambda: account.renew(key)


def old(account: Account) -> Fault:
    key = account.renew(*account.keys, days=91, life=365)
    return {("old", key)}, lambda: account.renew(key)


def expires_soon(account: Account) -> Fault:
    key = account.renew(*account.keys, days=50, life=60)
    return {("expires-soon", key)}, lambda: account.renew(key)


def expired(account: Account) -> Fault:
    key = account.add_key(days=80, life=60)
    return {("expired-present", key)}, lambda: account.drop(key)


def two_active(account: Account) -> Fault:
    key = account.add_key(days=1)
    return {("two-active", "web/logs")}, lambda: account.drop(key)


def unused(account: Account) -> Fault:
    key = account.renew(*account.keys, days=200, life=400)
    account.reached(account.ago(days=100))
    return {("unused", key), ("old", key)}, lambda: account.renew(key)


def without_any_right(account: Account) -> Fault:
    account.iam.create_user(UserName="idle")
    key = account.add_key("idle", days=95, life=200)
    return {("unused", key), ("old", key)}, lambda: account.drop(key)


def access_key(account: Account) -> Fault:
    key = account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]

    def mend() -> None:
        account.iam.update_access_key(UserName="web", AccessKeyId=key, Status="Inactive")

    return {("user-has-access-keys", "web")}, mend


def login(account: Account) -> Fault:
    account.iam.create_login_profile(UserName="web", Password="Correct-horse-9")
    return {("user-has-login", "web")}, lambda: account.iam.delete_login_profile(UserName="web")


def all_of_a_service(account: Account) -> Fault:
    account.put("wide", policy(allow("s3:*", "logs:*")))
    return {("broad-policy", "web/wide")}, lambda: _drop_policy(account, "wide")


def makes_access_keys(account: Account) -> Fault:
    account.put("own-keys", policy(allow("iam:*AccessKey*")))
    return {("broad-policy", "web/own-keys")}, lambda: _drop_policy(account, "own-keys")


def all_but_a_few(account: Account) -> Fault:
    account.put("not", policy({"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}))
    return {("broad-policy", "web/not")}, lambda: _drop_policy(account, "not")


def everything_by_a_group(account: Account) -> Fault:
    iam = account.iam
    iam.create_group(GroupName="admins")
    iam.add_user_to_group(GroupName="admins", UserName="web")
    iam.attach_group_policy(GroupName="admins", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    expected = {("broad-policy", "web/AdministratorAccess (group admins)"), ("no-deny-boundary", "web")}
    return expected, lambda: iam.remove_user_from_group(GroupName="admins", UserName="web")


def writes_everywhere(account: Account) -> Fault:
    account.put("more", policy(allow("logs:PutLogEvents")))
    return {("writes-everywhere", "web")}, lambda: _drop_policy(account, "more")


def makes_lasting_keys(account: Account) -> Fault:
    account.put("mint", policy(allow(CREATE)))
    expected = {("broad-policy", "web/mint"), ("no-deny-boundary", "web")}
    return expected, lambda: _drop_policy(account, "mint")


def makes_lasting_keys_by_half_a_deny(account: Account) -> Fault:
    """A deny of an age too high does not catch an age left out."""
    half = deny(CREATE, Condition={"NumericGreaterThan": {AGE: "90"}})
    account.put("mint", policy(allow(CREATE), half))
    expected = {("broad-policy", "web/mint"), ("no-deny-boundary", "web")}
    return expected, lambda: _drop_policy(account, "mint")


def quarantine(account: Account) -> Fault:
    arn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    account.iam.attach_user_policy(UserName="web", PolicyArn=arn)

    def mend() -> None:
        account.iam.detach_user_policy(UserName="web", PolicyArn=arn)

    return {("quarantine", "web")}, mend


STORED = "stanch/web/logs/1-0a1b2c3d"


def stale_secret(account: Account) -> Fault:
    secrets = account.boto("secretsmanager")
    secrets.create_secret(Name=STORED, SecretString="the last one's")
    # As if two hours had gone by before the key that is there now was made.
    key = account.renew(*account.keys, days=-2 / 24)
    return {("stale-secret", "web")}, lambda: account.renew(key, days=0)


def other_secret(account: Account) -> Fault:
    """The secret of the fault before is younger than the key now."""
    account.renew(*account.keys, days=10)

    def mend() -> None:
        account.boto("secretsmanager").delete_secret(SecretId=STORED, ForceDeleteWithoutRecovery=True)

    return {("other-secret", "web")}, mend


def silent_group(account: Account) -> Fault:
    account.group("/app/gone", bytes_ago=24 * 15 + 1)
    return {("bearer-unneeded", f"/app/gone@{REGION}")}, lambda: _switch_off(account, "/app/gone")


def no_key_left(account: Account) -> Fault:
    (key,) = account.keys
    account.drop(key)
    return {("bearer-unneeded", f"{GROUP}@{REGION}")}, lambda: _switch_off(account, GROUP)


def not_recorded(account: Account) -> Fault:
    trail = account.boto("cloudtrail")
    trail.stop_logging(Name="api-key-audit")
    return {("not-recorded", REGION)}, lambda: trail.start_logging(Name="api-key-audit")


def recorded_in_part(account: Account) -> Fault:
    trail = account.boto("cloudtrail")
    before = trail.get_event_selectors(TrailName="api-key-audit")["AdvancedEventSelectors"]
    narrow = {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]},
            {"Field": "resources.ARN", "StartsWith": ["arn:aws:logs:us-east-1:123456789012:log-group:/app/"]},
        ]
    }
    trail.put_event_selectors(TrailName="api-key-audit", AdvancedEventSelectors=[narrow])

    def mend() -> None:
        trail.put_event_selectors(TrailName="api-key-audit", AdvancedEventSelectors=before)

    return {("recorded-partly", REGION)}, mend


def analyzer_unused(account: Account) -> Fault:
    account.boto("accessanalyzer").create_analyzer(
        analyzerName="unused",
        type="ACCOUNT_UNUSED_ACCESS",
        configuration={"unusedAccess": {"unusedAccessAge": 90}},
    )
    account.iam.create_login_profile(UserName="web", Password="Correct-horse-9")
    user = iam_backend().users["web"]
    user.create_date = account.ago(days=200).replace(tzinfo=None)
    subject = "UnusedIAMUserPassword/arn:aws:iam::123456789012:user/web"
    expected = {("analyzer-unused", subject), ("user-has-login", "web")}
    return expected, lambda: account.iam.delete_login_profile(UserName="web")


def analyzer_external(account: Account) -> Fault:
    account.boto("accessanalyzer").create_analyzer(analyzerName="outside", type="ACCOUNT")
    secrets = account.boto("secretsmanager")
    secrets.create_secret(Name="stanch/other", SecretString="x")
    arn = secrets.describe_secret(SecretId="stanch/other")["ARN"]
    outside = allow("secretsmanager:GetSecretValue", Principal="*")
    secrets.put_resource_policy(SecretId="stanch/other", ResourcePolicy=json.dumps(policy(outside)))
    expected = {("analyzer-external", f"ExternalAccess/{arn}")}
    return expected, lambda: secrets.delete_resource_policy(SecretId="stanch/other")


KEYS = (never_expires, in_effect_never, old, expires_soon, expired, two_active, unused, without_any_right)
USERS = (
    access_key,
    login,
    all_of_a_service,
    makes_access_keys,
    all_but_a_few,
    everything_by_a_group,
    writes_everywhere,
    makes_lasting_keys,
    makes_lasting_keys_by_half_a_deny,
    quarantine,
    stale_secret,
    other_secret,
    analyzer_unused,
    analyzer_external,
)
PLACES = (not_recorded, recorded_in_part, silent_group, no_key_left)


@pytest.mark.parametrize("faults", [KEYS, USERS, PLACES], ids=["keys", "users", "places"])
async def test_exactly_what_is_planted_and_nothing_after_mending(
    account: Account, look: Look, faults: tuple[Callable[[Account], Fault], ...]
) -> None:
    """One after the other in one account, which is tidy again before the next."""
    for fault in faults:
        expected, mend = fault(account)
        audited = await look()
        assert found(audited) == expected, fault.__name__
        assert {kind for kind, _ in expected} <= KINDS.keys()
        assert (audited.unreadable, audited.unknown) == ((), ())
        assert all(each.evidence and each.mend for each in audited.findings)
        # By what the audit says, where nothing is left to be filled in; the others have their own tests.
        commands = {
            each.mend for each in audited.findings if bare(each.mend).startswith(("aws ", "stanch harden"))
        }
        if any(" get-" in bare(command) for command in commands) or not commands:
            mend()
        else:
            for command in commands:
                await obey(account, command)
        assert (await look()).findings == (), fault.__name__


def test_every_kind_is_planted_somewhere_and_documented() -> None:
    source = Path(__file__).read_text()
    told = (Path(__file__).parents[3] / "docs" / "audit.md").read_text()
    assert [kind for kind in KINDS if f'("{kind}", ' not in source] == []
    assert [kind for kind in KINDS if f"`{kind}`" not in told] == []


async def test_the_account_is_tidy_to_begin_with(account: Account, look: Look) -> None:
    audited = await look()
    assert (audited.findings, audited.unknown, audited.complete, audited.keys) == ((), (), True, 1)


async def test_what_keeps_keys_from_lasting_is_seen(account: Account, look: Look) -> None:
    for guarded in (
        [allow(CREATE), deny(CREATE)],
        [allow(CREATE), deny(CREATE, Condition={"Null": {AGE: "true"}})],
        [allow(CREATE, Condition={"NumericLessThanEquals": {AGE: "90"}})],
        [allow(CREATE), *document(Wanted(Kind.EXPIRY))["Statement"]],
        [allow(CREATE), *document(Wanted(Kind.DENY))["Statement"]],
    ):
        account.put("mint", policy(*guarded))
        assert ("no-deny-boundary", "web") not in found(await look())
    other = document(Wanted(Kind.DENY, "bedrock.amazonaws.com"))["Statement"]
    account.put("mint", policy(allow(CREATE), *other))
    assert ("no-deny-boundary", "web") in found(await look())


async def test_a_boundary_is_seen(account: Account, look: Look) -> None:
    account.put("mint", policy(allow(CREATE)))
    bounds = policy(EVERYTHING, deny(CREATE, Condition={"Null": {AGE: "true"}}))
    made = account.iam.create_policy(PolicyName="bounds", PolicyDocument=json.dumps(bounds))
    account.iam.put_user_permissions_boundary(UserName="web", PermissionsBoundary=made["Policy"]["Arn"])
    assert found(await look()) == {("broad-policy", "web/mint")}


def _drop_policy(account: Account, name: str) -> None:
    account.iam.delete_user_policy(UserName="web", PolicyName=name)


def _switch_off(account: Account, group: str) -> None:
    account.boto("logs").put_bearer_token_authentication(
        logGroupIdentifier=group, bearerTokenAuthenticationEnabled=False
    )
