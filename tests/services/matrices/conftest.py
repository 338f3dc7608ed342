"""Where the subjects of the matrices are made, and no waiting: the sandbox agrees with itself at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.retries import standard

from sandbox.wire.server import Sandbox
from services.aws import cloudtrail
from services.cases import settle
from services.goals import engine as goals
from services.incident import engine as incident
from tests.services.matrices.family import Desk


@pytest.fixture
def desk(sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path) -> Desk:
    return Desk(sandbox, boto, tmp_path)


@pytest.fixture(autouse=True)
def impatient(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.world.settings.lookup_per_second = None
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
    monkeypatch.setattr(cloudtrail, "LOOKUPS_PER_SECOND", 1000.0)
    monkeypatch.setattr(cloudtrail, "BACKOFF_SECONDS", (0.0,) * len(cloudtrail.BACKOFF_SECONDS))
    for module in (settle, goals):
        monkeypatch.setattr(module, "PATIENCE", timedelta())
    for engine in (incident, goals):
        monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)
