"""A signature that AWS refuses is that, by whichever name a service has for it: nothing was done."""

from __future__ import annotations

import pytest

from services.aws.call import Call
from services.aws.errors import NoCredentials
from services.aws.session import AwsSession
from tests.services.aws.liar import Liar, Lie, answer
from tests.services.aws.test_words import IDS, in_json, in_xml, refused

SAID = "The request signature we calculated does not match the signature you provided."
PUT = Call("secretsmanager", "PutSecretValue", {"SecretId": "s", "SecretString": "x"})
ADD = Call("iam", "CreateUser", {"UserName": "web"})


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (ADD, "SignatureDoesNotMatch"),
        (ADD, "IncompleteSignature"),
        (PUT, "InvalidSignatureException"),
        (PUT, "IncompleteSignatureException"),
        (PUT, "MissingAuthenticationTokenException"),
    ],
)
async def test_it_is_no_outcome_that_nobody_knows(liar: Liar, aws: AwsSession, call: Call, code: str) -> None:
    body = in_xml(code, SAID) if call is ADD else in_json(code, SAID)
    liar.lie = lambda asked: Lie(answer(400, body, IDS))
    error = await refused(aws, call)
    assert isinstance(error, NoCredentials)
    assert not error.outcome_unknown
    assert "unknown" not in str(error)
