"""Each step, done by us and confirmed by boto3."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError, Denied, ReadOnly, Unreachable
from services.cases.case import CaseBook
from services.cases.errors import CaseHeld, Refused
from services.cases.plan import State, StepName
from services.cases.secret import ToFile, ToScreen, ToSecretsManager
from services.incident.situation import Options
from tests.printed import bare
from tests.services.incident.conftest import LOGS, Account, Opened
from tests.storedsecrets import name_of

DEACTIVATE, REPLACE, DELETE, DENY = (
    StepName.DEACTIVATE,
    StepName.REPLACE,
    StepName.DELETE,
    StepName.DENY,
)


async def test_deactivate_and_back(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        plan = await runbook.plan(DEACTIVATE)
        assert [call.operation for call in plan.calls] == ["UpdateServiceSpecificCredential"]
        assert bare(str(plan.where.aws(plan.calls[0]))) == (
            "aws iam update-service-specific-credential --user-name web "
            f"--service-specific-credential-id {account.key_id} --status Inactive"
        )
        assert account.statuses() == {account.key_id: "Active"}, "a plan changes nothing"
        result = await runbook.apply(DEACTIVATE)
        assert (result.step.state, result.verified) == (State.CONFIRMED, True)
        assert account.statuses() == {account.key_id: "Inactive"}
        assert result.step.calls[0].request_id
        undone = await runbook.undo(DEACTIVATE)
        assert undone.step.state is State.UNDONE
        assert account.statuses() == {account.key_id: "Active"}


async def test_what_is_so_already_needs_no_call(opened: Opened, account: Account) -> None:
    account.iam.update_service_specific_credential(
        UserName="web", ServiceSpecificCredentialId=account.key_id, Status="Inactive"
    )
    async with opened() as runbook:
        result = await runbook.apply(DEACTIVATE)
        assert result.verified
        assert result.message == "The key is already Inactive."
        assert result.step.calls == ()


async def test_a_key_deleted_meanwhile_is_contained(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        account.iam.delete_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=account.key_id
        )
        assert "deleted" in (await runbook.plan(DEACTIVATE)).already
        assert (await runbook.apply(DEACTIVATE)).verified
        assert (await runbook.apply(DELETE, Options(override="gone"))).verified
        with pytest.raises(Refused, match="cannot be restored"):
            await runbook.undo(DEACTIVATE)


async def test_hold_and_lift(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        result = await runbook.apply(DENY)
        assert result.verified
        assert account.policies() == ["stanch-hold-logs"]
        document = account.iam.get_user_policy(UserName="web", PolicyName="stanch-hold-logs")[
            "PolicyDocument"
        ]
        assert document["Statement"][0]["Action"] == ["logs:CallWithBearerToken"]
        assert (await runbook.undo(DENY)).step.state is State.UNDONE
        assert account.policies() == []


async def test_a_hold_by_somebody_else_is_recognised_and_left(opened: Opened, account: Account) -> None:
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "logs:*", "Resource": "*"}}
    account.iam.put_user_policy(UserName="web", PolicyName="theirs", PolicyDocument=json.dumps(document))
    async with opened() as runbook:
        assert "theirs" in (await runbook.plan(DENY)).already
        assert (await runbook.apply(DENY)).verified
        assert (await runbook.undo(DENY)).message.startswith("No deny policy from stanch")
        assert account.policies() == ["theirs"]


async def test_no_room_for_the_hold_is_found_before(opened: Opened, account: Account) -> None:
    big = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::" + "x" * 1900]}
        ],
    }
    account.iam.put_user_policy(UserName="web", PolicyName="big", PolicyDocument=json.dumps(big))
    async with opened() as runbook:
        with pytest.raises(Refused, match="2048"):
            await runbook.apply(DENY)
    assert account.policies() == ["big"]


async def test_replace_to_secrets_manager(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        result = await runbook.apply(REPLACE)
        (new,) = account.new_keys()
        assert result.verified
        assert runbook.state.replacement.key_id == new
        assert account.secret().startswith("ACWL")
        listed = account.iam.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
        made = next(found for found in listed if found["ServiceSpecificCredentialId"] == new)
        assert (made["ExpirationDate"] - made["CreateDate"]).days == 90
        again = await runbook.apply(REPLACE)
        assert "already created" in again.message
        assert account.new_keys() == [new], "asking twice makes one key"


async def test_the_secret_is_written_nowhere_it_was_not_sent(
    opened: Opened, account: Account, book: CaseBook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="services")
    async with opened() as runbook:
        result = await runbook.apply(REPLACE)
    secret = account.secret()
    files = [path for path in book.folder.rglob("*") if path.is_file()]
    assert files
    for part in (secret, secret[-40:]):
        assert not any(part.encode() in path.read_bytes() for path in files)
        assert part not in repr(result)
        assert part not in caplog.text


async def test_replace_to_a_file(opened: Opened, account: Account, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    async with opened() as runbook:
        await runbook.apply(REPLACE, Options(secret_to=ToFile(path)))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("ACWL")
    assert len(account.new_keys()) == 1


@pytest.mark.parametrize("in_the_way", ["file", "link", "no folder"])
def test_nowhere_to_write(tmp_path: Path, in_the_way: str) -> None:
    from services.cases.secret import problem

    path = tmp_path / "secret"
    match in_the_way:
        case "file":
            path.write_text("mine")
        case "link":
            path.symlink_to("/nonexistent")
        case _:
            path = tmp_path / "missing" / "secret"
    assert problem(ToFile(path))


async def test_an_existing_file_is_refused_before_a_key_is_made(
    opened: Opened, account: Account, tmp_path: Path
) -> None:
    path = tmp_path / "secret"
    path.write_text("mine")
    async with opened() as runbook:
        with pytest.raises(Refused, match="already exists"):
            await runbook.apply(REPLACE, Options(secret_to=ToFile(path)))
    assert (path.read_text(), account.new_keys()) == ("mine", [])


async def test_replace_to_the_screen(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        result = await runbook.apply(REPLACE, Options(secret_to=ToScreen()))
        assert result.secret.reveal().startswith("ACWL")
        assert "ACWL" not in repr(result)
        assert not result.verified, "it is not done before it was shown"
        await runbook.delivered("screen")
        assert (await runbook.verify(REPLACE)).state is State.CONFIRMED


async def test_an_existing_secret_gets_a_version(opened: Opened, account: Account) -> None:
    account.secrets.create_secret(Name="prod/web", SecretString="old")
    async with opened() as runbook:
        plan = await runbook.plan(REPLACE, Options(secret_to=ToSecretsManager("prod/web")))
        assert plan.calls[1].operation == "PutSecretValue"
        await runbook.apply(REPLACE, Options(secret_to=ToSecretsManager("prod/web")))
    assert account.secret("prod/web").startswith("ACWL")


async def test_a_new_secret_has_the_kms_key_and_the_tags_asked_for(
    opened: Opened, account: Account, boto: Callable[..., Any]
) -> None:
    key = boto("kms").create_key()["KeyMetadata"]["Arn"]
    options = Options(secret_to=ToSecretsManager(kms_key=key, tags=(("team", "obs"), ("a", "b=c"))))
    async with opened() as runbook:
        assert (await runbook.apply(REPLACE, options)).verified
        plan = await runbook.plan_undo(REPLACE)
        assert plan.calls
    described = account.secrets.describe_secret(SecretId=name_of(account.secrets, "web"))
    assert described["KmsKeyId"] == key
    assert described["Tags"] == [{"Key": "team", "Value": "obs"}, {"Key": "a", "Value": "b=c"}]


async def test_never_expires_is_possible_and_warned_of(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        plan = await runbook.plan(REPLACE, Options(age_days=None))
        assert any("never expires" in warning for warning in plan.warnings)
        await runbook.apply(REPLACE, Options(age_days=None))
    listed = account.iam.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
    assert not any("ExpirationDate" in found for found in listed)


async def test_the_quota_of_two_shows_both_keys(opened: Opened, account: Account) -> None:
    second = account.iam.create_service_specific_credential(UserName="web", ServiceName=LOGS)
    second_id = second["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    async with opened() as runbook:
        blocked = (await runbook.plan(REPLACE)).blocked
        assert account.key_id in blocked
        assert second_id in blocked
        with pytest.raises(Refused, match="reset this one in place"):
            await runbook.apply(REPLACE)


async def test_the_hold_blocks_a_replacement(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        await runbook.apply(DENY)
        with pytest.raises(Refused, match="remove it first"):
            await runbook.apply(REPLACE)
        await runbook.undo(DENY)
        assert (await runbook.apply(REPLACE)).verified


async def test_reset_in_place_makes_an_inactive_key_active(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        await runbook.apply(DEACTIVATE)
        result = await runbook.apply(REPLACE, Options(in_place=True))
        assert result.verified
        assert account.statuses() == {account.key_id: "Active"}
        assert account.secret() != account.token
        assert "reset in place" in (await runbook.plan(DELETE)).already
        with pytest.raises(Refused, match="no longer works"):
            await runbook.undo(REPLACE)


async def test_taking_a_replacement_back(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        await runbook.apply(REPLACE)
        assert (await runbook.undo(REPLACE)).step.state is State.UNDONE
        assert account.statuses() == {account.key_id: "Active"}
        assert runbook.state.replacement is None


@pytest.mark.parametrize("before", ["nothing", "replaced"])
async def test_delete_is_refused_until_a_replacement_works(
    opened: Opened, account: Account, before: str
) -> None:
    async with opened() as runbook:
        if before == "replaced":
            await runbook.apply(DEACTIVATE)
            await runbook.apply(REPLACE)
        with pytest.raises(Refused, match="--override"):
            await runbook.apply(DELETE)
        assert account.key_id in account.statuses()


async def test_delete_with_an_override_keeps_the_metadata(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        result = await runbook.apply(DELETE, Options(override="the service is deleted"))
        assert result.verified
        assert account.statuses() == {}
        kinds = [entry.kind for entry in runbook.case.journal.entries()]
        assert kinds.index("metadata") < kinds.index("intent")
        assert kinds.index("override") < kinds.index("intent")
        metadata = next(entry for entry in runbook.case.journal.entries() if entry.kind == "metadata")
        assert metadata.data["alias"] == "web-at-123456789012"


async def test_every_intent_is_on_disk_before_its_call(
    opened: Opened, account: Account, sandbox: Sandbox, book: CaseBook
) -> None:
    seen: list[bool] = []

    def look(operation: str) -> None:
        (journal,) = book.folder.glob("*/journal.jsonl")
        last = json.loads(journal.read_bytes().splitlines()[-1])
        seen.append(last["kind"] == "intent" and last["data"]["call"]["operation"] == operation)

    operations = (
        "UpdateServiceSpecificCredential",
        "CreateServiceSpecificCredential",
        "CreateSecret",
        "PutUserPolicy",
        "DeleteUserPolicy",
        "DeleteServiceSpecificCredential",
    )
    for operation in operations:
        sandbox.faults.on(operation, "before", partial(look, operation))
    async with opened() as runbook:
        await runbook.apply(DEACTIVATE)
        await runbook.apply(REPLACE)
        await runbook.apply(DENY)
        await runbook.undo(DENY)
        await runbook.apply(DELETE, Options(override="test"))
    assert seen == [True] * len(operations)


async def test_read_only_refuses_in_the_services(opened: Opened, account: Account) -> None:
    async with opened(read_only=True) as runbook:
        for step in (DEACTIVATE, REPLACE, DENY):
            with pytest.raises(ReadOnly):
                await runbook.apply(step)
        assert runbook.state.unsettled == {}
    assert account.statuses() == {account.key_id: "Active"}
    assert account.policies() == []


async def test_the_responder_who_is_the_compromised_user_is_refused(
    opened: Opened, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = account.iam.create_access_key(UserName="web")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", made["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", made["SecretAccessKey"])
    async with opened() as runbook:
        assert "signed in as web" in (await runbook.plan(DEACTIVATE)).blocked
        with pytest.raises(Refused, match="signed in as web"):
            await runbook.apply(DEACTIVATE)
    assert account.statuses() == {account.key_id: "Active"}


async def test_a_second_responder_is_told_who_has_the_case(
    opened: Opened, book: CaseBook, account: Account
) -> None:
    async with opened() as runbook:
        with pytest.raises(CaseHeld, match="process"):
            book.get(runbook.case.id).__enter__()


async def test_denied_is_journaled_and_can_be_tried_again(
    opened: Opened, account: Account, sandbox: Sandbox
) -> None:
    sandbox.faults.add("deny:UpdateServiceSpecificCredential:1")
    async with opened() as runbook:
        with pytest.raises(Denied, match="iam:UpdateServiceSpecificCredential"):
            await runbook.apply(DEACTIVATE)
        assert runbook.state.step(DEACTIVATE).state is State.FAILED
        assert (await runbook.apply(DEACTIVATE)).verified


async def test_create_whose_answer_is_lost_mints_one_key(
    opened: Opened, account: Account, sandbox: Sandbox
) -> None:
    sandbox.faults.add("drop:CreateServiceSpecificCredential:1")
    async with opened() as runbook:
        with pytest.raises(Unreachable):
            await runbook.apply(REPLACE)
        (orphan,) = account.new_keys()
        assert "secret is lost" in runbook.state.step(REPLACE).words
        plan = await runbook.plan(REPLACE)
        assert [call.operation for call in plan.calls] == ["ResetServiceSpecificCredential", "CreateSecret"]
        assert (await runbook.apply(REPLACE)).verified
        assert account.new_keys() == [orphan]
        assert account.secret().startswith("ACWL")


async def test_create_that_never_arrived_is_known_not_to_have_been(
    opened: Opened, account: Account, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    monkeypatch.setattr("services.cases.settle.PATIENCE", timedelta())
    sandbox.faults.add("drop-before:CreateServiceSpecificCredential:1")
    async with opened() as runbook:
        with pytest.raises(Unreachable):
            await runbook.apply(REPLACE)
        assert account.new_keys() == []
        assert (await runbook.apply(REPLACE)).verified
        assert len(account.new_keys()) == 1


async def test_a_secret_that_cannot_be_stored_is_made_anew_elsewhere(
    opened: Opened, account: Account, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.add("deny:CreateSecret")
    async with opened() as runbook:
        with pytest.raises(AwsError):
            await runbook.apply(REPLACE)
        (new,) = account.new_keys()
        assert (await runbook.apply(REPLACE, Options(secret_to=ToFile(tmp_path / "s")))).verified
        assert account.new_keys() == [new]


async def test_an_altered_journal_is_not_trusted(opened: Opened, account: Account, book: CaseBook) -> None:
    async with opened() as runbook:
        await runbook.apply(DEACTIVATE)
        case: Any = runbook.case
    path = case.journal.path
    path.write_bytes(path.read_bytes().replace(b'"Inactive"', b'"Active"  '))
    assert book.get(case.id).flaws()
