"""One webhook: signed, without secrets, tried again, journaled, and never in the way of a step."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.base import signedpost
from services.cases.book import CaseBook
from tests.tui.conftest import LeakedKey
from tests.tui.shell.conftest import Stanch

SECRET = b"what only the two of us know"


@dataclass
class Hook:
    """A server of somebody's: *answers* are its statuses in turn, the last for all that follow."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [204])
    hangs: threading.Event = field(default_factory=threading.Event)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["event"] for _, body in self.got]


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()
    found.hangs.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            found.hangs.wait(60)
            status = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            self.send_response(status)
            self.send_header("Location", found.url + "elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        found.url = f"http://127.0.0.1:{server.server_port}/hook"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        found.hangs.set()
        server.shutdown()


@pytest.fixture
def told(hook: Hook, stanch: Stanch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The command, with that webhook configured."""
    (tmp_path / "key").write_bytes(SECRET)
    (tmp_path / "key").chmod(0o600)
    text = f'[webhook]\nurl = "{hook.url}"\nsecret_file = "{tmp_path / "key"}"\n'
    (tmp_path / "config.toml").write_text(text)
    monkeypatch.setattr(signedpost, "WAITS", (0.0, 0.0))
    return lambda *words: stanch(
        "--config", str(tmp_path / "config.toml"), "--state-dir", str(tmp_path / "state"), *words
    )


def notified(tmp_path: Path) -> list[dict[str, Any]]:
    (case,) = CaseBook(tmp_path / "state").cases()
    assert not case.altered
    return [dict(each.data) for each in case.journal.entries() if each.kind == "notified"]


def contain(told: Callable[..., Any], key: LeakedKey) -> Any:
    return told("respond", key.key_id, "--user", key.user, "--step", "deactivate", "--yes")


def test_a_case_is_told_of_from_its_opening_to_its_end(
    told: Callable[..., Any], hook: Hook, leaked_key: LeakedKey, tmp_path: Path
) -> None:
    assert contain(told, leaked_key).code == 0
    assert leaked_key.keys == {leaked_key.key_id: "Inactive"}
    assert contain(told, leaked_key).code == 0
    (case,) = CaseBook(tmp_path / "state").cases()
    assert told("case", "close", case.id).code in (0, 3)
    assert sorted(hook.events) == ["closed", "contained", "opened"]
    for headers, body in hook.got:
        signed = f"{headers['x-stanch-timestamp']}.".encode() + body
        expected = hmac.new(SECRET, signed, hashlib.sha256).hexdigest()
        assert headers["x-stanch-signature"] == f"sha256={expected}"
        content = json.loads(body)
        assert (content["case"], content["key_id"], content["user"]) == (case.id, leaked_key.key_id, "web")
        assert leaked_key.token.encode() not in body
    assert {each["event"] for each in notified(tmp_path)} == {"opened", "contained", "closed"}
    assert all(each["delivered"] and each["attempts"] == 1 for each in notified(tmp_path))


@pytest.mark.parametrize(
    ("answers", "delivered", "attempts", "words"),
    [
        ([500, 503, 204], True, 3, "answered 204"),
        ([500], False, 3, "answered 500"),
        ([302], False, 1, "answered 302 (redirects are not followed)"),
        ([404], False, 1, "answered 404"),
    ],
)
def test_a_failing_server_is_asked_again_and_a_redirect_is_not_followed(
    hook: Hook,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[int],
    delivered: bool,
    attempts: int,
    words: str,
) -> None:
    monkeypatch.setattr(signedpost, "WAITS", (0.0, 0.0))
    hook.answers = answers
    done = signedpost.deliver(signedpost.Address(hook.url, SECRET), b"{}", "test")
    assert done == signedpost.Delivery(delivered, attempts, words)
    assert len(hook.got) == attempts
    assert all(headers["host"] in hook.url for headers, _ in hook.got)


def test_a_server_that_hangs_holds_up_no_step_and_is_said_and_journaled(
    told: Callable[..., Any],
    hook: Hook,
    leaked_key: LeakedKey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hook.hangs.clear()
    monkeypatch.setattr(signedpost, "SECONDS", 0.2)
    done = contain(told, leaked_key)
    assert done.code == 0
    assert leaked_key.keys == {leaked_key.key_id: "Inactive"}
    assert "The webhook was not told that case" in done.err
    assert [each["delivered"] for each in notified(tmp_path)] == [False, False]


def test_the_test_shows_what_is_sent_and_never_the_secret(told: Callable[..., Any], hook: Hook) -> None:
    done = told("config", "--webhook-test")
    assert done.code == 0
    ((headers, body),) = hook.got
    assert body.decode() in done.out
    assert "sha256=" in done.out
    assert SECRET.decode() not in done.out + done.err
    assert headers["x-stanch-event"] == "test"
    hook.answers = [404]
    assert told("config", "--webhook-test").code == 3


def test_it_is_off_until_it_is_configured(
    stanch: Stanch, hook: Hook, leaked_key: LeakedKey, tmp_path: Path
) -> None:
    done = stanch("--state-dir", str(tmp_path / "state"), "config", "--webhook-test")
    assert done.code == 2
    assert "No webhook is configured" in done.err
    assert (
        contain(lambda *words: stanch("--state-dir", str(tmp_path / "state"), *words), leaked_key).code == 0
    )
    assert not hook.got
    assert not notified(tmp_path)


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/", "ftp://127.0.0.1/", "https://", "http://[", "x"]
)
def test_what_would_send_in_clear_or_nowhere_is_refused(url: str) -> None:
    assert signedpost.problem(url)
