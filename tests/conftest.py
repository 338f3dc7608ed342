"""A clean machine for every test, and the pretend account for those that ask for it."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import pytest
from hypothesis import settings

from sandbox.account.world import HOME_REGION
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE
from tests.whole import left_out, unread

UNSET = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "PAGER", "TEXTUAL_THEME", "TEXTUAL_FPS", "TEXTUAL_DEBUG")
HOMES = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")


MOST_SECONDS = 900
"""A test that takes longer hangs, however busy the machine is."""

MEMORY, ROOM = Path("/dev/shm"), 2 << 30
"""Where nothing waits for a disk, and the bytes free there that the tests' files surely fit in."""


def pytest_configure() -> None:
    # How long an example takes tells of the machine alone.
    settings.register_profile("any machine", deadline=None)
    settings.load_profile("any machine")
    # A case is written through to the disk at every line, and the tests write many thousands.
    if _fits_tests(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    # What a program ignores, all that it starts ignores too: under nohup, or in the background of a script,
    # they could not be interrupted. What it handles they have as the default.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
    # To look for garbage as often as Python would by itself takes a fifth of the time.
    gc.set_threshold(100_000, 10, 10)


def _fits_tests(place: Path) -> bool:
    """Whether there is room, and programs may be run from there, as some tests do."""
    try:
        found = os.statvfs(place)
    except OSError:
        return False
    may_run = not found.f_flag & os.ST_NOEXEC and os.access(place, os.W_OK)
    return may_run and found.f_bavail * found.f_frsize > ROOM


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What `make test` leaves to `make test-all` is not even read."""
    if config.option.markexpr != "not thorough" or not collection_path.is_relative_to(config.rootpath):
        return None
    return unread(collection_path.relative_to(config.rootpath).as_posix()) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones go first, so that none is left for the end."""
    for item in items:
        if left_out(item.nodeid):
            item.add_marker(pytest.mark.thorough)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    # What is in memory by now stays there, moto above all: nothing of it need be looked through again.
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """A test that hangs fails by its name, with where it hung; one that cannot even fail ends its worker."""

    def too_long(*_: object) -> None:
        pytest.fail(f"it took more than {MOST_SECONDS} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(MOST_SECONDS)
    faulthandler.dump_traceback_later(MOST_SECONDS + 60, exit=True)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """`counted("60 storms")` stands at the end of the run, whichever worker says it."""
    return lambda what: record_property("counted", what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.stats.get("passed", ()):
        for name, what in report.user_properties:
            if name == "counted":
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {what}")


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


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """IAM agrees with itself at once here: what is not seen within a moment is not there."""
    for place in ("services.cases.settle.PATIENCE", "services.goals.engine.PATIENCE"):
        monkeypatch.setattr(place, timedelta(seconds=2))


@pytest.fixture
def unpaced(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Event history may be asked as fast as it answers."""
    sandbox.world.settings.lookup_per_second = None
    monkeypatch.setattr("services.aws.cloudtrail.LOOKUPS_PER_SECOND", 1000.0)


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
    def make(
        service: str, region: str, key_id: str, secret: str, token: str | None = None, **options: Any
    ) -> Any:
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
            aws_session_token=token,
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

    They try once and never retry; `key=(id, secret)`, or with a session's token as a third, signs as
    someone else; whatever else is given goes into botocore's Config. All tests share those that are
    asked for alike, for to make one costs more than a call.
    """

    def client(
        service: str, *, region: str = HOME_REGION, key: tuple[str, ...] | None = None, **options: Any
    ) -> Any:
        return made(service, region, *(key or (sandbox.access_key_id, sandbox.secret_access_key)), **options)

    return client
