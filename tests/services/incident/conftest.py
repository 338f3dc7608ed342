"""A runbook on a user's leaked key, and what boto3 says of the account on its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.incident import opening
from services.incident.engine import Runbook
from tests.storedsecrets import name_of

LOGS = "logs.amazonaws.com"


@dataclass
class Account:
    """What is true in the account, asked with boto3."""

    iam: Any
    secrets: Any
    user: str
    key_id: str
    token: str

    def statuses(self) -> dict[str, str]:
        """Status by key id."""
        listed = self.iam.list_service_specific_credentials(UserName=self.user)
        return {
            found["ServiceSpecificCredentialId"]: found["Status"]
            for found in listed["ServiceSpecificCredentials"]
        }

    def new_keys(self) -> list[str]:
        return [key for key in self.statuses() if key != self.key_id]

    def policies(self) -> list[str]:
        names: list[str] = self.iam.list_user_policies(UserName=self.user)["PolicyNames"]
        return names

    def secret(self, name: str = "") -> str:
        """The value of that secret, or of the only one that the user has."""
        named = name or name_of(self.secrets, self.user)
        value: str = self.secrets.get_secret_value(SecretId=named)["SecretString"]
        return value


@pytest.fixture
def account(sandbox: Sandbox, boto: Callable[..., Any]) -> Account:
    iam = boto("iam")
    iam.create_user(UserName="web")
    made = iam.create_service_specific_credential(UserName="web", ServiceName=LOGS)
    credential = made["ServiceSpecificCredential"]
    return Account(
        iam,
        boto("secretsmanager"),
        "web",
        credential["ServiceSpecificCredentialId"],
        credential["ServiceCredentialSecret"],
    )


@pytest.fixture
def book(tmp_path: Path) -> CaseBook:
    return CaseBook(tmp_path / "state")


Opened = Callable[..., Any]


@pytest.fixture
def opened(account: Account, book: CaseBook) -> Opened:
    """`async with opened() as runbook`: the runbook with its case begun, or gone on with."""

    @asynccontextmanager
    async def open_it(*, read_only: bool = False) -> AsyncIterator[Runbook]:
        async with AwsSession(read_only=read_only) as aws:
            runbook = await opening.look_up(aws, book, account.key_id, user=account.user)
            with opening.begin(runbook, book):
                await runbook.resume()
                yield runbook

    return open_it
