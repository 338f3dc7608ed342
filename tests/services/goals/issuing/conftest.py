"""A session on the empty account, its cases, and no patience where the sandbox agrees with itself at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases import settle
from services.cases.book import CaseBook
from services.goals import engine
from tests.services.goals.issuing.routes import Shop, clients


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=("us-east-1",)) as session:
        yield session


@pytest.fixture
def book(tmp_path: Path) -> CaseBook:
    return CaseBook(tmp_path / "state")


@pytest.fixture
def boto_clients(boto: Callable[..., Any]) -> Mapping[str, Any]:
    return clients(boto)


@pytest.fixture
def shop(boto_clients: Mapping[str, Any], tmp_path: Path) -> Shop:
    return Shop(boto_clients, "web", tmp_path)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there is not asked for again."""
    for module in (settle, engine):
        monkeypatch.setattr(module, "PATIENCE", timedelta())
