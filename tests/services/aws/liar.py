"""A network that lies: it stands before an endpoint, or is one, and answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

Write = Callable[[asyncio.StreamWriter], Awaitable[None]]

_OF_S3 = {
    ("PUT", ""): "CreateBucket",
    ("PUT", "publicAccessBlock"): "PutPublicAccessBlock",
    ("PUT", "encryption"): "PutBucketEncryption",
    ("PUT", "ownershipControls"): "PutBucketOwnershipControls",
    ("PUT", "policy"): "PutBucketPolicy",
    ("DELETE", ""): "DeleteBucket",
    ("DELETE", "policy"): "DeleteBucketPolicy",
}


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def operation(self) -> str:
        """Its name, as far as a change can be told by it."""
        if target := self.headers.get("x-amz-target"):
            return target.rpartition(".")[2]
        if action := parse_qs(self.body.decode(errors="replace")).get("Action"):
            return action[0]
        query = urlsplit(self.url).query.partition("=")[0]
        return _OF_S3.get((self.method, query), "")


@dataclass(frozen=True)
class Lie:
    """What is answered in place of the truth, whole and raw; *acts* lets AWS act before."""

    says: bytes | Write
    acts: bool = False


def answer(
    status: int,
    body: bytes | str = b"",
    headers: Mapping[str, str] | None = None,
    *,
    length: int | None = None,
) -> bytes:
    """A whole HTTP answer; *length* is told in place of the true one."""
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} So"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += [f"Content-Length: {len(raw) if length is None else length}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + raw


@dataclass
class Liar:
    """*lie* says what is answered to a request, None for the truth; *heard* is all that came."""

    lie: Callable[[Asked], Lie | None] = lambda asked: None
    heard: list[Asked] = field(default_factory=list)
    acted: list[tuple[str, int]] = field(default_factory=list)
    """Operation and true status of what AWS got."""
    port: int = 0
    serving: set[asyncio.Task[Any]] = field(default_factory=set)
    """Held, so that none is collected as garbage while it waits for the rest of a request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self.serving.add(task)
            task.add_done_callback(self.serving.discard)
        try:
            asked = await _read(reader)
            if asked is None:
                return
            self.heard.append(asked)
            lie = self.lie(asked)
            if lie is None or lie.acts:
                truth = await _forward(asked)
                self.acted.append((asked.operation, int(truth.split(b" ", 2)[1])))
            said = lie.says if lie else truth
            if isinstance(said, bytes):
                writer.write(said)
                await writer.drain()
            else:
                await said(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    method, url, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Asked(method, url, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


async def _forward(asked: Asked) -> bytes:
    """The true answer, asked as a proxy asks."""
    parts = urlsplit(asked.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {**asked.headers, "connection": "close", "content-length": str(len(asked.body))}
        headers.pop("expect", None)
        lines = [f"{asked.method} {path or '/'} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + asked.body)
        await writer.drain()
        return await reader.read()
    finally:
        writer.close()


@asynccontextmanager
async def lying() -> AsyncIterator[Liar]:
    """On this machine, as an endpoint or as a proxy (`HTTP_PROXY`)."""
    liar = Liar()
    server = await asyncio.start_server(liar.serve, "127.0.0.1", 0)
    liar.port = server.sockets[0].getsockname()[1]
    try:
        yield liar
    finally:
        server.close()
        left = list(liar.serving)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
