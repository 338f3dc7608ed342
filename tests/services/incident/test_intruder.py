"""What an intruder made is offered one by one, on proof alone; a colleague's like it never is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from moto.logs.models import logs_backends

from sandbox.account.world import ACCOUNT, HOME_REGION
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.plan import LeverName, State, StepName
from services.incident import opening, quiet
from services.incident.engine import Runbook
from services.incident.situation import Options
from services.report.build import build
from services.report.document import to_json
from services.report.html import to_html
from services.report.markdown import to_markdown
from tests.principals import EVERYTHING, Key, make_role, make_user, policy, session_key, sign_as

Boto = Callable[..., Any]
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
ELSEWHERE = policy(
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole"}
)
METADATA = "<EntityDescriptor>" + "x" * 1000 + "</EntityDescriptor>"
HISTORY = Options(source="history")


@dataclass
class Hand:
    """Somebody who makes the same things, each under names of its own."""

    boto: Boto
    name: str
    key: tuple[str, ...]
    made: dict[str, str] = field(default_factory=dict)

    def make(self, kind: str) -> None:
        self.made[kind] = getattr(self, f"_{kind}")()

    def _client(self, service: str) -> Any:
        return self.boto(service, key=self.key)

    def _user(self) -> str:
        self._client("iam").create_user(UserName=f"{self.name}-user")
        return f"user {self.name}-user"

    def _access_key(self) -> str:
        made = self._client("iam").create_access_key(UserName="app")["AccessKey"]
        return f"access key {made['AccessKeyId']} of user app"

    def _api_key(self) -> str:
        made = self._client("iam").create_service_specific_credential(
            UserName="app", ServiceName="logs.amazonaws.com"
        )["ServiceSpecificCredential"]
        return f"API key {made['ServiceSpecificCredentialId']} of user app"

    def _role(self) -> str:
        self._client("iam").create_role(
            RoleName=f"{self.name}-role", AssumeRolePolicyDocument=json.dumps(ELSEWHERE)
        )
        return f"role {self.name}-role"

    def _attached(self) -> str:
        self._client("iam").attach_user_policy(UserName=f"{self.name}-target", PolicyArn=ADMIN)
        return f"policy AdministratorAccess attached to user {self.name}-target"

    def _inline(self) -> str:
        self._client("iam").put_role_policy(
            RoleName="work", PolicyName=f"{self.name}-all", PolicyDocument=json.dumps(policy(EVERYTHING))
        )
        return f"inline policy {self.name}-all of role work"

    def _member(self) -> str:
        self._client("iam").add_user_to_group(GroupName="admins", UserName=f"{self.name}-target")
        return f"membership of user {self.name}-target in group admins"

    def _log_group(self) -> str:
        self._client("logs").put_bearer_token_authentication(
            logGroupIdentifier=f"/{self.name}/logs", bearerTokenAuthenticationEnabled=True
        )
        return f"bearer tokens on log group /{self.name}/logs in us-east-1"

    def _password(self) -> str:
        self._client("iam").create_login_profile(UserName=f"{self.name}-target", Password="Sandbox-1234")
        return f"console password of user {self.name}-target"

    def _trust(self) -> str:
        self._client("iam").update_assume_role_policy(
            RoleName=f"{self.name}-trusting", PolicyDocument=json.dumps(ELSEWHERE)
        )
        return f"trust policy of role {self.name}-trusting"

    def _provider(self) -> str:
        made = self._client("iam").create_saml_provider(
            Name=f"{self.name}-idp", SAMLMetadataDocument=METADATA
        )
        return f"identity provider {made['SAMLProviderArn']}"


REVERSIBLE = ("user", "access_key", "api_key", "role", "attached", "inline", "member", "log_group")
BY_HAND = ("password", "provider")


@dataclass
class Scene:
    """An account with a leaked key in it, an intruder with a session of that, and a colleague."""

    boto: Boto
    leaked: Key
    intruder: Hand
    colleague: Hand

    def snapshot(self) -> dict[str, Any]:
        """What of the account the levers can change, asked with boto3."""
        iam = self.boto("iam")
        seen: dict[str, Any] = {}
        details = iam.get_account_authorization_details(Filter=["User", "Role", "Group"])
        for user in details["UserDetailList"]:
            name = user["UserName"]
            keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
            api = iam.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"]
            seen[f"user {name}"] = (
                {key["AccessKeyId"]: key["Status"] for key in keys},
                {key["ServiceSpecificCredentialId"]: key["Status"] for key in api},
                json.dumps(user.get("UserPolicyList", []), sort_keys=True),
                sorted(each["PolicyArn"] for each in user.get("AttachedManagedPolicies", [])),
                sorted(user.get("GroupList", [])),
            )
        for role in details["RoleDetailList"]:
            seen[f"role {role['RoleName']}"] = (
                json.dumps(role.get("RolePolicyList", []), sort_keys=True),
                json.dumps(role["AssumeRolePolicyDocument"], sort_keys=True),
            )
        for group in self.boto("logs").describe_log_groups()["logGroups"]:
            seen[group["logGroupName"]] = group.get("bearerTokenAuthenticationEnabled", False)
        return seen


@pytest.fixture
def scene(sandbox: Sandbox, boto: Boto, unpaced: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    # Time passes in the account and here.
    monkeypatch.setattr(clock, "now", sandbox.world.clock.now)
    iam = boto("iam")
    leaked = make_user(iam, "ci", policy(EVERYTHING))
    theirs = make_user(iam, "colleague", policy(EVERYTHING))
    iam.create_user(UserName="app")
    iam.create_group(GroupName="admins")
    role = make_role(iam, "work", policy(EVERYTHING))
    for name in ("intruder", "colleague"):
        iam.create_user(UserName=f"{name}-target")
        make_role(iam, f"{name}-trusting")
        logs_backends[ACCOUNT][HOME_REGION].create_log_group(f"/{name}/logs", {})
    opened = boto("sts", key=leaked).assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
    return Scene(boto, leaked, Hand(boto, "intruder", session_key(opened)), Hand(boto, "colleague", theirs))


@pytest.fixture
def book(tmp_path: Any) -> CaseBook:
    return CaseBook(tmp_path / "state")


@asynccontextmanager
async def reviewed(scene: Scene, book: CaseBook) -> AsyncIterator[Runbook]:
    async with AwsSession(regions=("us-east-1",)) as aws:
        runbook = await opening.look_up(aws, book, scene.leaked[0], user="ci")
        with opening.begin(runbook, book):
            await runbook.review(HISTORY)
            yield runbook


def things(runbook: Runbook, *, offered: bool | None = None) -> dict[str, Any]:
    return {each["text"]: each for each in runbook.state.made if offered in (None, each["offered"])}


async def test_what_the_intruder_made_is_offered_and_a_colleagues_like_it_is_not(
    scene: Scene, book: CaseBook, sandbox: Sandbox
) -> None:
    for hand in (scene.intruder, scene.colleague):
        for kind in (*REVERSIBLE, *BY_HAND):
            hand.make(kind)
        sandbox.world.clock.advance(timedelta(minutes=1))
    before = scene.snapshot()
    async with reviewed(scene, book) as runbook:
        assert set(things(runbook)) == set(scene.intruder.made.values())
        offered = things(runbook, offered=True)
        assert set(offered) == {scene.intruder.made[kind] for kind in REVERSIBLE}
        for text, each in offered.items():
            plan = await runbook.plan(LeverName.INTRUDER, Options(made=(each["event_id"],)))
            (call,) = plan.calls
            assert plan.reversible, text
            assert not call.operation.startswith("Delete"), text
            assert each["event_id"] in " ".join(plan.warnings), text
            result = await runbook.apply(LeverName.INTRUDER, Options(made=(each["event_id"],)), shown=plan)
            assert result.step.state is State.CONFIRMED, (text, result.message)
            assert things(runbook)[text]["ended"], text
        stopped = scene.snapshot()
        changed = {name for name in before if before[name] != stopped[name]}
        assert changed == {
            "user intruder-user",
            "user app",
            "role intruder-role",
            "user intruder-target",
            "role work",
            "/intruder/logs",
        }
        assert runbook.case
        assert [each.kind for each in build(runbook.case).remaining].count("intruder") == len(BY_HAND)
        for text, each in offered.items():
            result = await runbook.undo(LeverName.INTRUDER, Options(made=(each["event_id"],)))
            assert not things(runbook)[text]["ended"], text
        assert result.step.state is State.UNDONE
        assert scene.snapshot() == before


def event_of(runbook: Runbook, text: str) -> Options:
    return Options(made=(things(runbook)[text]["event_id"],))


async def test_a_namesake_and_what_was_changed_since_are_not_the_intruders(
    scene: Scene, book: CaseBook, boto: Boto
) -> None:
    iam = boto("iam")
    for kind in ("user", "role", "inline", "trust", "log_group"):
        scene.intruder.make(kind)
    logs = boto("logs")
    logs.delete_log_group(logGroupName="/intruder/logs")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=5)):
        logs.create_log_group(logGroupName="/intruder/logs")
    logs.put_bearer_token_authentication(
        logGroupIdentifier="/intruder/logs", bearerTokenAuthenticationEnabled=True
    )
    iam.delete_user(UserName="intruder-user")
    iam.create_user(UserName="intruder-user")
    iam.delete_role(RoleName="intruder-role")
    changed = json.dumps(policy({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}))
    iam.put_role_policy(RoleName="work", PolicyName="intruder-all", PolicyDocument=changed)
    before = scene.snapshot()
    async with reviewed(scene, book) as runbook:
        assert things(runbook, offered=True) == {}
        seen = {text: each["state"] for text, each in things(runbook).items()}
        assert seen["user intruder-user"] == "gone; the user of that name now is another"
        assert seen["role intruder-role"] == "gone"
        assert seen[scene.intruder.made["log_group"]].startswith("gone; the log group of that name")
        assert seen["inline policy intruder-all of role work"].startswith("changed since")
        for text in seen:
            plan = await runbook.plan(LeverName.INTRUDER, event_of(runbook, text))
            assert plan.calls == (), text
            assert plan.already or plan.blocked, text
            if plan.blocked:
                with pytest.raises(Refused):
                    await runbook.apply(LeverName.INTRUDER, event_of(runbook, text))
    assert scene.snapshot() == before


@pytest.mark.parametrize("decoy", [False, True])
async def test_what_is_of_a_renamed_user_still_stands(
    scene: Scene, book: CaseBook, boto: Boto, decoy: bool
) -> None:
    iam = boto("iam")
    kinds = ("user", "access_key", "api_key", "attached", "member", "password")
    for kind in kinds:
        scene.intruder.make(kind)
    for name in ("intruder-user", "app", "intruder-target"):
        iam.update_user(UserName=name, NewUserName=f"{name}-2")
        if decoy:
            with time_machine.travel(datetime.now(UTC) + timedelta(seconds=5)):
                iam.create_user(UserName=name)
    before = scene.snapshot()
    async with reviewed(scene, book) as runbook:
        seen = things(runbook)
        assert set(seen) == {scene.intruder.made[kind] for kind in kinds}
        assert not any(each["ended"] or each["offered"] for each in seen.values()), seen
        assert seen["user intruder-user"]["state"] == "there, and called intruder-user-2 now"
        for text in seen:
            plan = await runbook.plan(LeverName.INTRUDER, event_of(runbook, text))
            assert (plan.calls, plan.already) == ((), None), text
    assert scene.snapshot() == before


@pytest.mark.parametrize("decoy", [False, True])
async def test_what_is_of_a_renamed_group_still_stands(
    scene: Scene, book: CaseBook, boto: Boto, decoy: bool
) -> None:
    iam, theirs = boto("iam"), boto("iam", key=scene.intruder.key)
    document = json.dumps(policy(EVERYTHING))
    theirs.put_group_policy(GroupName="admins", PolicyName="all", PolicyDocument=document)
    theirs.attach_group_policy(GroupName="admins", PolicyArn=ADMIN)
    scene.intruder.make("member")
    iam.update_group(GroupName="admins", NewGroupName="admins-2")
    if decoy:
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=5)):
            iam.create_group(GroupName="admins")
    before = scene.snapshot()
    async with reviewed(scene, book) as runbook:
        seen = things(runbook)
        assert len(seen) == 3
        assert not any(each["ended"] or each["offered"] for each in seen.values()), seen
        for text in seen:
            plan = await runbook.plan(LeverName.INTRUDER, event_of(runbook, text))
            assert (plan.calls, plan.already) == ((), None), text
        assert runbook.case
        assert [each.kind for each in build(runbook.case).remaining].count("intruder") == 3
    assert scene.snapshot() == before


async def test_who_is_in_no_group_is_not_in_one_that_was_renamed(
    scene: Scene, book: CaseBook, boto: Boto
) -> None:
    scene.intruder.make("member")
    boto("iam").remove_user_from_group(GroupName="admins", UserName="intruder-target")
    boto("iam").update_group(GroupName="admins", NewGroupName="admins-2")
    async with reviewed(scene, book) as runbook:
        (seen,) = things(runbook).values()
        assert (seen["state"], seen["ended"]) == ("not in the group", True)


@pytest.mark.parametrize("first", ["colleague", "intruder"])
async def test_what_a_colleague_did_too_is_left_to_a_person(
    scene: Scene, book: CaseBook, sandbox: Sandbox, boto: Boto, first: str
) -> None:
    """The very same policy on the very same user, before or after: the intruder's call is not all of it."""
    hands = {"colleague": scene.colleague, "intruder": scene.intruder}
    for name in (first, *({*hands} - {first})):
        boto("iam", key=hands[name].key).attach_user_policy(UserName="app", PolicyArn=ADMIN)
        sandbox.world.clock.advance(timedelta(minutes=1))
    async with reviewed(scene, book) as runbook:
        options = event_of(runbook, "policy AdministratorAccess attached to user app")
        plan = await runbook.plan(LeverName.INTRUDER, options)
        assert plan.blocked
        assert plan.blocked.startswith("It is not the intruder's alone: colleague did the same at ")
        with pytest.raises(Refused):
            await runbook.apply(LeverName.INTRUDER, options)


async def test_only_from_the_suspected_moment_on_and_what_was_stopped_can_be_restored_all_the_same(
    scene: Scene, book: CaseBook, sandbox: Sandbox
) -> None:
    scene.intruder.make("attached")
    sandbox.world.clock.advance(timedelta(minutes=5))
    began = clock.now()
    scene.intruder.make("access_key")
    async with reviewed(scene, book) as runbook:
        early = event_of(runbook, scene.intruder.made["attached"])
        await runbook.apply(LeverName.INTRUDER, early)
        assert set(things(runbook)) == set(scene.intruder.made.values())
        # The session was opened before: it may be the owner's, and so may what it made.
        review = (await runbook.review(Options(source="history")))[1]
        await runbook.suspect(review, began)
        assert set(things(runbook)) == {scene.intruder.made["attached"]}
        plan = await runbook.plan(LeverName.INTRUDER, Options(made=("nobody",)))
        assert plan.blocked
        assert "No record of a followed credential says that it made nobody" in plan.blocked
        assert (await runbook.undo(LeverName.INTRUDER, early)).step.state is State.UNDONE


async def test_a_key_that_was_made_is_followed_where_its_calls_are_read(
    scene: Scene, book: CaseBook, boto: Boto
) -> None:
    """The session makes another key of the leaked one's user, and that key goes on."""
    made = boto("iam", key=scene.intruder.key).create_access_key(UserName="ci")["AccessKey"]
    second = Hand(boto, "intruder", (made["AccessKeyId"], made["SecretAccessKey"]))
    second.make("user")
    async with reviewed(scene, book) as runbook:
        assert set(things(runbook)) == {
            f"access key {made['AccessKeyId']} of user ci",
            "user intruder-user",
        }
        assert made["AccessKeyId"] in things(runbook)["user intruder-user"]["proof"]


async def test_a_planted_key_of_another_user_is_followed_and_is_compromised_as_well(
    scene: Scene, book: CaseBook, boto: Boto
) -> None:
    """What is done with it is read too; what a colleague does with another key of that user is not."""
    make = boto("iam", key=scene.intruder.key).create_access_key
    boto("iam").put_user_policy(
        UserName="app", PolicyName="all", PolicyDocument=json.dumps(policy(EVERYTHING))
    )
    planted = make(UserName="app")["AccessKey"]
    scene.intruder.make("password")
    scene.colleague.make("password")
    made = boto("iam", key=scene.colleague.key).create_access_key(UserName="app")["AccessKey"]
    hands = [
        Hand(boto, name, (key["AccessKeyId"], key["SecretAccessKey"]))
        for name, key in (("planted", planted), ("app", made))
    ]
    for hand in hands:
        hand.make("user")
    planted_id = planted["AccessKeyId"]
    async with reviewed(scene, book) as runbook:
        assert "user planted-user" in things(runbook)
        assert planted_id in things(runbook)["user planted-user"]["proof"]
        assert "user app-user" not in things(runbook)
        (found,) = [each for each in runbook.state.compromised if each["user"] == "app"]
        assert (found["id"], found["state"], found["sure"]) == (planted_id, "Active", False)
        assert f"respond {planted_id}" in found["lever"]
        named = {each["name"] for each in runbook.state.compromised}
        assert "console password of intruder-target" in named
        assert "console password of colleague-target" not in named
        boto("iam").update_access_key(UserName="app", AccessKeyId=planted_id, Status="Inactive")
        _, review = await runbook.review(HISTORY)
        (found,) = [each for each in runbook.state.compromised if each["user"] == "app"]
        assert (found["state"], found["ended"]) == ("Inactive", True)
        assert {event.access_key_id for event in review.events if event.user == "app"} == {planted_id}
        await runbook.suspect(review, review.window.since)
        assert [each["sure"] for each in runbook.state.compromised if each["id"] == planted_id] == [True]
        assert runbook.case
        report = to_markdown(build(runbook.case))
        assert f"Access key {planted_id} of app is compromised as well" in report
        assert f"| `access key {planted_id} of app` | made from 127.0.0.1, used from 127.0.0.1 |" in report


@pytest.mark.parametrize("known", [True, False], ids=["named by a review", "not reviewed"])
async def test_it_is_not_quiet_while_a_planted_key_goes_on(
    scene: Scene, book: CaseBook, boto: Boto, sandbox: Sandbox, known: bool
) -> None:
    """Whether a review has named it, or only the history of the day has its making."""
    boto("iam").put_user_policy(
        UserName="app", PolicyName="all", PolicyDocument=json.dumps(policy(EVERYTHING))
    )
    made = boto("iam", key=scene.intruder.key).create_access_key(UserName="app")["AccessKey"]
    planted = Hand(boto, "planted", (made["AccessKeyId"], made["SecretAccessKey"]))
    async with AwsSession(regions=("us-east-1",)) as aws:
        runbook = await opening.look_up(aws, book, scene.leaked[0], user="ci")
        with opening.begin(runbook, book):
            if known:
                await runbook.review(HISTORY)
                sandbox.world.clock.advance(timedelta(days=3))
            await runbook.apply(StepName.DEACTIVATE, HISTORY)
            sandbox.world.clock.advance(timedelta(minutes=2))
            planted.make("user")
            sandbox.world.clock.advance(timedelta(hours=1))
            # By its next answer it is known how late it is at AWS.
            await aws.read("iam", "GetUser", UserName="ci")
            seen = await quiet.look(runbook.situation())
    assert seen.last
    assert (seen.last.name, seen.last.access_key_id) == ("CreateUser", made["AccessKeyId"])


async def test_the_responder_is_not_taken_for_the_intruders(
    scene: Scene, book: CaseBook, boto: Boto, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = boto("iam", key=scene.intruder.key)
    key = make_user(iam, "nightwatch", policy(EVERYTHING))
    sign_as(monkeypatch, key)
    before = scene.snapshot()
    async with reviewed(scene, book) as runbook:
        plan = await runbook.plan(LeverName.INTRUDER, event_of(runbook, "user nightwatch"))
        assert plan.blocked == (
            "You are signed in as nightwatch, which this would be done to: use other credentials."
        )
        plan = await runbook.plan(LeverName.INTRUDER, Options())
        assert plan.blocked
        assert plan.blocked.startswith("Name one by the event that made it")
    assert scene.snapshot() == before


async def test_what_cannot_be_read_is_unknown_and_not_offered(
    scene: Scene, book: CaseBook, sandbox: Sandbox
) -> None:
    scene.intruder.make("user")
    sandbox.faults.add("deny:GetUser")
    async with reviewed(scene, book) as runbook:
        told = things(runbook)["user intruder-user"]
        assert told["state"].startswith("unknown (")
        assert not told["offered"]
        assert not told["ended"]
        plan = await runbook.plan(LeverName.INTRUDER, event_of(runbook, "user intruder-user"))
        assert plan.blocked
        assert plan.calls == ()


async def test_secrets_and_parameters_that_were_read_are_named_once(
    scene: Scene, book: CaseBook, sandbox: Sandbox, boto: Boto
) -> None:
    secrets = boto("secretsmanager")
    for name in ("prod/db", "prod/own"):
        secrets.create_secret(Name=name, SecretString="x")
    theirs = boto("secretsmanager", key=scene.intruder.key)
    for _ in range(2):
        theirs.get_secret_value(SecretId="prod/db")
    boto("secretsmanager", key=scene.colleague.key).get_secret_value(SecretId="prod/own")
    with pytest.raises(theirs.exceptions.ResourceNotFoundException):
        theirs.get_secret_value(SecretId="prod/none")
    async with reviewed(scene, book) as runbook:
        assert runbook.case
        report = build(runbook.case)
        assert report.reviewed
        (read,) = report.reviewed.to_rotate
        assert (read.kind, read.name, read.times) == ("secret", "prod/db", 2)
        assert "Rotate what was read: prod/db." in [each.words for each in report.remaining]
        for text in (to_markdown(report), to_html(report)):
            assert "prod/db" in text
            assert "To rotate" in text
            assert "prod/own" not in text
        assert json.loads(to_json(report))["reviewed"]["sessions"][0]["depth"] == 0
        assert "Sessions" in to_html(report)
