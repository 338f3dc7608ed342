"""The HTTP server under the sandbox: threaded, quiet, keeping connections alive."""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import threading
from collections.abc import Callable
from http.server import HTTPServer
from socketserver import ThreadingMixIn
from typing import Any, TypeAlias

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_input_stream

from sandbox.wire.call import Request

log = logging.getLogger("sandbox")
log.addHandler(logging.NullHandler())  # else the last-resort handler would write over a screen

Handler: TypeAlias = Callable[[Request], Response]
"""Answers one request; raises ConnectionDropped to cut the connection instead."""


class ConnectionDropped(Exception):
    """The client gets a reset; *answer* is what it would have got, None where nothing was done."""

    def __init__(self, answer: Response | None) -> None:
        super().__init__("connection dropped")
        self.answer = answer


class RequestHandler(MotoRequestHandler):
    """One connection.

    Werkzeug's own handler closes every connection after one request; bodies are read
    whole here, so the next request line is always where it should be.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        environ = self.make_environ()
        request = Request(environ, self.headers.items())
        most = self.server.most(request)
        # A body in chunks is cut off at the limit, and nothing says so.
        limit = most + ("wsgi.input_terminated" in environ)
        try:
            request.body = get_input_stream(environ, max_content_length=limit).read()
        except RequestEntityTooLarge:
            return self._refuse_size()
        if len(request.body) > most:
            return self._refuse_size()
        environ |= {"wsgi.input": io.BytesIO(request.body), "CONTENT_LENGTH": str(len(request.body))}
        for left_over in ("wsgi.input_terminated", "HTTP_TRANSFER_ENCODING"):
            environ.pop(left_over, None)
        try:
            answer = self.server.handler(request)
        except ConnectionDropped:
            self._reset()
        else:
            self._send(answer)

    def _refuse_size(self) -> None:
        # What is left of it would be taken for the next request.
        self.close_connection = True
        self._send(Response("The request is too large.\n", 413, content_type="text/plain"))

    def _send(self, answer: Response) -> None:
        body = b"" if self.command == "HEAD" else answer.get_data()
        if self.command != "HEAD":
            answer.headers["Content-Length"] = str(len(body))
        self.send_response_only(answer.status_code)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Date" not in answer.headers:
            self.send_header("Date", self.date_time_string())
        if self.close_connection:
            self.send_header("Connection", "close")
        # end_headers() would send the head alone; one segment saves the client a wake-up.
        self._headers_buffer += [b"\r\n", body]
        self.flush_headers()

    def _reset(self) -> None:
        # A linger of zero makes close() send RST, which is what a dying peer looks like.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True
        self.server.forget(self.connection, reset=True)

    def log(self, kind: str, message: str, *args: object) -> None:
        return


class Server(ThreadingMixIn, HTTPServer):
    """A thread for each connection; stop() leaves no connection open."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True
    # What werkzeug's handler asks of its server.
    multithread = True
    multiprocess = False
    ssl_context = None
    _server_version = "sandbox"

    def __init__(self, port: int, handler: Handler, most: Callable[[Request], int]) -> None:
        self.handler = handler
        self.most = most
        """How many bytes the body of a request may have, judged by its head."""
        self._open: set[socket.socket] = set()
        self._guard = threading.Condition()
        super().__init__(("127.0.0.1", port), RequestHandler)

    def server_bind(self) -> None:
        # HTTPServer's own looks up the host's full name, which may ask a name server.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.server_address = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        if self.forget(request):
            super().shutdown_request(request)

    def forget(self, connection: socket.socket, *, reset: bool = False) -> bool:
        with self._guard:
            known = connection in self._open
            self._open.discard(connection)
            self._guard.notify_all()
        if reset and known:
            connection.close()
        return known

    def handle_error(self, request: object, client_address: object) -> None:
        log.exception("a request from %s could not be answered", client_address)

    def serve_in_thread(self) -> threading.Thread:
        thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        thread.start()
        return thread

    def close_connections(self) -> None:
        """End every connection, and wait a little for the calls on them to end too."""
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._guard.wait_for(lambda: not self._open, timeout=5)
