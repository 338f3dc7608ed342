"""A key with all it needs: what is there is kept, what is missing is made, what was made is taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError, Denied
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.plan import Governing, State
from services.cases.secret import ToFile, ToScreen, ToSecretsManager
from services.goals import book as cases
from services.goals.engine import Offer, Upkeep
from services.goals.goal import Goal
from services.goals.governance.documents import Kind, Wanted, document
from services.goals.issuing.setup import SetupGoal
from services.goals.issuing.wanted import PolicyChoice, custom_policy
from tests.services.goals.issuing.routes import (
    CUSTOM,
    LOGS,
    MANAGED,
    Shop,
    bring_about,
    issue,
    setup,
    take_back,
    token,
)

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def sent(sandbox: Sandbox) -> list[str]:
    """Every change that AWS was asked for."""
    heard: list[str] = []
    sandbox.world.on_api_call.append(lambda call: None if call.read_only else heard.append(call.operation))
    return heard


async def offer(aws: AwsSession, book: CaseBook, goal: Goal, *, undo: bool = False) -> Offer:
    upkeep = await cases.look_up(aws, book, goal, undoing=undo)
    return await (upkeep.offer_undo() if undo else upkeep.offer())


async def test_the_key_comes_last_and_goes_before_its_user(
    aws: AwsSession, book: CaseBook, shop: Shop, sent: list[str]
) -> None:
    await bring_about(aws, book, setup(shop))
    assert sent == [
        "CreateUser",
        "PutUserPolicy",
        "CreateLogGroup",
        "CreateLogStream",
        "PutBearerTokenAuthentication",
        "CreateServiceSpecificCredential",
        "CreateSecret",
    ]
    (key,) = shop.keys()
    sent.clear()
    await bring_about(aws, book, setup(shop))
    assert sent == []
    (case,) = book.cases()
    assert case.state().step(Governing.SETUP).state is State.CONFIRMED
    await take_back(aws, book, setup(shop))
    assert sent == [
        "PutBearerTokenAuthentication",
        "DeleteServiceSpecificCredential",
        "DeleteSecret",
        "DeleteUserPolicy",
        "DeleteUser",
        "DeleteLogGroup",
    ]
    deleted = [entry.data["facts"].get("keys") for entry in case.journal.entries() if entry.kind == "intent"]
    assert any(known and known[0]["key_id"] == key for known in deleted), "its metadata is kept"


async def test_what_was_there_is_kept_and_stays_when_all_is_taken_back(
    aws: AwsSession, book: CaseBook, shop: Shop, sent: list[str]
) -> None:
    iam, logs = shop.boto["iam"], shop.boto["logs"]
    iam.create_user(UserName=shop.user)
    theirs = iam.create_service_specific_credential(UserName=shop.user, ServiceName=LOGS)
    iam.attach_user_policy(UserName=shop.user, PolicyArn=MANAGED)
    logs.create_log_group(logGroupName=shop.log_group)
    sent.clear()
    goal = setup(shop, policy=PolicyChoice.MANAGED, tags=(("team", "x"),), send_event=True)
    shown = await offer(aws, book, goal)
    assert [call.operation for call in shown.plan.calls] == [
        "CreateLogStream",
        "PutBearerTokenAuthentication",
    ]
    told = " ".join((*shown.plan.warnings, *shown.proposal.remarks))
    assert "web already exists and keeps its tags" in told
    assert "/app/web exists and refuses bearer tokens" in told
    assert "No event can be sent" in told
    await bring_about(aws, book, goal)
    assert list(shop.keys()) == [theirs["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]]
    assert shop.secrets() == ["shared"]
    await take_back(aws, book, goal)
    assert (list(shop.keys().values()), shop.policies(), shop.streams()) == (["Active"], {MANAGED}, [])
    group = shop.group()
    assert group
    assert group["bearerTokenAuthenticationEnabled"] is False


async def test_another_log_group_joins_those_that_the_key_writes_to(
    aws: AwsSession, book: CaseBook, shop: Shop
) -> None:
    iam = shop.boto["iam"]
    await bring_about(aws, book, setup(shop))
    (key,) = shop.keys()
    more = SetupGoal(type(setup(shop).setup)(shop.user, "us-east-1", ("/app/more",)))
    await bring_about(aws, book, more)
    found = iam.get_user_policy(UserName=shop.user, PolicyName=CUSTOM)["PolicyDocument"]
    assert found == document(custom_policy((shop.log_group, "/app/more")))
    assert list(shop.keys()) == [key], "no second key is minted"
    # The same case made both, and takes both back.
    await take_back(aws, book, setup(shop))
    assert (shop.there(), shop.boto["logs"].describe_log_groups()["logGroups"]) == (False, [])


async def test_an_earlier_policy_comes_back_and_a_changed_one_is_let_be(
    aws: AwsSession, book: CaseBook, shop: Shop
) -> None:
    iam = shop.boto["iam"]
    iam.create_user(UserName=shop.user)
    earlier = document(custom_policy(("/app/old",)))
    iam.put_user_policy(UserName=shop.user, PolicyName=CUSTOM, PolicyDocument=json.dumps(earlier))
    await bring_about(aws, book, setup(shop))
    await take_back(aws, book, setup(shop))
    assert iam.get_user_policy(UserName=shop.user, PolicyName=CUSTOM)["PolicyDocument"] == earlier

    await bring_about(aws, book, setup(shop))
    changed = json.dumps(document(custom_policy(("/app/else",))))
    iam.put_user_policy(UserName=shop.user, PolicyName=CUSTOM, PolicyDocument=changed)
    await take_back(aws, book, setup(shop))
    newest = book.cases()[0].state()
    assert (
        "left: the policy stanch-write-logs of web, which someone changed"
        in newest.step(Governing.SETUP).words
    )
    assert newest.closed_at is None, "what is left can still be taken back"

    odd = json.dumps(document(Wanted(Kind.EXPIRY)))
    iam.put_user_policy(UserName=shop.user, PolicyName=CUSTOM, PolicyDocument=odd)
    shown = await offer(aws, book, setup(shop))
    assert shown.plan.blocked == (
        "web has a policy stanch-write-logs that someone changed: correct it by hand, "
        "or use --policy managed."
    )


async def test_events_and_keys_of_others_are_left_and_said(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox
) -> None:
    iam, logs = shop.boto["iam"], shop.boto["logs"]
    await bring_about(aws, book, setup(shop))
    now = int(sandbox.world.clock.now().timestamp() * 1000)
    logs.put_log_events(
        logGroupName=shop.log_group,
        logStreamName="default",
        logEvents=[{"timestamp": now, "message": "theirs"}],
    )
    held = iam.create_access_key(UserName=shop.user)["AccessKey"]["AccessKeyId"]
    await take_back(aws, book, setup(shop))
    assert (shop.there(), shop.keys(), shop.policies()) == (True, {}, set())
    assert shop.group() is not None
    (case,) = book.cases()
    step = case.state().step(Governing.SETUP)
    assert step.state is State.UNDONE
    assert "log group /app/web, which holds events of others (--delete-events removes it" in step.words
    assert f"user web, which has {held} of others' making" in step.words

    iam.delete_access_key(UserName=shop.user, AccessKeyId=held)
    shown = await offer(aws, book, setup(shop, delete_events=True), undo=True)
    assert "The log group /app/web holds events of others: they are deleted with it." in shown.plan.warnings
    await take_back(aws, book, setup(shop, delete_events=True))
    assert (shop.there(), shop.group()) == (False, None)
    assert case.state().closed_at


async def test_a_log_group_that_may_not_be_looked_into_is_left(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox
) -> None:
    await bring_about(aws, book, setup(shop))
    sandbox.faults.add("deny:FilterLogEvents")
    await take_back(aws, book, setup(shop))
    assert (shop.there(), shop.group() is None) == (False, False)


@pytest.mark.parametrize("status", ["Inactive", "Expired"])
async def test_a_key_that_does_not_work_is_no_key(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox, status: str
) -> None:
    iam = shop.boto["iam"]
    await bring_about(aws, book, setup(shop, age_days=1))
    (old,) = shop.keys()
    if status == "Expired":
        sandbox.world.clock.advance(timedelta(days=2))
    else:
        iam.update_service_specific_credential(
            UserName=shop.user, ServiceSpecificCredentialId=old, Status="Inactive"
        )
    shown = await offer(aws, book, setup(shop))
    assert any(words.startswith(f"{old} ({status}, made ") for words in shown.plan.warnings)
    await bring_about(aws, book, setup(shop))
    (new,) = set(shop.keys()) - {old}
    assert (shop.keys()[new], shop.secret()) == ("Active", token(sandbox, new))


async def test_a_key_that_vanishes_on_the_way_is_said_and_made_anew(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox
) -> None:
    iam = shop.boto["iam"]

    def vanish() -> None:
        (key,) = shop.keys()
        sandbox.faults.clear()
        iam.delete_service_specific_credential(UserName=shop.user, ServiceSpecificCredentialId=key)

    sandbox.faults.on("CreateSecret", "after", vanish)
    await bring_about(aws, book, setup(shop))
    (key,) = shop.keys()
    assert shop.secret() == token(sandbox, key)


async def test_what_stands_against_it_is_said_before(
    aws: AwsSession, book: CaseBook, shop: Shop, sent: list[str]
) -> None:
    iam = shop.boto["iam"]
    iam.create_user(UserName=shop.user)
    hold = {"Effect": "Deny", "Action": "logs:CallWithBearerToken", "Resource": "*"}
    held = json.dumps({"Version": "2012-10-17", "Statement": hold})
    iam.put_user_policy(UserName=shop.user, PolicyName="stanch-hold-logs", PolicyDocument=held)
    shown = await offer(aws, book, setup(shop))
    assert shown.plan.blocked
    assert "The deny policy (stanch-hold-logs) stops every key of web" in shown.plan.blocked
    iam.delete_user_policy(UserName=shop.user, PolicyName="stanch-hold-logs")
    made = iam.create_policy(PolicyName="no-tokens", PolicyDocument=held)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=shop.user, PolicyArn=made)
    shown = await offer(aws, book, setup(shop))
    assert any(
        "web may not logs:CallWithBearerToken: a policy denies it" in each for each in shown.plan.warnings
    )
    iam.detach_user_policy(UserName=shop.user, PolicyArn=made)

    for _ in range(2):
        key = iam.create_service_specific_credential(UserName=shop.user, ServiceName=LOGS)
        iam.update_service_specific_credential(
            UserName=shop.user,
            ServiceSpecificCredentialId=key["ServiceSpecificCredential"]["ServiceSpecificCredentialId"],
            Status="Inactive",
        )
    shown = await offer(aws, book, setup(shop))
    assert shown.plan.blocked
    assert shown.plan.blocked.startswith("web has two logs keys, the most AWS allows: ACCA")
    sent.clear()
    with pytest.raises(Refused, match="two logs keys"):
        await bring_about(aws, book, setup(shop))
    assert sent == []


async def test_what_is_in_the_way_is_said_and_not_that_nothing_is_left(
    aws: AwsSession, book: CaseBook, shop: Shop
) -> None:
    """Though all of it is there, or a key is."""
    await bring_about(aws, book, setup(shop))
    hold = {"Effect": "Deny", "Action": "logs:CallWithBearerToken", "Resource": "*"}
    held = json.dumps({"Version": "2012-10-17", "Statement": hold})
    shop.boto["iam"].put_user_policy(UserName=shop.user, PolicyName="stanch-hold-logs", PolicyDocument=held)
    plan = (await offer(aws, book, setup(shop))).plan
    assert (plan.calls, plan.already) == ((), None)
    assert "The deny policy (stanch-hold-logs) stops every key" in (plan.blocked or "")
    shop.boto["iam"].create_service_specific_credential(UserName=shop.user, ServiceName=LOGS)
    plan = (await offer(aws, book, issue(shop, ToScreen()))).plan
    assert (plan.calls, plan.already) == ((), None)
    assert "has two logs keys, the most AWS allows" in (plan.blocked or "")


async def test_a_secret_that_has_nowhere_to_go_stops_it_before_anything_is_made(
    aws: AwsSession, book: CaseBook, shop: Shop, sent: list[str]
) -> None:
    secrets: Any = shop.boto["secretsmanager"]
    secrets.create_secret(Name="gone", SecretString="x")
    secrets.delete_secret(SecretId="gone")
    shop.file.write_text("mine")
    sent.clear()
    for to, words in (
        (ToFile(shop.file), "already exists: choose a new file"),
        (ToFile(shop.folder / "no" / "web.key"), "there is no folder"),
        (ToSecretsManager("a b"), "isn't a valid secret name"),
        (ToSecretsManager("gone"), "The secret gone is scheduled for deletion"),
    ):
        with pytest.raises(Refused, match=words):
            await bring_about(aws, book, setup(shop, secret_to=to))
    assert sent == []
    assert shop.file.read_text() == "mine"


async def test_a_refusal_on_the_way_is_journaled_and_gone_on_from(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox
) -> None:
    sandbox.faults.add("deny:CreateSecret:1")
    with pytest.raises(Denied):
        await bring_about(aws, book, setup(shop))
    (case,) = book.cases()
    assert case.state().step(Governing.SETUP).state is State.FAILED
    (key,) = shop.keys()
    shown = await offer(aws, book, setup(shop))
    assert [call.operation for call in shown.plan.calls] == ["ResetServiceSpecificCredential", "CreateSecret"]
    assert f"{key} was created before, but its secret was lost" in shown.plan.warnings[0]
    await bring_about(aws, book, setup(shop))
    assert (list(shop.keys()), shop.secret()) == ([key], token(sandbox, key))


async def test_half_done_it_can_be_undone(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox
) -> None:
    sandbox.faults.add("drop:CreateServiceSpecificCredential:1")
    with pytest.raises(AwsError):
        await bring_about(aws, book, setup(shop))
    assert len(shop.keys()) == 1
    await take_back(aws, book, setup(shop))
    assert (shop.there(), shop.group()) == (False, None)
    with pytest.raises(Refused, match="No case on this machine created anything for web"):
        await take_back(aws, book, setup(shop))


async def test_who_took_the_users_name_later_keeps_it(
    aws: AwsSession, book: CaseBook, shop: Shop, boto_clients: dict[str, Any]
) -> None:
    await bring_about(aws, book, setup(shop))
    iam = boto_clients["iam"]
    name = shop.user
    held = shop.keys()
    for key_id in held:
        iam.delete_service_specific_credential(UserName=name, ServiceSpecificCredentialId=key_id)
    for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    for policy in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=policy["PolicyArn"])
    iam.delete_user(UserName=name)
    theirs = iam.create_user(UserName=name)["User"]["UserId"]
    await take_back(aws, book, setup(shop))
    assert iam.get_user(UserName=name)["User"]["UserId"] == theirs


async def test_the_event_is_sent_while_the_secret_is_in_hand(
    aws: AwsSession, book: CaseBook, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(seconds: float) -> None:
        pass

    async def run(goal: Goal) -> Upkeep:
        upkeep = await cases.look_up(aws, book, goal)
        upkeep._sleep = at_once
        with cases.begin(upkeep, book):
            await upkeep.apply()
        return upkeep

    upkeep = await run(setup(shop, send_event=True))
    assert upkeep.trial
    assert (upkeep.trial.accepted, upkeep.trial.status) == (True, 200)
    assert upkeep.step.state is State.IN_FORCE
    assert upkeep.secret is None
    events = shop.boto["logs"].filter_log_events(logGroupName=shop.log_group)["events"]
    assert [event["message"] for event in events] == ["stanch setup: the first event"]
    await take_back(aws, book, setup(shop))
    assert shop.group() is None, "our own event is nobody's"

    deny = {"Effect": "Deny", "Action": "logs:PutLogEvents", "Resource": "*"}
    shop.boto["iam"].create_user(UserName=shop.user)
    shop.boto["iam"].put_user_policy(
        UserName=shop.user,
        PolicyName="no",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": deny}),
    )
    upkeep = await run(setup(shop, send_event=True))
    assert upkeep.trial
    assert (upkeep.trial.accepted, upkeep.trial.status) == (False, 403)
    assert upkeep.trial.words.startswith("the event for /app/web was rejected with 403: User: arn:aws:iam")
    assert upkeep.step.state is State.CONFIRMED, "all is there, and AWS says so"
    kinds = [entry.kind for entry in book.cases()[0].journal.entries()]
    assert kinds[-3:] == ["trying", "tried", "verified"]
