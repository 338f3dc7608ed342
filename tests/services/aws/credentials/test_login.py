"""Profiles of `aws login`: they work where their library is, and say what to install where it is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.aws.credentials.failures import SignInFailed
from services.aws.session import AwsSession
from tests.signin import fixtures
from tests.signin.aws import ACCOUNT, Aws
from tests.signin.person import Person

aws, person = fixtures.aws, fixtures.person

SESSION = f"arn:aws:iam::{ACCOUNT}:user/ann"
with_library = pytest.mark.skipif(find_spec("awscrt") is None, reason="stanch[login] is not installed")
without_library = pytest.mark.skipif(find_spec("awscrt") is not None, reason="stanch[login] is installed")


def log_in(home: Path, minutes: float) -> None:
    """What `aws login` leaves there."""
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    token = {
        "accessToken": {
            "accessKeyId": "ASIALOGIN",
            "secretAccessKey": "s",
            "sessionToken": "t",
            "accountId": ACCOUNT,
            "expiresAt": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        "refreshToken": "r",
        "clientId": "c",
        "dpopKey": key.decode(),
    }
    folder = home / ".aws" / "login" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{sha256(SESSION.encode()).hexdigest()}.json").write_text(json.dumps(token))


@without_library
async def test_what_to_install(person: Person) -> None:
    log_in(person.home, 14)
    async with AwsSession("in") as session:
        with pytest.raises(SignInFailed, match=r"profile in uses `aws login`.*stanch\[login\]"):
            await session.read("iam", "ListAccountAliases")


@with_library
@pytest.mark.parametrize(("minutes", "renewed"), [(14, False), (-1, True)])
async def test_a_login_signs_and_is_renewed(aws: Aws, person: Person, minutes: float, renewed: bool) -> None:
    log_in(person.home, minutes)
    async with AwsSession("in") as session:
        await session.read("iam", "ListAccountAliases")
        assert str(session.source) == "profile in, aws login"
        assert aws.count("CreateOAuth2Token") == renewed
        assert (aws.seen[-1].key == "ASIALOGIN") != renewed
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=12)):
            await session.read("iam", "ListAccountAliases")
        assert aws.count("CreateOAuth2Token") == renewed + 1


@with_library
async def test_a_login_that_is_not_there_says_how(person: Person) -> None:
    async with AwsSession("in") as session:
        with pytest.raises(SignInFailed, match="aws login --profile in"):
            await session.read("iam", "ListAccountAliases")
