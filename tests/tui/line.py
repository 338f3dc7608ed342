"""A line to the program: a real SSH server on this machine, with a delay and a rate if they are asked for."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import struct
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncssh
import pyte

from tests.patience import PATIENCE
from tests.tui.terminal import KEYS

# The child must have the terminal as its own, so that a line that drops hangs it up.
_TAKE = "import fcntl,os,sys,termios; fcntl.ioctl(0,termios.TIOCSCTTY,0); os.execvp(sys.argv[1],sys.argv[1:])"
_PIECE = 256


@dataclass
class Remote:
    """The program at the other end, as its user sees it."""

    process: Any
    connection: Any
    screen: pyte.Screen
    pids: list[int]
    raw: bytearray = field(default_factory=bytearray)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.process.stdin.write(KEYS.get(key, key).encode())

    async def wait(self, *texts: str, seconds: float = PATIENCE) -> None:
        await self.until(lambda: all(text in self.text for text in texts), f"{texts} did not come", seconds)

    async def until(self, done: Callable[[], object], words: str, seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), deadline - time.monotonic())
            except TimeoutError:
                raise AssertionError(f"{words}\n{self.text}") from None

    async def read(self) -> None:
        stream = pyte.ByteStream(self.screen)
        while data := await self.process.stdout.read(65536):
            self.raw += data
            stream.feed(data)
            self.changed.set()

    async def end(self) -> int:
        """How the program ended."""
        await asyncio.wait_for(self.process.wait(check=False), PATIENCE)
        status: int = self.process.exit_status
        return status


@asynccontextmanager
async def over_ssh(
    argv: Sequence[str],
    environment: Mapping[str, str],
    *,
    term: str = "xterm-256color",
    size: tuple[int, int] = (80, 24),
    delay: float = 0.0,
    rate: float | None = None,
) -> AsyncIterator[Remote]:
    """*argv* on a terminal of *term* behind SSH; *delay* in seconds each way, *rate* in bytes a second."""
    pids: list[int] = []
    served: list[asyncio.Task[None]] = []

    async def serve(process: Any) -> None:
        # Not left to the server, which would not wait for the end of the program.
        served.append(asyncio.create_task(_on_a_terminal(process, argv, environment, pids)))

    async def all_ended() -> None:
        await asyncio.gather(*served)

    async with AsyncExitStack() as stack:
        stack.push_async_callback(all_ended)
        key = asyncssh.generate_private_key("ssh-ed25519")
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=_Anybody,
            server_host_keys=[key],
            process_factory=serve,
            encoding=None,
        )
        stack.push_async_callback(_closed, server)
        port, pace = server.get_port(), _Pace(delay)
        if delay or rate:
            port = await stack.enter_async_context(_relay(port, pace))
        connection = await stack.enter_async_context(
            asyncssh.connect("127.0.0.1", port, known_hosts=None, username="ada", config=None)
        )
        # The line is slow for the program; the handshake would only take the test's time.
        pace.rate = rate
        process = await connection.create_process(term_type=term, term_size=size, encoding=None)
        remote = Remote(process, connection, pyte.Screen(*size), pids)
        reading = asyncio.create_task(remote.read())
        try:
            yield remote
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


class _Anybody(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return False


async def _on_a_terminal(
    process: Any, argv: Sequence[str], environment: Mapping[str, str], pids: list[int]
) -> None:
    """What sshd does: a pseudo-terminal, the program on it, and bytes to and fro until either ends."""
    master, slave = pty.openpty()
    columns, lines, *_ = process.term_size
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _TAKE,
        *argv,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**environment, "TERM": process.term_type},
    )
    os.close(slave)
    pids.append(program.pid)
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def written() -> None:
        try:
            data = os.read(master, 65536)
        except OSError:
            data = b""
        if data:
            with suppress(BrokenPipeError):
                process.stdout.write(data)
        else:
            loop.remove_reader(master)
            over.set()

    async def typed() -> None:
        try:
            while data := await process.stdin.read(65536):
                os.write(master, data)
        except (asyncssh.Error, OSError):
            pass
        over.set()

    loop.add_reader(master, written)
    typing = asyncio.create_task(typed())
    await over.wait()
    typing.cancel()
    loop.remove_reader(master)
    # With its terminal gone, the program is hung up.
    os.close(master)
    code = await program.wait()
    with suppress(BrokenPipeError, ConnectionError):
        process.exit(code)


@dataclass
class _Pace:
    """Each byte takes *delay* seconds, and no more than *rate* of them come in one."""

    delay: float
    rate: float | None = None


@asynccontextmanager
async def _relay(port: int, pace: _Pace) -> AsyncIterator[int]:
    lines: set[asyncio.Task[None]] = set()

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_carry(reader, back, pace, limited=False), _carry(there, writer, pace))
        finally:
            for end in (writer, back):
                end.close()
                with suppress(ConnectionError):
                    await end.wait_closed()

    def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(asyncio.create_task(joined(reader, writer)))

    async with await asyncio.start_server(join, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pace: _Pace, *, limited: bool = True
) -> None:
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        free = 0.0
        while True:
            came, data = await queue.get()
            for at in range(0, len(data), _PIECE):
                piece = data[at : at + _PIECE]
                free = max(free, came + pace.delay)
                await asyncio.sleep(max(0.0, free - time.monotonic()))
                writer.write(piece)
                free += len(piece) / pace.rate if pace.rate and limited else 0.0

    delivering = asyncio.create_task(deliver())
    try:
        while data := await reader.read(65536):
            queue.put_nowait((time.monotonic(), data))
    finally:
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
        writer.close()


async def _closed(server: Any) -> None:
    server.close()
    await server.wait_closed()
