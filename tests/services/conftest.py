"""The process that is killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.matrices.killing import Victim


@pytest.fixture(scope="session")
def victim() -> Iterator[Victim]:
    process = Victim()
    yield process
    process.end()
