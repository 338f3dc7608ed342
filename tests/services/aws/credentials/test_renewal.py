"""Credentials are found once, renewed before they end, and found anew where AWS refused them."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from services.aws.credentials import find
from services.aws.credentials.failures import CodeRefused, SignInEnded, SignInFailed
from services.aws.credentials.ways import Hop
from services.aws.errors import AwsError, Expired
from services.aws.session import AwsSession
from tests.signin import fixtures
from tests.signin.aws import Aws, role
from tests.signin.person import Person

aws, person = fixtures.aws, fixtures.person

MINUTES = timedelta(minutes=1)


class Typist:
    """Types *codes*, one a prompt; `asked` is every prompt with what was told of the last."""

    def __init__(self, *codes: str, on_screen: bool = False) -> None:
        self.codes = list(codes)
        self.asked: list[tuple[str, str | None]] = []
        self.on_screen = on_screen

    async def __call__(self, question: str, trouble: str | None) -> str | None:
        self.asked.append((question, trouble))
        # Calls that come meanwhile wait for the same answer.
        await asyncio.sleep(0)
        return self.codes.pop(0)


async def call(session: AwsSession) -> None:
    await session.read("iam", "ListAccountAliases")


def last_key(aws: Aws) -> str:
    return next(each.key for each in reversed(aws.seen) if each.what == "ListAccountAliases")


async def test_one_prompt_for_all_calls_at_once(aws: Aws, person: Person) -> None:
    typist = Typist("123456")
    async with AwsSession("mfa", prompt=typist) as session:
        await asyncio.gather(
            *(call(session) for _ in range(5)),
            *(
                session.read("sts", "GetCallerIdentity", region=region)
                for region in ("eu-west-1", "eu-west-2")
            ),
            *(
                session.read("logs", "DescribeLogGroups", region=region)
                for region in ("eu-west-1", "eu-west-2")
            ),
        )
        assert str(session.source) == "profile mfa, role Responder"
    assert len(typist.asked) == 1
    assert "mfa/ann" in typist.asked[0][0]
    assert aws.count("AssumeRole") == 1


@pytest.mark.parametrize("role_arn", [None, role("There")])
async def test_what_is_waited_for_is_the_credentials_and_never_the_person(
    aws: Aws, person: Person, monkeypatch: pytest.MonkeyPatch, role_arn: str | None
) -> None:
    waited: list[tuple[str, float] | None] = []

    class Slow(Typist):
        async def __call__(self, question: str, trouble: str | None) -> str | None:
            waited.append(session.waiting)
            return await super().__call__(question, trouble)

    session = AwsSession("mfa", role_arn=role_arn, prompt=Slow("123456"))
    searched = find.open_sync

    def search(*arguments: Any) -> Any:
        waited.append(session.waiting)
        return searched(*arguments)

    monkeypatch.setattr(find, "open_sync", search)
    async with session:
        await call(session)
    (before, _), asked = waited[0] or ("", 0), waited[1]
    assert (before, asked) == ("the credentials of profile mfa", None)
    assert session.waiting is None


async def test_one_run_of_a_helper_for_all_calls_at_once(person: Person) -> None:
    async with AwsSession("helped") as session:
        await asyncio.gather(*(call(session) for _ in range(5)), session.regions())
    assert person.runs == 1


async def test_a_code_in_the_middle_of_a_chain(aws: Aws, person: Person) -> None:
    typist = Typist("123456")
    async with AwsSession("deep", prompt=typist) as session:
        await call(session)
        assert str(session.source) == "profile deep, role Deep"
    assert len(typist.asked) == 1
    assert aws.count("AssumeRole") == 2


async def test_a_session_is_cached_as_the_cli_does(aws: Aws, person: Person) -> None:
    async with AwsSession("mfa", prompt=Typist("123456")) as first:
        await call(first)
    (kept,) = (person.home / ".aws" / "cli" / "cache").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    async with AwsSession("mfa", prompt=Typist()) as second:
        await call(second)
    assert aws.count("AssumeRole") == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"Credentials": 1}', "\0"])
async def test_a_cache_cut_short_counts_as_none(aws: Aws, person: Person, text: str) -> None:
    async with AwsSession("role") as first:
        await call(first)
    (kept,) = (person.home / ".aws" / "cli" / "cache").iterdir()
    kept.write_text(text)
    async with AwsSession("role") as second:
        await call(second)
    assert aws.count("AssumeRole") == 2


async def test_a_cache_that_cannot_be_written_keeps_nobody_out(aws: Aws, person: Person) -> None:
    (person.home / ".aws" / "cli").write_text("a file where the folder should be")
    async with AwsSession("role") as session:
        await call(session)
    assert aws.count("ListAccountAliases") == 1


async def test_a_code_used_before_is_told_as_that_and_asked_for_once(aws: Aws, person: Person) -> None:
    typist = Typist("000000")
    async with AwsSession("mfa", prompt=typist) as session:
        ends = await asyncio.gather(*(call(session) for _ in range(5)), return_exceptions=True)
        with pytest.raises(SignInFailed, match="works once"):
            await call(session)
    assert all(isinstance(end, SignInFailed) for end in ends)
    assert len(typist.asked) == 1


async def test_a_dialog_asks_again_and_says_why(aws: Aws, person: Person) -> None:
    typist = Typist("000000", "123456", on_screen=True)
    async with AwsSession("mfa", prompt=typist) as session:
        await call(session)
    assert [bool(trouble and "works once" in trouble) for _, trouble in typist.asked] == [False, True]


@pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666"])
async def test_what_is_no_code_is_asked_for_again_and_never_sent(
    aws: Aws, person: Person, typed: str
) -> None:
    async with AwsSession("deep", prompt=Typist(typed)) as session:
        with pytest.raises(CodeRefused, match="profile deep: what was typed isn't an MFA code"):
            await call(session)
    typist = Typist(typed, " 123 456 ", on_screen=True)
    async with AwsSession("mfa", prompt=typist) as session:
        await call(session)
    assert [bool(trouble and "It has six digits" in trouble) for _, trouble in typist.asked] == [False, True]
    assert aws.count("AssumeRole") == 1


@pytest.mark.parametrize("profile", ["role", "mfa", "deep", "sso", "old-sso", "of-sso"])
async def test_a_session_is_renewed_before_it_ends(aws: Aws, person: Person, profile: str) -> None:
    person.sign_in_to_sso()
    typist = Typist("111111", "222222")
    async with AwsSession(profile, prompt=typist) as session:
        await session.read("sts", "GetCallerIdentity")
        await call(session)
        first, now = last_key(aws), datetime.now(UTC)
        with time_machine.travel(now + 54 * MINUTES):
            await call(session)
            assert last_key(aws) == first
        with time_machine.travel(now + 56 * MINUTES):
            await asyncio.gather(*(call(session) for _ in range(5)))
            assert last_key(aws) != first
    assert len(typist.asked) == (2 if profile in ("mfa", "deep") else 0)


async def test_a_session_of_seconds_never_ends_in_the_hand(aws: Aws, person: Person) -> None:
    aws.lifetime = 2
    async with AwsSession("role") as session:
        await call(session)
        first = last_key(aws)
        while last_key(aws) == first:
            await asyncio.sleep(0.05)
            await call(session)


async def test_what_is_still_good_is_used_where_it_cannot_be_renewed(aws: Aws, person: Person) -> None:
    async with AwsSession("role") as session:
        await call(session)
        first, now = last_key(aws), datetime.now(UTC)
        aws.refused["AKIAKEYS"] = "InvalidClientTokenId"
        with time_machine.travel(now + 56 * MINUTES):
            await call(session)
            assert last_key(aws) == first
        with time_machine.travel(now + 61 * MINUTES), pytest.raises(SignInEnded):
            await call(session)


Renewal = Callable[[Person], object]


@pytest.mark.parametrize(
    ("profile", "renew", "told"),
    [
        ("keys", lambda person: person.write_keys("AKIANEW"), "credentials of profile keys"),
        ("helped", lambda person: person.write_helper("AKIANEW"), "profile helped"),
        ("sso", lambda person: person.sign_in_to_sso("sso-token-9"), "aws sso login --profile sso"),
        ("old-sso", lambda person: person.sign_in_to_sso("sso-token-9"), "aws sso login --profile old-sso"),
        ("of-sso", lambda person: person.sign_in_to_sso("sso-token-9"), "aws sso login --profile sso"),
        ("role", lambda person: None, "profile keys"),
        ("mfa", lambda person: None, "profile keys"),
    ],
)
@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
async def test_the_next_try_uses_what_was_renewed(
    aws: Aws, person: Person, profile: str, renew: Renewal, told: str, code: str
) -> None:
    person.sign_in_to_sso()
    aws.tokens.add("sso-token-9")
    typist = Typist("111111", "222222")
    async with AwsSession(profile, prompt=typist) as session:
        await session.read("sts", "GetCallerIdentity")
        await call(session)
        first = last_key(aws)
        aws.refused[first] = code
        with pytest.raises(AwsError) as caught:
            await call(session)
        if code == "ExpiredToken":
            assert isinstance(caught.value, Expired)
            assert told in str(caught.value)
            assert f"profile {profile}" in str(caught.value)
        renew(person)
        await asyncio.gather(*(call(session) for _ in range(3)))
        assert last_key(aws) not in (first, "")
    assert len(typist.asked) == (2 if profile == "mfa" else 0)
    assert aws.count("AssumeRole") <= 2


async def test_sso_that_was_signed_out_stops_until_somebody_signs_in(aws: Aws, person: Person) -> None:
    person.sign_in_to_sso()
    async with AwsSession("sso") as session:
        await call(session)
        aws.tokens.clear()
        aws.refused[last_key(aws)] = "ExpiredToken"
        for _ in range(2):
            with pytest.raises(Expired, match="aws sso login --profile sso"):
                await call(session)
        aws.tokens.add("sso-token-9")
        person.sign_in_to_sso("sso-token-9")
        await call(session)


async def test_renewed_credentials_of_another_account_are_refused(aws: Aws, person: Person) -> None:
    async with AwsSession("keys") as session:
        await session.read("sts", "GetCallerIdentity")
        aws.refused["AKIAKEYS"] = "ExpiredToken"
        aws.accounts["AKIAELSE"] = "999999999999"
        person.write_keys("AKIAELSE")
        with pytest.raises(Expired):
            await call(session)
        with pytest.raises(Expired, match=r"999999999999.*123456789012"):
            await call(session)
        assert all(each.what == "GetCallerIdentity" for each in aws.seen if each.key == "AKIAELSE")
        person.write_keys("AKIANEW")
        await call(session)


async def test_a_role_taken_on_top_is_renewed_too(aws: Aws, person: Person) -> None:
    async with AwsSession("keys") as session, await session.assume(Hop("arn:aws:iam::1:role/There")) as there:
        await call(there)
        first, now = last_key(aws), datetime.now(UTC)
        assert str(there.source) == "profile keys, role There"
        with time_machine.travel(now + 56 * MINUTES):
            await call(there)
        assert last_key(aws) != first


async def test_nobody_to_ask(aws: Aws, person: Person) -> None:
    async with AwsSession("mfa") as session:
        with pytest.raises(SignInFailed, match=r"profile mfa.*no terminal"):
            await call(session)
    assert aws.count("AssumeRole") == 0


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("sso", ("profile sso", "nobody is signed in", "aws sso login --profile sso")),
        ("old-sso", ("profile old-sso", "aws sso login --profile old-sso")),
        ("of-sso", ("profile of-sso", "aws sso login --profile sso")),
        ("no-helper", ("profile no-helper", "the helper", "gone", "isn't there")),
        ("rolle", ("rolle", "Did you mean role")),
        ("in", ("profile in", "login")),
    ],
)
async def test_each_failure_names_the_profile_and_the_cure(
    person: Person, profile: str, told: tuple[str, ...]
) -> None:
    async with AwsSession(profile) as session:
        with pytest.raises(AwsError) as caught:
            await call(session)
    for words in told:
        assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "printed",
    ["", "Welcome!\n{}", "[]", "null", "1", '{"Version": 1}', '{"Version": 2}', "\udcff"],
)
async def test_a_helper_that_prints_anything_else(person: Person, printed: str) -> None:
    (person.home / "helped.json").write_bytes(printed.encode("utf-8", "surrogateescape"))
    async with AwsSession("helped") as session:
        with pytest.raises(SignInFailed, match="profile helped: the helper"):
            await call(session)


async def test_an_expiration_that_is_no_time(person: Person) -> None:
    person.write_helper("AKIAHELPER", SessionToken="t", Expiration="tomorrow")
    async with AwsSession("helped") as session:
        with pytest.raises(SignInFailed, match="profile helped: the helper"):
            await call(session)


async def test_a_session_in_the_cache_that_others_have_ended(aws: Aws, person: Person) -> None:
    """It is the middle of a chain, so that no call of ours was refused for it."""
    async with AwsSession("mfa", prompt=Typist("111111")) as first:
        await call(first)
    aws.refused[last_key(aws)] = "ExpiredToken"
    typist = Typist("222222")
    async with AwsSession("deep", prompt=typist) as second:
        await call(second)
    assert len(typist.asked) == 1


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIAENV"}, "environment: .*AWS_SECRET_ACCESS_KEY"),
        (
            {
                "AWS_ACCESS_KEY_ID": "AKIAENV",
                "AWS_SECRET_ACCESS_KEY": "s",
                "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
            },
            "expired.*environment",
        ),
    ],
)
async def test_what_is_wrong_with_the_environment_is_said_of_it(
    person: Person, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    async with AwsSession(regions=("eu-west-1",)) as session:
        with pytest.raises(AwsError, match=told) as caught:
            await call(session)
    assert "profile" not in str(caught.value)
