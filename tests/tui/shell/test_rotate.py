"""`stanch rotate`, with a shipper that posts all the while; what it was refused is counted at the server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from sandbox.meter import Meter
from sandbox.sender import Sender, collector_body
from sandbox.server import Sandbox
from sandbox.world import HOME_REGION, BearerCall
from services import clock
from services.runbook.case import CaseBook
from tests.tui.shell.conftest import Account, Done, Stanch
from tui.cli import Exit

GROUP, STREAM = "/app/web", "one"
MANAGED = "arn:aws:iam::aws:policy/CloudWatchLogsAPIKeyAccess"
STEP = timedelta(seconds=15)
BODY, LITTLE = collector_body("level=info msg='order accepted'", 12_000), collector_body("still here", 10)


class Shipper:
    """Posts without end; while `through` waits, the clock goes on by a quarter of a minute a post."""

    def __init__(self, sandbox: Sandbox, token: str) -> None:
        self.token = token
        self.statuses: list[int] = []
        """Of every call with an API key, as the server answered it."""
        self._sandbox = sandbox
        self._stopping = threading.Event()
        self._until = sandbox.world.clock.now()
        self._posted = threading.Condition()
        self._thread = threading.Thread(target=self._ship, daemon=True)
        sandbox.world.on_bearer_call.append(self._count)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def through(self, minutes: float) -> None:
        """Wait until so much of the account's time has gone by."""
        now = self._sandbox.world.clock.now
        with self._posted:
            self._until = until = now() + timedelta(minutes=minutes)
            assert self._posted.wait_for(lambda: now() >= until, timeout=30)

    @property
    def refused(self) -> int:
        return sum(status != 200 for status in self.statuses)

    def _count(self, call: BearerCall) -> None:
        self.statuses.append(call.status)

    def _ship(self) -> None:
        sender = Sender(self._sandbox.endpoint_url, GROUP, STREAM)
        try:
            while not self._stopping.is_set():
                goes_on = self._sandbox.world.clock.now() < self._until
                # While the clock stands, what comes all in one minute is to weigh nothing.
                body = BODY if goes_on else LITTLE
                assert sender.post(self.token, body, address="198.51.100.7", agent="fluent-bit")
                if goes_on:
                    with self._posted:
                        self._sandbox.world.clock.advance(STEP)
                        self._posted.notify_all()
                else:
                    self._stopping.wait(0.005)
        finally:
            sender.close()


@pytest.fixture
def shipper(
    sandbox: Sandbox, leaked: Account, boto: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shipper]:
    """Ships with the key of `web`, and did so yesterday at this time."""
    boto("iam").attach_user_policy(UserName=leaked.user, PolicyArn=MANAGED)
    logs = boto("logs")
    for name in (GROUP, "/app/other"):
        logs.create_log_group(logGroupName=name)
        logs.put_bearer_token_authentication(logGroupIdentifier=name, bearerTokenAuthenticationEnabled=True)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    monkeypatch.setattr(clock, "now", sandbox.world.clock.now)
    with Shipper(sandbox, leaked.token) as shipping:
        shipping.through(2)
        meter, now = sandbox.world.part(Meter), sandbox.world.clock.now()
        with sandbox.world.lock:
            for step in range(4 * 60 * 6):
                meter.add(HOME_REGION, GROUP, now - timedelta(days=1, hours=2) + step * STEP, 12_000)
        shipping.through(30)
        yield shipping


@pytest.fixture
def rotate(stanch: Stanch, leaked: Account, tmp_path: Path) -> Callable[..., Done]:
    def run(*more: str) -> Done:
        return stanch("--state-dir", str(tmp_path), "rotate", leaked.key_id, "--user", leaked.user, *more)

    return run


def keys(boto: Callable[..., Any]) -> dict[str, str]:
    listed = boto("iam").list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
    return {found["ServiceSpecificCredentialId"]: found["Status"] for found in listed}


def test_a_whole_rotation_refuses_no_post(
    rotate: Callable[..., Done],
    shipper: Shipper,
    leaked: Account,
    boto: Callable[..., Any],
    tmp_path: Path,
    sandbox: Sandbox,
) -> None:
    made = rotate("--yes", "--json", "--days", "30")
    assert (made.code, made.json["step"], made.json["verified"]) == (Exit.DONE, "replace", True)
    assert made.json["next"] == "import"
    new = made.json["new_key_id"]
    assert keys(boto) == {leaked.key_id: "Active", new: "Active"}
    assert rotate("--yes").code == Exit.INCOMPLETE, "nobody said that it is imported"
    assert keys(boto)[leaked.key_id] == "Active"

    secret = boto("secretsmanager").get_secret_value(SecretId="stanch/web")["SecretString"]
    shipper.token = secret
    shipper.through(5)
    off = rotate("--imported", "--yes", "--json")
    assert (off.code, off.json["step"], off.json["next"]) == (Exit.DONE, "deactivate", "watch")
    assert keys(boto) == {leaked.key_id: "Inactive", new: "Active"}
    early = rotate("--delete", "--yes")
    assert (early.code, "--watch" in early.err) == (Exit.REFUSED, True)

    shipper.through(45)
    stands = rotate("--json")
    assert stands.json["verdict"]["kind"] == "as before"
    assert (stands.json["next"], stands.json["verdict"]["sure"]) == ("delete", True)
    gone = rotate("--delete", "--yes", "--json")
    assert (gone.code, gone.json["next"]) == (Exit.DONE, "done")
    assert keys(boto) == {new: "Active"}
    shipper.through(2)
    assert len(shipper.statuses) > 100
    assert shipper.refused == 0
    (case,) = CaseBook(tmp_path).cases()
    assert case.flaws() == ()
    assert case.state().closed_at
    again = rotate("--json", "--yes")
    assert (again.code, f"{new} is in its place" in again.err) == (Exit.USAGE, True)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for value in (secret, leaked.token):
        assert value.encode() not in kept
        assert value not in made.out + off.out + gone.out + stands.out


def test_a_shipper_that_was_never_switched_is_seen_and_healed(
    rotate: Callable[..., Done], shipper: Shipper, leaked: Account, boto: Callable[..., Any]
) -> None:
    assert rotate("--yes").code == Exit.DONE
    assert rotate("--imported", "--yes").code == Exit.DONE
    shipper.through(12)
    stands = rotate()
    assert stands.code == Exit.DONE
    assert f"{GROUP} gone since the deactivation: no bytes for " in stands.out
    assert "--back" in stands.out.splitlines()[1]
    deletion = rotate("--delete", "--yes")
    assert (deletion.code, "go back (--back)" in deletion.err) == (Exit.REFUSED, True)
    assert shipper.refused > 0

    back = rotate("--back", "--yes", "--json")
    assert (back.code, back.json["state"], back.json["next"]) == (Exit.DONE, "undone", "import")
    assert set(keys(boto).values()) == {"Active"}
    shipper.through(1)
    refused = shipper.refused
    shipper.through(10)
    assert shipper.refused == refused, "healed"
    again = rotate("--yes")
    assert (again.code, "--imported" in again.out) == (Exit.INCOMPLETE, True)
