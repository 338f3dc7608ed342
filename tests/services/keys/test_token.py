"""The token decoder: what a leaked key says, and what bad input gets."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.keys.token import SERVICE_OF_PREFIX, TokenError, decode

SECRET = "s3cr3t/+" * 7 + "abcd"


def make(prefix: str = "ACWL", alias: str = "web-at-123456789012", secret: str = SECRET) -> str:
    return prefix + base64.b64encode(f"{alias}:{secret}".encode()).decode()


@pytest.mark.parametrize("prefix", SERVICE_OF_PREFIX)
def test_names_service_user_and_account(prefix: str) -> None:
    token = decode(make(prefix))
    assert (token.prefix, token.service) == (prefix, SERVICE_OF_PREFIX[prefix])
    assert (token.user, token.account, token.looks_cut) == ("web", "123456789012", False)


def test_second_key_keeps_its_alias_and_names_the_user() -> None:
    token = decode(make(alias="vendor-a+1-at-123456789012"))
    assert (token.alias, token.user) == ("vendor-a+1-at-123456789012", "vendor-a")


def test_a_name_with_at_in_it() -> None:
    assert decode(make(alias="made-at-home-at-123456789012")).user == "made-at-home"


def test_unknown_prefix_still_names_the_user() -> None:
    token = decode(make("AXRY"))
    assert (token.service, token.user) == (None, "web")


@pytest.mark.parametrize("around", [" {} \n", "Bearer {}", '"{}"', "\t{}\r\n"])
def test_what_a_paste_brings_along_is_taken_off(around: str) -> None:
    assert decode(around.format(make())).user == "web"


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_a_cut_token_names_its_user_and_is_said_to_be_cut(cut: int) -> None:
    token = decode(make()[:-cut])
    assert (token.user, token.looks_cut) == ("web", True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Nothing was entered"),
        ("   \n", "Nothing was entered"),
        ("ACWL", "names no user"),
        (make()[:14], "names no user"),
        ("ACWLé" + make()[5:], "cannot be decoded"),
        ("ACWL!!!!" + make()[8:], "cannot be decoded"),
        (make()[:20] + "\n" + make()[20:], "line break"),
        ("hello world", "line break"),
        ("hunter2", "does not look like"),
        ("AKIAIOSFODNN7EXAMPLE", "access key id"),
        ("ACCAEXAMPLE1A2B3C4D5E", "key's id"),
        ("A" * 10_000_000, "too long"),
        (make(alias="web-at-12345"), "names no user"),
        (make(alias="web\x1b[2J-at-123456789012"), "names no user"),
    ],
)
def test_bad_input_gets_one_sentence(text: str, says: str) -> None:
    with pytest.raises(TokenError, match=says) as caught:
        decode(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=300))
def test_no_text_gets_anything_but_a_token_or_a_sentence(text: str) -> None:
    for candidate in (text, "ACWL" + text):
        try:
            token = decode(candidate)
        except TokenError:
            continue
        assert token.alias.endswith(token.account or "?")


def test_the_secret_is_nowhere_in_the_token_or_the_error() -> None:
    assert SECRET not in repr(decode(make()))
    with pytest.raises(TokenError) as caught:
        decode(make(alias="nobody"))
    assert SECRET not in repr(caught.value)
    assert make()[10:40] not in repr(caught.value)
    assert caught.value.__cause__ is None
