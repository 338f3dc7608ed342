"""Sessions whose network lies to them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from botocore.retries import standard

from services.aws.session import AwsSession
from tests.services.aws.liar import Liar, lying


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries wait for no time at all."""
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)


@pytest.fixture
async def liar(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Liar]:
    """The only endpoint there is; the environment's credentials are made up."""
    async with lying() as found:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.url)
        yield found


@pytest.fixture
async def aws(liar: Liar) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=("us-east-1",)) as session:
        yield session
