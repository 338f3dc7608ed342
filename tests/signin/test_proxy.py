"""The proxy of the tests leaves nothing open behind a client that goes, whenever it goes."""

from __future__ import annotations

import gc
import socket
import ssl
import struct
from pathlib import Path

import pytest

from tests.signin.proxy import Proxy, Request, Response

CONNECT = b"CONNECT a.example:443 HTTP/1.1\r\n\r\n"
MOMENTS = ("unasked", "opened", "in the handshake", "before the answer")
# What is left behind by a race shows in some of the goings only.
TIMES = 60


def _go(client: socket.socket) -> None:
    """Ends as a killed program's connection does: by a reset, with nothing said."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def _come_and_go(proxy: Proxy, moment: str) -> None:
    client = socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])))
    client.sendall(CONNECT)
    if moment != "unasked":
        client.recv(100)
    if moment == "in the handshake":
        client.sendall(b"\x16\x03\x01\x02")
    if moment == "before the answer":
        trusting = ssl.create_default_context(cafile=str(proxy.authority.bundle))
        client = trusting.wrap_socket(client, server_hostname="a.example")
        client.sendall(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    _go(client)


@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_is_left_open_by_a_client_that_goes(moment: str, tmp_path: Path) -> None:
    """What is left open is a warning where it is collected, and warnings end the run."""

    def answer(request: Request) -> Response:
        return Response(200, b"x" * 100_000)

    with Proxy(tmp_path, answer) as proxy:
        # So that its end waits for each of them.
        proxy._server.daemon_threads = False
        for _ in range(TIMES):
            _come_and_go(proxy, moment)
    gc.collect()
