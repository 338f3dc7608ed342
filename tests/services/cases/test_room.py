"""The place of a secret's file is taken before there is a secret, and none is left where there is none."""

from __future__ import annotations

import resource
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import ApiCall
from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.base import files
from services.cases import settle
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.plan import StepName
from services.cases.secret import ToFile
from services.goals import engine
from tests.services.goals.issuing.routes import Shop, bring_about, issue, setup
from tests.services.incident.routes import Patient, Rotating, Route, admit, prepare

Going = Callable[[AwsSession, CaseBook], Awaitable[object]]
REPLACE, GIVING = (StepName.REPLACE,), ("CreateServiceSpecificCredential", "ResetServiceSpecificCredential")
ROUTES: Mapping[str, Callable[[Path], Route]] = {
    "replace": lambda path: Route(REPLACE, (), {"secret_to": ToFile(path)}),
    "reset": lambda path: Route(REPLACE, (), {"secret_to": ToFile(path), "in_place": True}),
    "new user": lambda path: Route(
        REPLACE, (), {"secret_to": ToFile(path), "new_user": lambda patient: patient.new_user}
    ),
    "rotation": lambda path: Rotating((), (), {"secret_to": ToFile(path)}),
}
GOALS: Mapping[str, Callable[[Shop, Path], Any]] = {
    "issue": lambda shop, path: issue(shop, ToFile(path)),
    "setup": lambda shop, path: setup(shop, secret_to=ToFile(path)),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (settle, engine):
        monkeypatch.setattr(module, "PATIENCE", timedelta())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new.key"


Begin = Callable[[str], Going]


@pytest.fixture
def begin(sandbox: Sandbox, boto: Callable[..., Any], path: Path) -> Begin:
    def make(name: str) -> Going:
        if name in ROUTES:
            patient: Patient = admit(prepare(boto), sandbox, "web")
            return partial(_swapped, ROUTES[name](path), patient)
        shop = Shop({service: boto(service) for service in ("iam", "logs", "secretsmanager")}, "web", path)
        if name == "issue":
            shop.boto["iam"].create_user(UserName="web")
        return partial(_wanted, GOALS[name](shop, path))

    return make


async def _swapped(route: Route, patient: Patient, aws: AwsSession, book: CaseBook) -> None:
    await route.take(aws, book, patient)


async def _wanted(goal: Any, aws: AwsSession, book: CaseBook) -> None:
    await bring_about(aws, book, goal)


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No file may grow as long as the room for a secret is; lines of a journal are short."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with monkeypatch.context() as patched:
        patched.setattr(files, "ROOM", 1 << 20)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("name", [*ROUTES, *GOALS])
async def test_nothing_is_made_whose_secret_has_no_place(
    sandbox: Sandbox, begin: Begin, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    changed: list[str] = []

    def hear(call: ApiCall) -> None:
        changed.extend([] if call.read_only else [call.operation])

    going, book = begin(name), CaseBook(tmp_path / "state")
    sandbox.world.on_api_call.append(hear)
    async with AwsSession(regions=("us-east-1",)) as aws:
        with (
            full(monkeypatch),
            pytest.raises(Refused, match="secret has nowhere to go"),
        ):
            await going(aws, book)
        assert changed == []
        assert not _is_there(path)
        for fault in ("deny:{}:1", "drop-before:{}:1"):
            for giving in GIVING:
                sandbox.faults.add(fault.format(giving))
            with pytest.raises((AwsError, Refused)):
                await going(aws, book)
            assert not _is_there(path), f"{fault}: an empty file is left"
            sandbox.faults.lift()
        # What was killed before it could fill the room is no hindrance.
        files.reserve(path)._file.close()  # type: ignore[union-attr]
        await going(aws, book)
    _holds_a_secret(path, sandbox)


def _is_there(path: Path) -> bool:
    return path.exists()


def _holds_a_secret(path: Path, sandbox: Sandbox) -> None:
    assert path.read_text().strip() in [key.token for key in sandbox.world.part(CredentialStore).all()]
    assert path.stat().st_mode & 0o777 == 0o600
