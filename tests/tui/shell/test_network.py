"""A network that lies, drips or dies, as the one who types the command sees it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from sandbox.wire.server import Sandbox
from services.base import clock
from tests.patience import PATIENCE
from tests.tui.shell.conftest import PROGRAM, Account, Stanch
from tui.exits import Exit

COMMANDS = (
    ("keys",),
    ("keys", "--json"),
    ("doctor",),
    ("audit",),
    ("watch", "--once"),
    ("review", "--user", "web"),
    ("respond", "ACCAAAAAAAAAAAAAAAAAA", "--plan"),
    ("rotate", "ACCAAAAAAAAAAAAAAAAAA", "--plan"),
    ("issue", "web", "--plan"),
)
LIES = {
    "a page": b"<html><body>Sign in</body></html>",
    "deep JSON": b'{"a":' * 1000 + b"1" + b"}" * 1000,
    "an object": b"{}",
}
DRIPPING = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


@contextmanager
def answering(said: bytes, *, hold: bool = False) -> Iterator[tuple[str, threading.Event]]:
    """An endpoint that says *said* to all, then holds the connection or ends it; and whether it was asked."""
    asked, server = threading.Event(), socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connection.recv(65536)
            asked.set()
            connection.sendall(said)
            if hold:
                held.append(connection)
            else:
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for connection in held:
            connection.close()


def http(status: int, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} So\r\nContent-Length: {len(body)}\r\n{more}Connection: close\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize("status", [200, 302, 403, 407, 503])
@pytest.mark.parametrize("lie", LIES)
def test_one_sentence_and_no_traceback(
    stanch: Stanch,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    no_patience: None,
    lie: str,
    status: int,
) -> None:
    location = "Location: http://198.51.100.7/\r\n" if status == 302 else ""
    with answering(http(status, LIES[lie], location)) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        for command in COMMANDS:
            done = stanch(*command)
            assert done.code == Exit.AWS, (command, done.err)
            assert done.out == ""
            assert done.err.startswith("stanch: ")
            assert done.err.count("\n") == 1
            assert "Not allowed" not in done.err
            assert "(!)" not in done.err


def test_a_clock_that_is_off_is_said(
    stanch: Stanch, leaked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stanch("keys").err == ""
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) - timedelta(minutes=4))
    done = stanch("keys")
    assert done.code == Exit.DONE
    assert re.search("this machine's clock is [34] min behind AWS's", done.err)


def test_doctor_says_at_once_that_the_clock_is_off(
    stanch: Stanch, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = datetime.now(UTC) + timedelta(minutes=9)
    body = (
        b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: "
        b"20261126T010000Z is now earlier than 20261126T010400Z (20261126T010900Z - 5 min.)</Message></Error>"
        b"<RequestId>r</RequestId></ErrorResponse>"
    )
    with answering(http(403, body, f"Date: {format_datetime(there, usegmt=True)}\r\n")) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        done = stanch("doctor")
    assert done.code == Exit.AWS
    assert re.search("this machine's clock is [89] min behind AWS's. Set this machine's clock", done.err)


def _interrupted(process: subprocess.Popen[bytes], after: threading.Event) -> float:
    """Seconds from Ctrl-C to the end."""
    assert after.wait(PATIENCE)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    process.wait(PATIENCE)
    return time.monotonic() - began


@pytest.mark.parametrize("command", [("keys",), ("doctor",), ("audit",)])
def test_ctrl_c_ends_a_command_that_a_server_drips_to(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    with answering(DRIPPING, hold=True) as (url, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with subprocess.Popen(
            [PROGRAM, *command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            assert _interrupted(process, asked) < 10
            assert process.stderr
            assert b"Traceback" not in process.stderr.read()
            assert process.returncode == Exit.INTERRUPTED


def test_ctrl_c_does_not_wait_for_a_name_to_be_looked_up(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-up is a thread's, and nothing ends a thread."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://slow.invalid")
    program = (
        "import os, socket, sys, time\n"
        "def slow(*_, **__):\n"
        "    os.write(1, b'.')\n"
        "    time.sleep(120)\n"
        "socket.getaddrinfo = slow\n"
        "from tui.cli import main\n"
        "main(['keys'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert os.read(process.stdout.fileno(), 1) == b"."
        asked = threading.Event()
        asked.set()
        assert _interrupted(process, asked) < 20
        assert process.returncode == Exit.INTERRUPTED
