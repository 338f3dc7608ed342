"""What a person hands in: anything with a credential in it, and one sentence where there is none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.keys.decoys import CONFIGURED, decoy_of
from services.keys.handed import MOST, handed_in, the_token
from services.keys.token import TokenError
from tests.services.keys import leaks
from tests.services.keys.leaks import ACCOUNT


@given(
    seed=st.integers(0, 1 << 32),
    width=st.integers(1, 120),
    end=st.sampled_from(["\n", "\r\n", "\n> ", "=\n", "   │\n │   ", " ┃\r\n┃ ", " |\n| "]),
)
def test_broken_into_lines_of_any_width(seed: int, width: int, end: str) -> None:
    rng = random.Random(seed)
    leak = rng.choice([leaks.token(rng), leaks.short_term(rng)])
    text = end.join(leak.text[at : at + width] for at in range(0, len(leak.text), width))
    (found,) = handed_in(text)
    assert (found.name, found.looks_cut, found.account) == (leak.name, False, ACCOUNT)


def test_a_mail_with_several() -> None:
    rng = random.Random(1)
    tokens = [leaks.token(rng, alias=f"user{n}-at-{ACCOUNT}") for n in range(3)]
    pair, short, alone = leaks.pair(rng, leaks.PAIRS[0]), leaks.short_term(rng), leaks.key_id(rng)
    mail = (
        "From: someone@example.org\nSubject: leaked\n\nHello,\nthese were public:\n\n"
        + "\n".join(f"- {each.text}" for each in tokens)
        + f"\n\n{pair.text}\n{short.text}\nand once more {tokens[0].text} and {alone}; its alias is "
        + f"user1-at-{ACCOUNT}.\nThe repository: https://git+1-at-{ACCOUNT}:pass@git-codecommit.us-east-1.amazonaws.com/x\n"
    )
    names = [key.name for key in handed_in(mail)]
    assert sorted(names) == sorted(
        [*(each.name for each in tokens), pair.name, short.name, alone, f"git+1-at-{ACCOUNT}"]
    )


def test_the_one_token_of_it() -> None:
    rng = random.Random(2)
    one, two = leaks.token(rng), leaks.token(rng, alias=f"b-at-{ACCOUNT}")
    assert the_token(f"Authorization: Bearer {one.text}").alias == one.name
    with pytest.raises(TokenError, match="2 API keys"):
        the_token(f"{one.text} {two.text}")
    with pytest.raises(TokenError, match="an access key: see"):
        the_token(leaks.key_id(rng))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Nothing was entered"),
        ("hello world\nhow are you", "No credential was recognised"),
        ("AIDAY34FZKBOKMUTVV7AB", "the id of a user"),
        ("AROAY34FZKBOKMUTVV7AB", "the id of a role"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzKEY09a", "secret access key"),
        ("AKIA", "does not look like any"),
        ("x" * (MOST + 1), "too long"),
    ],
)
def test_where_there_is_none_one_sentence_says_so(text: str, says: str) -> None:
    with pytest.raises(TokenError, match=says) as caught:
        handed_in(text)
    assert "\n" not in str(caught.value)


@settings(max_examples=25)
@given(st.text(max_size=300))
def test_no_text_gets_anything_but_keys_or_a_sentence(text: str) -> None:
    try:
        found = handed_in(text)
    except TokenError:
        return
    assert found


def test_decoys_are_known_by_their_account() -> None:
    (found,) = handed_in(leaks.key_id(random.Random(3), account="534261010715"))
    decoy = decoy_of(found.account)
    assert decoy
    assert "canarytokens.org" in decoy.service
    assert decoy_of(ACCOUNT) is None
    assert decoy_of(None) is None
    assert decoy_of(ACCOUNT, (ACCOUNT,)) == CONFIGURED
