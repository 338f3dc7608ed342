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


@pytest.fixture(autouse=True)
def quick_history(request: pytest.FixtureRequest) -> None:
    """Event history is paced as AWS wants it by tests of that alone."""
    if "sandbox" in request.fixturenames and "lookup" not in request.node.nodeid:
        request.getfixturevalue("unpaced")
