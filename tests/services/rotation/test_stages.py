"""Where a rotation stands when others change the account, and what is said where it cannot go on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from services.aws.errors import Denied
from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.errors import NoSuchKey, Refused
from services.cases.plan import State, StepName
from services.cases.secret import ToFile
from services.incident import opening as incidents
from services.incident.situation import Options
from services.rights import policies
from services.rotation import opening
from services.rotation.engine import Rotation
from services.rotation.stages import Next
from tests.principals import allow, deny, make_user, sign_as
from tests.printed import bare
from tests.storedsecrets import name_of, value_of

LOGS = "logs.amazonaws.com"
REPLACE, DEACTIVATE, DELETE = StepName.REPLACE, StepName.DEACTIVATE, StepName.DELETE


class Web:
    """The user `web` with one key, as boto3 sees and changes it."""

    def __init__(self, boto: Callable[..., Any], sandbox: Sandbox) -> None:
        self.iam, self.sandbox = boto("iam"), sandbox
        self.iam.create_user(UserName="web")
        self.key = self.add()

    def add(self) -> str:
        made = self.iam.create_service_specific_credential(UserName="web", ServiceName=LOGS)
        return str(made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])

    def keys(self) -> dict[str, str]:
        listed = self.iam.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
        return {found["ServiceSpecificCredentialId"]: found["Status"] for found in listed}

    def new(self) -> str:
        (new,) = self.keys().keys() - {self.key}
        return new

    def status(self, key: str, status: str) -> None:
        self.iam.update_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=key, Status=status
        )

    def delete(self, key: str) -> None:
        self.iam.delete_service_specific_credential(UserName="web", ServiceSpecificCredentialId=key)

    def expire(self, key: str) -> None:
        """As if its time had come."""
        store = self.sandbox.world.part(CredentialStore)
        held = store.get(key)
        assert held
        store.delete(key)
        past = clock.now() - timedelta(minutes=5)
        store.seed("web", LOGS, created=held.created, expires=past, id=key, secret=held.secret)


@pytest.fixture
def web(boto: Callable[..., Any], sandbox: Sandbox) -> Web:
    return Web(boto, sandbox)


Opened = Callable[..., Any]


@pytest.fixture
def book(tmp_path: Path) -> CaseBook:
    return CaseBook(tmp_path / "state")


@pytest.fixture
def opened(book: CaseBook, web: Web) -> Opened:
    """`async with opened() as rotation`: on its case, begun or gone on with, and resumed."""

    @asynccontextmanager
    async def open_it() -> AsyncIterator[Rotation]:
        async with AwsSession(regions=("us-east-1",)) as aws:
            rotation = await opening.look_up(aws, book, web.key, user="web")
            with opening.begin(rotation, book):
                await rotation.resume()
                yield rotation

    return open_it


async def retired(rotation: Rotation) -> None:
    await rotation.apply(REPLACE)
    await rotation.imported("imported (reported by the test)")
    await rotation.apply(DEACTIVATE)


async def made(rotation: Rotation) -> None:
    await rotation.apply(REPLACE)


async def begun(rotation: Rotation) -> None:
    pass


@pytest.mark.parametrize(
    ("before", "change", "next_is", "words", "way"),
    [
        (begun, lambda web: web.delete(web.key), Next.DONE, "no second key was created", ""),
        (
            made,
            lambda web: web.delete(web.new()),
            Next.REPLACE,
            "was deleted, not by this case",
            "--next",
        ),
        (made, lambda web: web.expire(web.new()), Next.IMPORT, "has expired", "--undo"),
        (made, lambda web: web.status(web.new(), "Inactive"), Next.IMPORT, "is Inactive: make it", "aws iam"),
        (
            made,
            lambda web: web.delete(web.key),
            Next.DELETE,
            "whatever still sends it is denied",
            "--delete",
        ),
        (made, lambda web: web.status(web.key, "Inactive"), Next.WATCH, "is Inactive since", "--watch"),
        (made, lambda web: web.expire(web.key), Next.WATCH, "is Expired since", "--watch"),
        (retired, lambda web: web.delete(web.new()), Next.REPLACE, "the old one", "--back"),
        (retired, lambda web: web.status(web.new(), "Inactive"), Next.WATCH, "so nothing works", "--watch"),
        (retired, lambda web: web.status(web.key, "Active"), Next.IMPORT, "both work", "--imported"),
        (retired, lambda web: web.delete(web.key), Next.DELETE, "deleted, not by this case", "--delete"),
    ],
)
async def test_what_others_do_meanwhile_is_seen(
    opened: Opened,
    web: Web,
    before: Callable[[Rotation], Awaitable[None]],
    change: Callable[[Web], None],
    next_is: Next,
    words: str,
    way: str,
) -> None:
    async with opened() as rotation:
        await before(rotation)
    change(web)
    async with opened() as rotation:
        found = await rotation.standing()
    assert (found.next, words in found.words) == (next_is, True), found.words
    assert way in (found.ways[0][0] if found.ways else "")


async def test_both_keys_gone_or_the_user_with_them(opened: Opened, web: Web) -> None:
    async with opened() as rotation:
        await retired(rotation)
        for key in (web.key, web.new()):
            web.delete(key)
        found = await rotation.standing()
        assert (found.next, "nothing is left to rotate" in found.words) == (Next.DONE, True)
        web.iam.delete_user(UserName="web")
        assert (await rotation.standing()).next is Next.DONE


async def test_another_is_made_where_the_new_one_vanished_and_back_heals_at_once(
    opened: Opened, web: Web
) -> None:
    async with opened() as rotation:
        await retired(rotation)
        web.delete(web.new())
        with pytest.raises(Refused, match="The new key is gone, and nothing else would work"):
            await rotation.apply(DELETE)
        assert (await rotation.undo(DEACTIVATE)).verified
        assert web.keys() == {web.key: "Active"}
        with pytest.raises(Refused, match="is deleted, and nothing else would work"):
            await rotation.apply(DEACTIVATE)
        assert (await rotation.apply(REPLACE)).verified
        assert web.keys() == {web.key: "Active", web.new(): "Active"}
        assert (await rotation.standing()).next is Next.IMPORT, (
            "what was said of the other key does not count"
        )


def inactive(web: Web) -> None:
    web.status(web.key, "Inactive")


def expired(web: Web) -> None:
    web.expire(web.key)


def two_active(web: Web) -> None:
    web.add()


def two_with_one_unused(web: Web) -> None:
    web.status(web.add(), "Inactive")


def held(web: Web) -> None:
    import json

    document = json.dumps(policies.hold_document(LOGS))
    web.iam.put_user_policy(UserName="web", PolicyName="stanch-hold-logs", PolicyDocument=document)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (inactive, r"is Inactive, so nothing uses it: delete it \(`stanch respond ACCA"),
        (expired, r"has expired, so whatever used it is already denied: replace it at once .*--step replace"),
        (
            two_active,
            r"has two logs keys, .* is Active too: find out which of the two is in use \(`stanch review",
        ),
        (
            two_with_one_unused,
            r"has two logs keys, .* is Inactive, so nothing uses it: delete that one first",
        ),
        (held, r"The deny policy \(stanch-hold-logs\) stops every logs key of web, .*--undo deny"),
    ],
)
async def test_what_cannot_be_rotated_says_why_and_makes_nothing(
    opened: Opened, web: Web, spoil: Callable[[Web], None], words: str
) -> None:
    spoil(web)
    keys = web.keys()
    async with opened() as rotation:
        with pytest.raises(Refused) as refused:
            await rotation.apply(REPLACE)
        assert re.search(words, bare(str(refused.value)))
        assert "\n" not in str(refused.value)
    assert web.keys() == keys


async def test_the_hold_put_on_meanwhile_stops_the_deactivation(opened: Opened, web: Web) -> None:
    async with opened() as rotation:
        await made(rotation)
        await rotation.imported("imported (reported by the test)")
        held(web)
        with pytest.raises(Refused, match="stops the new key too: remove it first"):
            await rotation.apply(DEACTIVATE)
    assert web.keys()[web.key] == "Active"


async def test_a_secret_that_was_not_stored_is_reset_not_made_again(
    opened: Opened, web: Web, sandbox: Sandbox, boto: Callable[..., Any]
) -> None:
    sandbox.faults.add("deny:CreateSecret:1")
    async with opened() as rotation:
        with pytest.raises(Denied, match="secretsmanager:CreateSecret"):
            await rotation.apply(REPLACE)
        lost = web.new()
        found = await rotation.standing()
        assert (found.next, "its secret is lost" in found.words) == (Next.REPLACE, True)
        with pytest.raises(Refused, match="no second key whose secret was stored"):
            await rotation.apply(DEACTIVATE)
    async with opened() as rotation:
        assert (await rotation.apply(REPLACE)).verified
    assert web.keys() == {web.key: "Active", lost: "Active"}
    stored = value_of(boto("secretsmanager"), "web")
    held = sandbox.world.part(CredentialStore).get(lost)
    assert held
    assert held.token == stored


async def test_a_user_rotates_a_key_of_its_own_as_far_as_it_may(
    opened: Opened, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    sandbox.world.settings.enforce_policies = True
    may = {"Version": "2012-10-17", "Statement": [allow("*"), deny("iam:UpdateServiceSpecificCredential")]}
    key = make_user(web.iam, "other", may)
    sign_as(monkeypatch, key)
    async with opened() as rotation:
        await rotation.apply(REPLACE, Options(secret_to=ToFile(tmp_path / "token")))
        await rotation.imported("imported (reported by other)")
        plan = await rotation.plan(DEACTIVATE)
        assert await rotation.preflight(plan) == ("iam:UpdateServiceSpecificCredential",)
        with pytest.raises(Denied, match="iam:UpdateServiceSpecificCredential"):
            await rotation.apply(DEACTIVATE)
        assert (await rotation.standing()).next is Next.DEACTIVATE, "it is still ready"
    web.iam.attach_user_policy(UserName="web", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    own = web.iam.create_access_key(UserName="web")["AccessKey"]
    sign_as(monkeypatch, (own["AccessKeyId"], own["SecretAccessKey"]))
    async with opened() as rotation:
        assert (await rotation.apply(DEACTIVATE)).verified


async def test_incidents_and_rotations_are_told_apart(
    opened: Opened, web: Web, book: CaseBook, boto: Callable[..., Any]
) -> None:
    async with opened() as rotation:
        await made(rotation)
        there = rotation.aws.where
        assert rotation.case
        rotating, new = rotation.case.id, web.new()
    (notice,) = opening.notices(book, web.key, there)
    assert notice == (
        f"{web.key} is being rotated in case {rotating}: its new key is {new}, its secret is in "
        f"Secrets Manager as {name_of(boto('secretsmanager'), 'web')}."
    )
    assert f"{new} is the new key of case {rotating}" in opening.notices(book, new, there)[0]
    async with AwsSession(regions=("us-east-1",)) as aws:
        second = await opening.look_up(aws, book, new, user="web")
        with pytest.raises(Refused, match=f"is the new key in case {rotating}, the rotation of {web.key}"):
            second.guard()
        runbook = await incidents.look_up(aws, book, web.key, user="web")
        assert runbook.case is None, "a leak has a case of its own"
        with incidents.begin(runbook, book) as incident:
            assert (await runbook.apply(DEACTIVATE)).verified
        barred = await opening.look_up(aws, book, web.key, user="web")
        assert barred.case
        assert barred.case.id == rotating
        with pytest.raises(Refused, match=f"has an open incident, case {incident.id}"):
            barred.guard()
        plan = await barred.plan(REPLACE)
        assert plan.blocked
        assert "open incident" in plan.blocked


async def test_the_end_is_remembered(opened: Opened, web: Web, book: CaseBook) -> None:
    async with opened() as rotation:
        await retired(rotation)
        with pytest.raises(Refused, match="--override"):
            await rotation.apply(DELETE)
        assert (await rotation.apply(DELETE, Options(override="the service is small"))).verified
        new = web.new()
        assert rotation.state.closed_at
        assert rotation.state.step(DELETE).state is State.CONFIRMED
    async with AwsSession() as aws:
        with pytest.raises(NoSuchKey, match=f"was rotated in case .*: {new} replaced it"):
            await opening.look_up(aws, book, web.key, user="web")
        with pytest.raises(NoSuchKey, match="There is no key ACCANONE of user web"):
            await opening.look_up(aws, book, "ACCANONE", user="web")
