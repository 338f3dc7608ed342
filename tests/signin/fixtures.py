"""An AWS that signs people in, and one who signs in there; a test module takes them under their names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.signin.aws import Aws
from tests.signin.person import Person, settle


@pytest.fixture
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with Aws(tmp_path_factory.mktemp("aws"), numbered=True) as running:
        yield running


@pytest.fixture
def person(tmp_path: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Person:
    return settle(tmp_path, aws, monkeypatch)
