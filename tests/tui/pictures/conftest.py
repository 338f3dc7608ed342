"""The demo's account at one second of one day, so that it looks the same in every run."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import time_machine
from textual.widgets import Input

from sandbox.scenario.cast import KeyInUse, Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.tui.pictures.album import NOW, SMALL, Opened
from tests.tui.piloting import Driver, driven
from tui.frame import notice
from tui.settings.options import Start


@pytest.fixture
def frozen(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The same second for everybody, and the same ids in every run."""
    # A cursor that blinks is another picture every half second.
    monkeypatch.setattr(Input.__dict__["cursor_blink"], "_default", False)
    rng = random.Random(1)
    monkeypatch.setattr("sandbox.iam.credentials.secrets.token_bytes", rng.randbytes)
    monkeypatch.setenv("LOGNAME", "ada")
    monkeypatch.setattr(socket, "gethostname", lambda: "bastion")
    sandbox.world.settings.lookup_per_second = None
    # Its port is another in every run; there are tests that it is shown.
    monkeypatch.setattr("services.aws.endpoints.is_own", lambda url, prefix: True)
    monkeypatch.setattr("services.aws.endpoints.configured", lambda session: ())
    sandbox.world.settings.trail_delay = 0.2
    with time_machine.travel(NOW, tick=False):
        yield sandbox


@pytest.fixture
def scenario(frozen: Sandbox) -> Scenario:
    return SCENARIOS["leaked-key"](frozen.world)


@pytest.fixture
def leaked(scenario: Scenario) -> KeyInUse:
    assert scenario.leaked
    return scenario.leaked


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """`async with opened("runbook", leaked) as driver`, on 80×24 if nothing else is said."""
    # However slow the machine is: the newest sentence, and that one as long as it takes.
    monkeypatch.setattr(notice, "SECONDS", 3600.0)
    monkeypatch.setattr(notice, "LEAST_SECONDS", 0.0)

    @asynccontextmanager
    async def open_(
        screen: Any = "inventory", key: KeyInUse | None = None, size: tuple[int, int] = SMALL, **options: Any
    ) -> AsyncIterator[Driver]:
        options.setdefault("theme", "dark")
        (tmp_path / "state").mkdir(exist_ok=True)
        start = Start(screen, key_id=key.key_id, user=key.user) if key else Start(screen)
        async with driven(tmp_path / "state", start, size=size, **options) as driver:
            yield driver

    return open_
