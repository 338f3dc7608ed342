"""Signing in may fail before a change is sent, and between two attempts at it: only then is it not known."""

from __future__ import annotations

import asyncio

import pytest

from services.aws.call import Call
from services.aws.credentials.failures import SignInFailed
from services.aws.credentials.found import Found
from services.aws.credentials.signer import Signer
from services.aws.errors import AwsError, Denied, NotAws, Unreachable
from services.aws.session import AwsSession
from tests.services.aws.liar import Asked, Liar, Lie, answer
from tests.services.aws.test_words import in_xml

DEACTIVATE = Call(
    "iam",
    "UpdateServiceSpecificCredential",
    {"UserName": "web", "ServiceSpecificCredentialId": "ACCA" + "X" * 16, "Status": "Inactive"},
)


@pytest.mark.parametrize(
    "failure",
    [Unreachable("Signing in", "no answer"), NotAws("Signing in", "a page"), SignInFailed("no code", "Try.")],
)
async def test_what_signing_in_kept_from_being_sent_is_not_unknown(liar: Liar, failure: AwsError) -> None:
    async def find(signer: Signer) -> Found:
        raise failure

    async with AwsSession(regions=("us-east-1",), find=find) as aws:
        with pytest.raises(type(failure)) as caught:
            await aws.send(DEACTIVATE)
    assert not caught.value.outcome_unknown
    assert liar.heard == []


@pytest.mark.parametrize("first", [500, 503, None])
async def test_an_attempt_that_may_have_been_heard_is_not_forgotten_by_signing_the_next(
    liar: Liar, first: int | None
) -> None:
    found = [Found("AKIAFIRST", "s")]

    async def find(signer: Signer) -> Found:
        if not found:
            raise SignInFailed("nobody is signed in", "Sign in.")
        return found.pop()

    async with AwsSession(regions=("us-east-1",), find=find) as aws:
        renewals = []

        def lie(asked: Asked) -> Lie:
            renewals.append(asyncio.get_running_loop().create_task(aws.renew()))
            return Lie(b"" if first is None else answer(first, in_xml("InternalFailure", "Try again")))

        liar.lie = lie
        with pytest.raises(AwsError) as caught:
            await aws.send(DEACTIVATE)
    assert len(liar.heard) == 1
    assert caught.value.outcome_unknown
    assert "nobody is signed in" in str(caught.value)


async def test_a_plain_refusal_is_known(liar: Liar, aws: AwsSession) -> None:
    liar.lie = lambda asked: Lie(answer(403, in_xml("AccessDenied", "User: x is not authorized")))
    with pytest.raises(Denied) as caught:
        await aws.send(DEACTIVATE)
    assert not caught.value.outcome_unknown
