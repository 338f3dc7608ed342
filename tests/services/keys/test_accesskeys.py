"""Whose an access key is: a refusal is an answer only where AWS means the key by it."""

from __future__ import annotations

import pytest

from services.aws.errors import Denied
from services.aws.session import AwsSession
from services.keys import accesskeys

KEY_ID = "AKIAY34FZKBOKMUTVV7A"
REFUSED = (
    "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: iam:GetAccessKeyLastUsed on "
    f"resource: access key {KEY_ID}"
)


def refusing(said: str) -> AwsSession:
    class Refusing(AwsSession):
        async def read(self, *_: object, **__: object) -> None:
            raise Denied("GetAccessKeyLastUsed", said, code="AccessDenied")

    return Refusing()


async def test_a_key_of_another_account_is_refused_by_aws() -> None:
    assert await accesskeys.last_use(refusing(REFUSED), KEY_ID) is None


@pytest.mark.parametrize(
    "said",
    [
        f"{REFUSED} because no identity-based policy allows the iam:GetAccessKeyLastUsed action",
        REFUSED.replace(f"access key {KEY_ID}", "*"),
        REFUSED.replace(f"access key {KEY_ID}", "user bob"),
        "Access Denied",
        "",
    ],
)
async def test_a_refusal_that_is_not_about_the_key_is_no_word_on_it(said: str) -> None:
    with pytest.raises(Denied):
        await accesskeys.last_use(refusing(said), KEY_ID)


@pytest.mark.parametrize(
    "of", ["a service control policy", "an identity-based policy", "a permissions boundary"]
)
async def test_a_policy_that_denies_is_no_word_on_the_key(of: str) -> None:
    with pytest.raises(Denied, match="explicit deny"):
        await accesskeys.last_use(refusing(f"{REFUSED} with an explicit deny in {of}"), KEY_ID)
