"""Whatever a credential is wrapped in, it is found once, named rightly, and its secret is nowhere."""

from __future__ import annotations

import base64
import gzip
import json
import random
import textwrap
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.keys.keyid import KeyId, account_in
from services.keys.kinds import KeyKind
from services.keys.recognise import AnyKey, sightings
from services.keys.shortterm import ShortTermKey
from services.keys.token import Token
from tests.growth import cost_for_four_times_as_much
from tests.services.keys import leaks
from tests.services.keys.leaks import ACCOUNT, PAIRS, Leak

Wrap = Callable[[str, random.Random], bytes]


def _lines(text: str, rng: random.Random) -> bytes:
    end = rng.choice(["\n", "\r\n", "\n    ", "\n> ", "=\r\n"])
    # A break within the first letters is for what is handed in alone: see test_handed.py.
    start = rng.randrange(60, 90)
    return (text[:start] + end + end.join(textwrap.wrap(text[start:], rng.randrange(20, 100)))).encode()


def _secret_manifest(text: str, rng: random.Random) -> bytes:
    value = base64.b64encode(b"x" * rng.randrange(3) + b"=" + text.encode()).decode()
    return f"apiVersion: v1\nkind: Secret\ndata:\n  other: aGVsbG8=\n  key: {value}\n  last: eA==\n".encode()


def _mime(text: str, rng: random.Random) -> bytes:
    return base64.encodebytes(b"Hello,\n" * rng.randrange(1, 9) + text.encode() + b"\nBye\n")


def _helm(text: str, rng: random.Random) -> bytes:
    release = gzip.compress(json.dumps({"manifest": text}).encode(), mtime=0)
    return b"  release: " + base64.b64encode(base64.b64encode(release)) + b"\n"


WRAPS: dict[str, Wrap] = {
    "as it is": lambda text, rng: text.encode(),
    "export": lambda text, rng: f"export KEY='{text}'\n".encode(),
    "header": lambda text, rng: f"Authorization: Bearer {text}\r\nHost: a\r\n".encode(),
    "html": lambda text, rng: f"<b>{text}</b>".encode(),
    "json": lambda text, rng: json.dumps({"a": 1, "text": f"\n{text}\n"}).encode(),
    "json in json": lambda text, rng: json.dumps(json.dumps({"text": f"\n{text}"})).encode(),
    "php json": lambda text, rng: json.dumps(f"\t{text}").replace("/", "\\/").encode(),
    "unicode escapes": lambda text, rng: text.replace("/", "\\u002F").replace("+", "\\u002b").encode(),
    "query": lambda text, rng: f"https://a.example/?key={quote(text, safe='')}&b=1".encode(),
    "utf-16": lambda text, rng: f"$a = '{text}'".encode("utf-16"),
    "utf-16 be": lambda text, rng: f"$a = '{text}'".encode("utf-16-be"),
    "base64": lambda text, rng: base64.b64encode(b"abc"[: rng.randrange(4)] + b" " + text.encode()),
    "base64 of utf-16": lambda text, rng: base64.b64encode(
        ("a" * rng.randrange(3) + f" {text}").encode("utf-16-le")
    ),
    "base64 of gzip": lambda text, rng: b'"' + base64.b64encode(gzip.compress(text.encode())) + b'"',
    "kubernetes": _secret_manifest,
    "mail": _mime,
    "helm": _helm,
}


def made(rng: random.Random) -> Leak:
    kinds: list[Callable[[], Leak]] = [
        lambda: leaks.token(rng),
        lambda: leaks.token(rng, alias=f"{'a.b+c=d@e'[: rng.randrange(1, 10)]}-at-{ACCOUNT}"),
        lambda: leaks.pair(rng, rng.choice(PAIRS)),
        lambda: leaks.pair(rng, rng.choice(PAIRS), "ASIA"),
        lambda: leaks.short_term(rng, rng.choice(["bedrock", "aws-external-anthropic"])),
    ]
    return rng.choice(kinds)()


def names(data: bytes) -> list[str]:
    return [each.key.name for each in sightings(data)]


@pytest.mark.parametrize("wrap", WRAPS)
@settings(max_examples=25)
@given(seed=st.integers(0, 1 << 32))
def test_found_once_in_any_wrapping(wrap: str, seed: int) -> None:
    rng = random.Random(seed)
    leak = made(rng)
    data = WRAPS[wrap](leak.text, rng)
    found = sightings(data)
    assert [each.key.name for each in found] == [leak.name]
    assert not found[0].key.looks_cut
    assert found[0].key.account == ACCOUNT
    assert not any(secret in repr(found) for secret in leak.secrets)


@settings(max_examples=25)
@given(seed=st.integers(0, 1 << 32))
def test_found_over_several_lines(seed: int) -> None:
    rng = random.Random(seed)
    leak = rng.choice([leaks.token(rng), leaks.short_term(rng)])
    found = sightings(b"It is " + _lines(leak.text, rng) + b"\n\nplease rotate it\n")
    assert [(each.key.name, each.key.looks_cut) for each in found] == [(leak.name, False)]


@settings(max_examples=25)
@given(seed=st.integers(0, 1 << 32))
def test_two_that_follow_each_other_are_two(seed: int) -> None:
    rng = random.Random(seed)
    first, second = leaks.token(rng, alias=f"one-at-{ACCOUNT}"), leaks.token(rng, alias=f"two-at-{ACCOUNT}")
    cut = first.text[: rng.randrange(60, len(first.text) + 1)]
    found = sightings(f"{cut}\n{second.text}\n".encode())
    assert [each.key.name for each in found] == ["one-at-" + ACCOUNT, "two-at-" + ACCOUNT]
    assert not found[1].key.looks_cut


@settings(max_examples=25)
@given(st.binary(max_size=600), st.integers(0, 1 << 32))
def test_what_is_around_it_hides_nothing_and_adds_nothing(noise: bytes, seed: int) -> None:
    rng = random.Random(seed)
    leak = made(rng)
    found = names(noise + b"\n " + leak.text.encode() + b" \n" + noise)
    assert leak.name in found
    assert len(found) == 1


def test_an_id_alone_is_no_leak_but_can_be_handed_in() -> None:
    text = b"user AKIAY34FZKBOKMUTVV7A, session ASIAY34FZKBOKMUTVV7A, key ACCAY34FZKBOKMUTVV7A2"
    assert sightings(text) == []
    found: list[AnyKey] = [each.key for each in sightings(text, ids=True)]
    assert [key.kind for key in found] == [KeyKind.ACCESS_KEY, KeyKind.TEMPORARY, KeyKind.CREDENTIAL_ID]
    assert {key.account for key in found} == {"609629065308"}


@pytest.mark.parametrize(
    ("key_id", "account"),
    [
        ("ASIAY34FZKBOKMUTVV7A", "609629065308"),
        ("AKIAIOSFODNN7EXAMPLE", None),
        ("AKIAI44QH8DHBEXAMPLE", None),
        ("AKIAJ44QHADHBVXAMPLA", None),
        ("AKIA0000000000000000", None),
        ("AKIA7777777777777777", None),
        ("AKIAY34FZKBO", None),
    ],
)
def test_the_account_of_an_id(key_id: str, account: str | None) -> None:
    assert account_in(key_id) == account


@given(
    st.integers(0, 999_999_999_999),
    st.integers(0, 1 << 32),
    st.sampled_from(["AKIA", "ASIA", "ABIA", "ACCA"]),
)
def test_the_account_of_every_id(account: int, seed: int, prefix: str) -> None:
    made = leaks.key_id(random.Random(seed), prefix, f"{account:012}")
    if made[4] not in "IJ":
        assert account_in(made) == f"{account:012}"


def test_a_hash_a_path_and_an_example_are_no_secrets() -> None:
    rng = random.Random(1)
    named = leaks.key_id(rng)
    for beside in (
        rng.randbytes(20).hex(),
        rng.randbytes(20).hex().upper(),
        "com/example/project/some/Long/Path/ToIt"[:40].ljust(40, "s"),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "A" * 40,
        leaks.secret_key(rng) + "a",
        leaks.secret_key(rng)[1:],
    ):
        assert names(f"{named} {beside}".encode()) == [], beside
    far = f"{named}{'.' * 2000}{leaks.secret_key(rng)}"
    assert names(far.encode()) == []
    example = f"AKIAIOSFODNN7EXAMPLE {leaks.secret_key(rng)}"
    assert names(example.encode()) == []


def test_a_short_term_key_names_its_session_and_its_end() -> None:
    leak = leaks.short_term(random.Random(3))
    (found,) = sightings(leak.text.encode())
    assert isinstance(found.key, ShortTermKey)
    assert found.key.access_key_id in leak.name
    assert (str(found.key.signed), str(found.key.expires)) == (
        "2026-11-25 12:00:00+00:00",
        "2026-11-26 00:00:00+00:00",
    )
    (cut,) = sightings(leak.text[:-40].encode())
    assert cut.key.looks_cut


@pytest.mark.parametrize(
    ("date", "seconds", "more", "expires"),
    [
        ("99991231T235959Z", "43200", "", None),
        ("00010101T000000Z", "43200", "", "0001-01-01 12:00:00+00:00"),
        ("99999999T999999Z", "43200", "", None),
        ("20261125T120000Z", "9" * 6, "", "2026-12-02 12:00:00+00:00"),
        ("20261125T120000Z", "9" * 7, "", None),
        ("20261125T120000Z", "", "&a=b" * 2_000, None),
        ("20261125T120000Z", "60", "&" * 2_000, "2026-11-25 12:01:00+00:00"),
    ],
)
def test_a_forged_short_term_key_is_read_as_far_as_it_makes_sense(
    date: str, seconds: str, more: str, expires: str | None
) -> None:
    named = leaks.key_id(random.Random(5), "ASIA")
    request = (
        f"bedrock.amazonaws.com/?X-Amz-Credential={named}/20261125/us-east-1/bedrock/aws4_request"
        f"&X-Amz-Date={date}&X-Amz-Expires={seconds}{more}"
    )
    text = b"bedrock-api-key-" + base64.b64encode(request.encode())
    (found,) = sightings(text)
    assert isinstance(found.key, ShortTermKey)
    assert found.key.access_key_id == named
    assert (str(found.key.expires) if found.key.expires else None) == expires


def test_an_alias_that_ends_in_a_number_is_read_in_both_ways() -> None:
    (found,) = sightings(leaks.token(random.Random(4), alias="ops+2-at-123456789012").text.encode())
    assert isinstance(found.key, Token)
    assert (found.key.user, found.key.or_user) == ("ops", "ops+2")


def test_the_secret_of_another_id_is_not_its_own() -> None:
    rng = random.Random(5)
    named = leaks.key_id(rng, "ABIA")
    (found,) = sightings(f"{named} {leaks.secret_key(rng)}".encode(), ids=True)
    assert isinstance(found.key, KeyId)
    assert not found.key.has_secret


def look_alikes() -> dict[str, bytes]:
    rng = random.Random(6)
    named, secret = leaks.key_id(rng), leaks.secret_key(rng)
    inside = base64.b64encode(leaks.token(rng).text.encode())
    return {
        "ids": f"{named} ".encode(),
        "ids and secrets": f"{named} {secret} ".encode(),
        "run of ids": named.encode(),
        "short-term": b"bedrock-api-key-",
        "short-term with a body": b"bedrock-api-key-YmVkcm9j ",
        "base64 of ids": b"QUtJQ",
        "base64 of tokens": inside[:5],
        "all phases": b"QUtJQFLSUBS0lB",
        "lines": b"QUNXT\n",
        "gzip": b"H4sI",
        "gzip with a header": base64.b64encode(gzip.compress(b"", mtime=0))[:12],
        "wide": "ACWL".encode("utf-16-le"),
        "wide ids": named.encode("utf-16-le"),
        "at": b"a-at-",
        "user names": b"a-at-123456789012",
        "zeros": b"QUFB",
        "a token's beginning": leaks.token(rng).text[:40].encode() + b"\n",
        "no end": b"A",
    }


@pytest.mark.parametrize("unit", look_alikes())
def test_what_only_looks_like_keys_costs_little(unit: str) -> None:
    piece = look_alikes()[unit]
    data = (piece * (1 + (64 << 10) // len(piece)))[: 64 << 10]
    assert cost_for_four_times_as_much(lambda part: sightings(part, ids=True), data) < 10
