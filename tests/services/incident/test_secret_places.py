"""Where a new secret goes: not where others can guess, read or encrypt it, and never over another one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError, Denied
from services.aws.secretsmanager import SecretInfo
from services.aws.session import AwsSession
from services.cases import entry
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.names import SecretNames
from services.cases.plan import StepName
from services.cases.secret import ToFile, ToSecretsManager
from services.incident import opening
from services.incident.situation import Options
from tests.principals import EVERYTHING, deny, make_user, policy, sign_as
from tests.rewriting import rewrite
from tests.services.incident.conftest import Account, Opened
from tests.storedsecrets import names_of

REPLACE = StepName.REPLACE
ARN = "arn:aws:secretsmanager:us-east-1"
THEIRS = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000"


def readable(principal: object, action: object = "secretsmanager:GetSecretValue") -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


POLICIES = {
    "another account": readable({"AWS": "arn:aws:iam::111122223333:root"}),
    "everybody": readable("*"),
    "a role of the account": readable({"AWS": ["arn:aws:iam::123456789012:role/x"]}, ["secretsmanager:*"]),
    "by a pattern": readable({"AWS": "*"}, "secretsmanager:Get*"),
    "who may set the policy": readable({"AWS": "111122223333"}, "secretsmanager:PutResourcePolicy"),
}


@pytest.mark.parametrize("name", POLICIES)
async def test_what_others_may_read_is_described_and_refused(
    opened: Opened, account: Account, name: str
) -> None:
    account.secrets.create_secret(Name="prod/web", SecretString="an old one")
    account.secrets.put_resource_policy(SecretId="prod/web", ResourcePolicy=POLICIES[name])
    async with opened() as runbook:
        plan = await runbook.plan(REPLACE, Options(secret_to=ToSecretsManager("prod/web")))
        assert plan.calls == ()
        assert plan.blocked
        assert "its policy lets others read it" in plan.blocked.lower()
        assert "made 20" in plan.blocked
        assert "--secret-anyway" in plan.blocked
        with pytest.raises(Refused):
            await runbook.apply(REPLACE, Options(secret_to=ToSecretsManager("prod/web")))
        assert account.new_keys() == []
        knowingly = Options(secret_to=ToSecretsManager("prod/web", anyway=True))
        plan = await runbook.plan(REPLACE, knowingly)
        assert any("lets others read it" in warning for warning in plan.warnings)
        assert (await runbook.apply(REPLACE, knowingly)).verified
    assert account.secret("prod/web").startswith("ACWL")


async def test_what_another_accounts_key_encrypts_is_refused(opened: Opened, account: Account) -> None:
    account.secrets.create_secret(Name="prod/web", SecretString="an old one", KmsKeyId=THEIRS)
    async with opened() as runbook:
        plan = await runbook.plan(REPLACE, Options(secret_to=ToSecretsManager("prod/web")))
        assert THEIRS in (plan.blocked or "")
        assert "another account's key" in (plan.blocked or "").lower()


@pytest.mark.parametrize(
    ("info", "unsafe"),
    [
        (
            SecretInfo("x", f"{ARN}:111122223333:secret:x", None, ()),
            "it is in another account (111122223333)",
        ),
        (
            SecretInfo("x", f"{ARN}:123456789012:secret:x", None, (), replica_keys=(THEIRS,)),
            f"another account's key ({THEIRS}) encrypts a copy of it",
        ),
        (SecretInfo("x", f"{ARN}:123456789012:secret:x", None, (), kms_key="alias/ours"), None),
    ],
)
def test_whose_it_and_its_copies_are(info: SecretInfo, unsafe: str | None) -> None:
    assert next(entry._unsafe(info, None, None, "123456789012"), None) == unsafe


async def test_one_of_the_case_that_was_opened_to_others_is_not_used_again(
    opened: Opened, account: Account
) -> None:
    async with opened() as runbook:
        await runbook.apply(REPLACE)
        (first,) = names_of(account.secrets, "web")
        before = account.secret(first)
        account.secrets.put_resource_policy(SecretId=first, ResourcePolicy=POLICIES["everybody"])
        await runbook.undo(REPLACE)
        plan = await runbook.plan(REPLACE)
        assert any(f"{first} of this case is not used again" in warning for warning in plan.warnings)
        await runbook.apply(REPLACE)
    (second,) = set(names_of(account.secrets, "web")) - {first}
    assert account.secret(first) == before
    assert account.secret(second).startswith("ACWL")


async def test_what_may_not_be_read_is_not_taken_for_private(
    opened: Opened, account: Account, sandbox: Sandbox
) -> None:
    account.secrets.create_secret(Name="prod/web", SecretString="an old one")
    sandbox.faults.add("deny:GetResourcePolicy")
    async with opened() as runbook:
        plan = await runbook.plan(REPLACE, Options(secret_to=ToSecretsManager("prod/web")))
        assert "could not be read" in (plan.blocked or "")


async def test_a_name_made_beforehand_is_not_the_one_that_is_used(opened: Opened, account: Account) -> None:
    """Whatever somebody may guess is taken already, and left as it is."""
    for name in ("stanch/web", "stanch/web/logs", "stanch/web/logs/1", "stanch/web/logs/2"):
        account.secrets.create_secret(Name=name, SecretString="bait")
        account.secrets.put_resource_policy(SecretId=name, ResourcePolicy=POLICIES["everybody"])
    baited = set(names_of(account.secrets, "web"))
    async with opened() as runbook:
        await runbook.apply(REPLACE)
    (used,) = set(names_of(account.secrets, "web")) - baited
    assert account.secret(used).startswith("ACWL")
    for name in baited:
        assert account.secret(name) == "bait"


async def test_each_key_of_a_user_has_a_secret_of_its_own(
    account: Account, book: CaseBook, sandbox: Sandbox
) -> None:
    iam = account.iam
    keys = [account.key_id]
    for service in ("bedrock.amazonaws.com", "codecommit.amazonaws.com", "cassandra.amazonaws.com"):
        made = iam.create_service_specific_credential(UserName="web", ServiceName=service)
        keys.append(made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])
    new: dict[str, str] = {}
    async with AwsSession() as aws:
        for key_id in keys:
            runbook = await opening.look_up(aws, book, key_id, user="web")
            with opening.begin(runbook, book):
                await runbook.apply(REPLACE)
                made_now = runbook.state.replacement
                assert made_now
                assert made_now.delivered
                new[made_now.delivered.partition(":")[2]] = made_now.key_id
    assert len(new) == 4
    for name, key_id in new.items():
        key = sandbox.world.part(CredentialStore).get(key_id)
        assert key
        stored = account.secret(name)
        if key.service.startswith(("codecommit", "cassandra")):
            assert json.loads(stored) == {"username": key.alias, "password": key.token}
        else:
            assert stored == key.token
        stages = account.secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
        assert list(stages.values()) == [["AWSCURRENT"]], "nothing was overwritten"


@pytest.mark.parametrize("in_place", [True, False])
async def test_where_the_way_out_is_known_to_be_barred_nothing_is_sent(
    opened: Opened,
    account: Account,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    in_place: bool,
) -> None:
    sandbox.world.settings.enforce_policies = True
    documents = (
        policy(EVERYTHING),
        policy(deny("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue")),
    )
    sign_as(monkeypatch, make_user(account.iam, "medic", *documents))
    options = Options(in_place=in_place)
    store = sandbox.world.part(CredentialStore)
    async with opened() as runbook:
        before = store.get(account.key_id)
        with pytest.raises(Refused, match="the new secret would be lost"):
            await runbook.apply(REPLACE, options)
        assert store.get(account.key_id) == before, "it was not reset"
        assert account.new_keys() == []


@pytest.mark.parametrize(
    "told", [True, False], ids=["its Region journaled", "as older versions journaled it"]
)
async def test_whether_it_was_stored_is_asked_where_it_went(
    opened: Opened, account: Account, book: CaseBook, sandbox: Sandbox, told: bool
) -> None:
    """Cut off, and resumed from a shell with another default Region: a secret in use is not reset."""
    sandbox.faults.add("drop:CreateSecret")
    sandbox.faults.on("CreateSecret", "after", lambda: sandbox.faults.add("deny:DescribeSecret"))
    async with opened() as runbook:
        with pytest.raises(AwsError):
            await runbook.apply(REPLACE)
        assert runbook.state.unsettled
    sandbox.faults.clear()
    stored = account.secret()
    (case,) = book.cases()
    if not told:
        rewrite(case, '"region":"us-east-1","service":"secretsmanager"', '"service":"secretsmanager"')
    async with AwsSession(regions=("us-west-2",)) as aws:
        runbook = await opening.look_up(aws, book, account.key_id, user="web")
        with opening.begin(runbook, book):
            (found,) = await runbook.resume()
            if not told:
                assert "is not in us-west-2, and the journal does not name the Region" in found
                with pytest.raises(Refused, match="Say first whether it is this case's"):
                    await runbook.apply(REPLACE)
                (doubt,) = runbook.state.doubts.values()
                await runbook.answer_doubt(doubt, doubt.candidates[0])
            assert runbook.state.replacement
            assert runbook.state.replacement.delivered
            assert (await runbook.plan(REPLACE)).calls == ()
    assert account.secret() == stored


async def test_where_it_fails_afterwards_the_secret_is_kept(
    opened: Opened, account: Account, sandbox: Sandbox
) -> None:
    sandbox.faults.add("deny:CreateSecret:1")
    store = sandbox.world.part(CredentialStore)
    async with opened() as runbook:
        with pytest.raises(Denied):
            await runbook.apply(REPLACE, Options(in_place=True))
        assert runbook.secret is not None
        plan = await runbook.plan(REPLACE, Options(in_place=True))
        assert [call.operation for call in plan.calls] == ["CreateSecret"], "it is stored, and nothing else"
        assert (await runbook.apply(REPLACE, Options(in_place=True))).verified
        assert runbook.secret is None
    key = store.get(account.key_id)
    assert key
    assert account.secret() == key.token


async def test_kept_it_goes_where_the_responder_says(
    opened: Opened, account: Account, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.add("500:CreateSecret:9")
    async with opened() as runbook:
        with pytest.raises(AwsError):
            await runbook.apply(REPLACE)
        await runbook.hand_over(ToFile(tmp_path / "web.key"))
        (new,) = account.new_keys()
        key = sandbox.world.part(CredentialStore).get(new)
        assert key
        assert (tmp_path / "web.key").read_text() == key.token + "\n"
        assert (await runbook.plan(REPLACE)).already


def test_names_last_once_a_case_is_there_and_cannot_be_guessed(tmp_path: Path) -> None:
    asked = ("web", "logs.amazonaws.com", 2, "ACCA1")
    first = SecretNames(tmp_path / "state")
    name = first.of_key(*asked)
    assert name.startswith("stanch/web/logs/2-")
    assert not (tmp_path / "state").exists(), "looking writes nothing"
    first.keep()
    assert SecretNames(tmp_path / "state").of_key(*asked) == name
    assert SecretNames(tmp_path / "other").of_key(*asked) != name
    assert (tmp_path / "state" / "names.key").stat().st_mode & 0o777 == 0o600
    others = {first.of_key("web", "logs.amazonaws.com", 2, f"ACCA{number}") for number in range(50)}
    assert len(others) == 50
