"""A clean machine for every test, and the pretend account for those that ask for it."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import pytest

from sandbox.account.world import HOME_REGION
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE

UNSET = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "PAGER", "TEXTUAL_THEME", "TEXTUAL_FPS", "TEXTUAL_DEBUG")
HOMES = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")


def pytest_configure() -> None:
    # Much of what is in memory stays there, moto and the services' models above all: to look through it as
    # often as Python would by itself takes a fifth of the time.
    gc.set_threshold(10_000, 10, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones go first, so that none is left to a single worker at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's AWS set-up, terminal or home is seen by a test."""
    for name in [name for name in os.environ if name.startswith("AWS_")] + list(UNSET):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in HOMES:
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(sandbox_server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """An empty account, with the environment pointing at it."""
    sandbox_server.reset()
    for name, value in sandbox_server.environment().items():
        monkeypatch.setenv(name, value)
    return sandbox_server


@pytest.fixture(scope="session")
def made(sandbox_server: Sandbox) -> Iterator[Callable[..., Any]]:
    """Makes boto3 clients that are closed at the very end."""
    session, clients = boto3.Session(), list[Any]()

    @cache
    def make(service: str, region: str, key_id: str, secret: str, **options: Any) -> Any:
        defaults = {
            "retries": {"total_max_attempts": 1},
            "connect_timeout": PATIENCE,
            "read_timeout": PATIENCE,
        }
        client = session.client(
            service,
            region_name=region,
            endpoint_url=sandbox_server.endpoint_url,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            config=botocore.config.Config(**defaults | options),
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def boto(sandbox: Sandbox, made: Callable[..., Any]) -> Callable[..., Any]:
    """boto3's clients of the account: `boto("iam")`, `boto("logs", region="eu-west-1")`.

    They try once and never retry; `key=(id, secret)` signs as someone else; whatever else is
    given goes into botocore's Config. All tests share those that are asked for alike, for to make one
    costs more than a call.
    """

    def client(
        service: str, *, region: str = HOME_REGION, key: tuple[str, str] | None = None, **options: Any
    ) -> Any:
        return made(service, region, *(key or (sandbox.access_key_id, sandbox.secret_access_key)), **options)

    return client
