"""An HTTP proxy on this machine that opens TLS itself: it hears what is sent to whatever host."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.signin.authority import Authority


@dataclass(frozen=True)
class Request:
    """*host* is the one that was asked, with its port where it is none of the usual."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes
    kind: str = "text/xml"


Answer = Callable[[Request], Response]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A burst of clients that found it full would come again only after a second.
    request_queue_size = 128


class Proxy:
    """Serves while it is entered; *answer* may be called in several threads at once."""

    def __init__(self, folder: Path, answer: Answer) -> None:
        self.authority = Authority(folder)
        self._server = _Server(("127.0.0.1", 0), _handler(self.authority, answer))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def environment(self) -> dict[str, str]:
        """What sends a client's requests here, but those to this machine, which come by themselves."""
        return {
            "HTTPS_PROXY": self.url,
            "HTTP_PROXY": self.url,
            "NO_PROXY": "127.0.0.1",
            "AWS_CA_BUNDLE": str(self.authority.bundle),
        }

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(authority: Authority, answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        tunnel: str | None = None

        def handle(self) -> None:
            # Clients go when they are done, and a TLS end is not always said.
            with suppress(OSError):
                super().handle()

        def finish(self) -> None:
            for end in (self.wfile, self.rfile, self.connection):
                with suppress(OSError):
                    end.close()

        def do_CONNECT(self) -> None:
            host = self.path.partition(":")[0]
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            self.connection = authority.context(host).wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
            self.tunnel = host
            self.close_connection = False

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            parts = urlsplit(self.path)
            host = self.tunnel or parts.netloc or self.headers.get("Host", "")
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            headers = {name.lower(): value for name, value in self.headers.items()}
            response = answer(Request(self.command or "", host or "", path, headers, body))
            self.send_response(response.status)
            self.send_header("Content-Type", response.kind)
            self.send_header("Content-Length", str(len(response.body)))
            self.send_header("x-amzn-RequestId", "0f9e8d7c-0000-4000-8000-000000000000")
            self.end_headers()
            self.wfile.write(response.body)
            self.wfile.flush()

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _any

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
            pass

    return Handler
