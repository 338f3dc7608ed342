"""A case of another endpoint is no case of this account's, though numbers and ids are the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.aws.where import Where
from services.cases.book import CaseBook
from services.cases.leftopen import left_open
from services.incident.opening import begin, look_up

ACCOUNT = "123456789012"
HERE = {"sts": "http://127.0.0.1:5000"}


async def test_a_case_of_an_earlier_sandbox_is_not_resumed(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path
) -> None:
    iam = boto("iam")
    iam.create_user(UserName="web")
    made = iam.create_service_specific_credential(UserName="web", ServiceName="logs.amazonaws.com")
    key_id = str(made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])
    book = CaseBook(tmp_path)
    async with AwsSession() as aws:
        first = await look_up(aws, book, key_id)
        with begin(first, book) as case:
            pass
        again = await look_up(aws, book, key_id)
        assert again.case
        assert again.case.id == case.id
        here = aws.where
    there = Where(here.account, endpoints=dict.fromkeys(here.endpoints, "http://127.0.0.1:1"))
    assert book.open_case_of(key_id, there) is None
    assert (len(await left_open(tmp_path, here)), await left_open(tmp_path, there)) == (1, ())
    # Nor is one of AWS's own account with that number: the sandbox's says where it was opened.
    assert book.open_case_of(key_id, Where(here.account)) is None


@pytest.mark.parametrize(
    ("opened_at", "now_at", "same"),
    [
        ({}, {}, True),
        (HERE, HERE, True),
        (HERE, {"sts": "http://127.0.0.1:5000/"}, True),
        (HERE, {"sts": "http://127.0.0.1:5001"}, False),
        (HERE, {}, False),
        # One that named none may have been opened by a version that did not say.
        ({}, HERE, True),
        # A VPC's endpoint is AWS as well.
        ({"sts": "https://vpce-1-a.sts.us-east-1.vpce.amazonaws.com"}, {}, True),
        ({}, {"sts": "https://vpce-1-a.sts.us-east-1.vpce.amazonaws.com"}, True),
        ({"logs": "http://127.0.0.1:5000"}, {}, True),
        (HERE, {"sts": "https://amazonaws.com.example.org"}, False),
        # Somebody's machine in AWS is not AWS.
        ({"sts": "http://ec2-192-0-2-1.compute-1.amazonaws.com:5000"}, {}, False),
        ({"sts": "https://vpce-1-a.execute-api.us-east-1.vpce.amazonaws.com"}, {}, False),
        ({"sts": "https://sts.eu-west-1.amazonaws.com/"}, {}, True),
        # What no URL is, somebody wrote into the journal.
        ({"sts": "http://["}, {}, False),
        ({"sts": "https://sts.eu-west-1.amazonaws.com:99999"}, {}, False),
    ],
)
def test_the_endpoint_that_names_the_account_tells(
    opened_at: dict[str, str], now_at: dict[str, str], *, same: bool
) -> None:
    opened = {"account": ACCOUNT, **Where(ACCOUNT, endpoints=opened_at).journaled()}
    assert Where(ACCOUNT, endpoints=now_at).has(opened) is same
    assert Where("111122223333", endpoints=now_at).has(opened) is False
