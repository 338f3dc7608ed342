"""`stanch rotate`, with a shipper that posts all the while; what it was refused is counted at the server."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from sandbox.account.world import HOME_REGION, BearerCall
from sandbox.cloudtrail.install import CloudTrail
from sandbox.iam.credentials import CredentialStore
from sandbox.logs.meter import Meter
from sandbox.scenario.audit import make_trail
from sandbox.scenario.sender import Sender, collector_body
from sandbox.wire.server import Sandbox
from services.base import clock
from services.cases.book import CaseBook
from tests.patience import PATIENCE
from tests.storedsecrets import names_of, value_of
from tests.tui.shell.conftest import Account, Done, Stanch, start
from tui.exits import Exit

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
            assert self._posted.wait_for(lambda: now() >= until, timeout=PATIENCE)

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
                    self._stopping.wait(0.03)
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

    secret = value_of(boto("secretsmanager"), "web")
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
    watched = rotate("--watch")
    assert (watched.code, f"{GROUP} as before: " in watched.out) == (Exit.DONE, True)
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
    assert (again.code, f"{new} replaced it" in again.err) == (Exit.USAGE, True)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for value in (secret, leaked.token):
        assert value.encode() not in kept
        assert value not in made.out + off.out + gone.out + stands.out


def test_a_shipper_that_was_never_switched_is_seen_and_healed(
    rotate: Callable[..., Done], shipper: Shipper, leaked: Account, boto: Callable[..., Any]
) -> None:
    assert rotate("--yes").code == Exit.DONE
    assert rotate("--imported", "--yes").code == Exit.DONE
    shipper.through(25)
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


def test_records_that_name_the_keys_tell_who_was_switched(
    rotate: Callable[..., Done], shipper: Shipper, leaked: Account, boto: Callable[..., Any], sandbox: Sandbox
) -> None:
    sandbox.world.settings.credential_ids = True
    trail = sandbox.world.part(CloudTrail)
    with sandbox.world.lock:
        make_trail(sandbox.world, sandbox.world.clock.now() - timedelta(days=1))
    assert rotate("--yes").code == Exit.DONE
    shipper.through(3)
    trail.flush()
    waits = rotate("--yes")
    assert (waits.code, f"Only {leaked.key_id} was seen so far" in waits.out) == (Exit.INCOMPLETE, True)
    shipper.token = value_of(boto("secretsmanager"), "web")
    shipper.through(15)
    trail.flush()
    off = rotate("--yes", "--json")
    assert (off.code, off.json["step"]) == (Exit.DONE, "deactivate")

    # One that was forgotten comes but once an hour, and no curve would show that.
    sender = Sender(sandbox.endpoint_url, GROUP, STREAM)
    shipper.through(40)
    trail.flush()
    assert rotate("--json").json["next"] == "delete"
    assert sender.post(leaked.token, LITTLE, address="203.0.113.9", agent="cron") == 401
    sender.close()
    trail.flush()
    stands = rotate("--json").json
    assert (stands["next"], stands["verdict"]["kind"], stands["verdict"]["ready"]) == (
        "watch",
        "as before",
        False,
    )
    assert "from 203.0.113.9, so something still sends it" in stands["standing"]
    assert rotate("--delete", "--yes").code == Exit.REFUSED
    assert rotate("--delete", "--yes", "--override", "that one is switched off").code == Exit.DONE
    assert list(keys(boto).values()) == ["Active"]


@pytest.fixture
def old_keys(sandbox: Sandbox, boto: Callable[..., Any]) -> dict[str, list[str]]:
    """By user, the ids of keys 100 days old."""
    made: dict[str, list[str]] = {}
    past = sandbox.world.clock.now() - timedelta(days=100)
    for user, services in {
        "alice": ["logs.amazonaws.com"],
        "bob": ["logs.amazonaws.com", "bedrock.amazonaws.com"],
        "carol": ["logs.amazonaws.com", "logs.amazonaws.com"],
    }.items():
        boto("iam").create_user(UserName=user)
        with sandbox.world.lock:
            store = sandbox.world.part(CredentialStore)
            made[user] = [store.seed(user, service, created=past).id for service in services]
    boto("iam").create_user(UserName="young")
    boto("iam").create_service_specific_credential(UserName="young", ServiceName="logs.amazonaws.com")
    return made


def test_several_keys_by_their_age(
    stanch: Stanch,
    old_keys: dict[str, list[str]],
    boto: Callable[..., Any],
    tmp_path: Path,
    sandbox: Sandbox,
) -> None:
    def run(*more: str) -> Done:
        return stanch("--state-dir", str(tmp_path), "rotate", "--older-than", "90d", *more)

    planned = run("--plan", "--json")
    assert planned.code == Exit.DONE
    rows = {row["key_id"]: row for row in planned.json["keys"]}
    assert rows.keys() == {key for theirs in old_keys.values() for key in theirs}
    assert all("the most AWS allows" in rows[key]["blocked"] for key in old_keys["carol"])
    (alice,), bobs = old_keys["alice"], old_keys["bob"]
    assert rows[alice]["plan"]["calls"][0]["operation"] == "CreateServiceSpecificCredential"
    assert not (tmp_path / "cases").exists()
    assert "the most AWS allows" in run("--plan").out
    only = run("--plan", "--json", "--service", "bedrock").json["keys"]
    assert [row["key_id"] for row in only] == [bobs[1]]

    # One that fails does not end the rest, and is begun again by the same words.
    sandbox.faults.add("deny:CreateSecret:1")
    begun = run("--yes", "--json")
    assert begun.code == Exit.INCOMPLETE
    ended = {row["key_id"]: row for row in begun.json["keys"]}
    assert [row["begun"] for row in ended.values()].count(True) == 2
    again = {row["key_id"]: row for row in run("--yes", "--json").json["keys"]}
    for key in (alice, *bobs):
        assert again[key]["begun"]
        assert again[key]["secret"]
    secrets = boto("secretsmanager")
    named = [name for user in ("alice", "bob") for name in names_of(secrets, user)]
    assert {again[key]["secret"] for key in (alice, *bobs)} == {f"secretsmanager:{name}" for name in named}
    assert len(named) == 3, "each key has a secret of its own"
    assert not any(again[key]["begun"] for key in old_keys["carol"])
    assert len(CaseBook(tmp_path).cases()) == 3
    for user, count in (("alice", 2), ("bob", 4), ("carol", 2), ("young", 1)):
        listed = boto("iam").list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
        assert len(listed) == count
    (bedrock,) = [name for name in named if name.startswith("stanch/bob/bedrock/")]
    secret = secrets.get_secret_value(SecretId=bedrock)["SecretString"]
    assert secret.startswith("ABSK")
    assert secret not in begun.out + begun.err


@pytest.mark.parametrize("operation", ["CreateServiceSpecificCredential", "CreateSecret"])
def test_a_killed_run_goes_on_and_makes_no_third_key(
    leaked: Account,
    stanch: Stanch,
    boto: Callable[..., Any],
    tmp_path: Path,
    sandbox: Sandbox,
    operation: str,
) -> None:
    arguments = ["--state-dir", str(tmp_path), "rotate", leaked.key_id, "--user", "web", "--yes", "--json"]
    running: list[subprocess.Popen[bytes]] = []
    sandbox.faults.on(operation, "after", lambda: os.kill(running[0].pid, signal.SIGKILL))
    with start(*arguments) as first:
        running.append(first)
        first.communicate()
    assert first.returncode == -signal.SIGKILL
    sandbox.faults.clear()
    second = stanch(*arguments)
    document = second.json
    # Where all was done but said, it waits for the import by now.
    assert second.code in (Exit.DONE, Exit.INCOMPLETE), second.err
    assert document["next"] == "import"
    assert keys(boto) == {leaked.key_id: "Active", document["new_key_id"]: "Active"}
    stored = value_of(boto("secretsmanager"), "web")
    made = sandbox.world.part(CredentialStore).get(document["new_key_id"])
    assert made
    assert made.token == stored
    (case,) = CaseBook(tmp_path).cases()
    assert case.flaws() == ()


def test_the_watch_is_interrupted_and_nothing_else(
    rotate: Callable[..., Done], leaked: Account, boto: Callable[..., Any], tmp_path: Path
) -> None:
    assert rotate("--yes").code == Exit.DONE
    assert rotate("--imported", "--yes").code == Exit.DONE
    stood = keys(boto)
    with start("--state-dir", str(tmp_path), "rotate", leaked.key_id, "--user", "web", "--watch") as watching:
        assert watching.stdout
        assert b"is Inactive since" in watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        _, err = watching.communicate()
    assert (watching.returncode, err.strip()) == (Exit.INTERRUPTED, b"")
    assert keys(boto) == stood
    (case,) = CaseBook(tmp_path).cases()
    assert case.flaws() == ()
    assert rotate("--back", "--yes").code == Exit.DONE
    assert set(keys(boto).values()) == {"Active"}


def test_a_rotation_among_the_cases(
    rotate: Callable[..., Done], stanch: Stanch, leaked: Account, tmp_path: Path
) -> None:
    case = rotate("--yes", "--json").json["case"]

    def run(*arguments: str) -> Done:
        return stanch("--state-dir", str(tmp_path), *arguments)

    listed = run("case", "list", "--json").json["cases"]
    assert [(one["case"], one["kind"], one["about"]) for one in listed] == [(case, "rotation", leaked.key_id)]
    shown = run("case", "show", case, "--json").json
    assert [step["name"] for step in shown["steps"]] == ["replace", "import", "deactivate", "watch", "delete"]
    assert "isn't an incident, so it has no report" in run("case", "report", case).err
    other = run("respond", leaked.key_id, "--user", "web", "--plan")
    assert (other.code, f"is being rotated in case {case}: its new key is " in other.err) == (Exit.DONE, True)
    wrong = run("respond", leaked.key_id, "--case", case, "--plan")
    assert (wrong.code, "is a rotation, not an incident" in wrong.err) == (Exit.REFUSED, True)
    run("respond", leaked.key_id, "--user", "web", "--step", "deactivate", "--yes")
    barred = rotate("--back", "--yes")
    assert (barred.code, "has an open incident" in barred.err) == (Exit.REFUSED, True)
    looked = rotate()
    assert (looked.code, "has an open incident" in looked.err) == (Exit.DONE, True)
    closed = run("case", "close", case)
    assert f"The old key {leaked.key_id} still works, beside the new one" in closed.err


def test_taken_back_as_a_whole(
    rotate: Callable[..., Done], leaked: Account, boto: Callable[..., Any]
) -> None:
    assert rotate("--yes").code == Exit.DONE
    assert rotate("--imported", "--yes").code == Exit.DONE
    undone = rotate("--undo", "--yes", "--json")
    assert (undone.code, undone.json["state"]) == (Exit.DONE, "undone")
    assert keys(boto) == {leaked.key_id: "Active"}
    for option in ("--back", "--imported", "--delete", "--undo", "--watch"):
        refused = rotate(option, "--yes")
        assert (refused.code, "No rotation of" in refused.err) == (Exit.REFUSED, True)


def test_mistakes_are_one_line_and_do_nothing(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    key = leaked.key_id
    for arguments, code, words in (
        ((), Exit.USAGE, "Give a key ID, or several keys by age"),
        ((key, "--back", "--delete"), Exit.USAGE, "Use only one of --back and --delete"),
        ((key, "--plan", "--yes"), Exit.USAGE, "--plan changes nothing"),
        ((key,), Exit.USAGE, "Not a terminal"),
        ((key, "--override", "because", "--yes"), Exit.USAGE, "--override needs --delete"),
        ((key, "--service", "logs", "--yes"), Exit.USAGE, "--service needs --older-than"),
        (
            (key, "--secret-to", "screen", "--json", "--yes"),
            Exit.USAGE,
            "cannot be combined: the secret is shown only to you",
        ),
        ((key, "--secret-to", "nowhere", "--yes"), Exit.USAGE, "isn't a valid place for a secret"),
        (("--older-than", "ninety", "--plan"), Exit.USAGE, "isn't a valid age (use 90d or 12w)"),
        ((key, "--older-than", "90d", "--plan"), Exit.USAGE, "takes no KEY_ID"),
        (("--older-than", "90d", "--secret-to", "secretsmanager:one", "--yes"), Exit.USAGE, "its own name"),
        (("--older-than", "90d"), Exit.USAGE, "Not a terminal"),
        (("ACCANONE", "--user", "web", "--yes"), Exit.USAGE, "There is no key ACCANONE of user web"),
        ((key, "--user", "nobody", "--yes"), Exit.USAGE, "There is no user nobody"),
        ((key, "--secret-to", f"file:{tmp_path}/no/such", "--yes"), Exit.REFUSED, "there is no folder"),
    ):
        done = stanch("--state-dir", str(tmp_path / "state"), "rotate", *arguments)
        assert (done.code, done.out) == (code, ""), done.err
        assert words in done.err
    done = stanch("--read-only", "--state-dir", str(tmp_path / "state"), "rotate", key, "--yes")
    assert (done.code, "--read-only" in done.err) == (Exit.REFUSED, True)
    assert not (tmp_path / "state" / "cases").exists()
