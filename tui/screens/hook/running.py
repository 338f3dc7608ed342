"""Runs a command of the responder's own: no shell, no terminal, no secret, and an end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

from services.base.environment import passed_on
from services.base.text import clean

SECONDS = 120.0
_LAST_SECONDS = 2.0
_CALM = 0.25
"""Seconds within which what it says is shown together."""
MOST_BYTES = 256_000
"""Of what it says: what says more is ended."""
_SEQUENCES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


async def run(argv: Sequence[str], told: Callable[[list[str]], None]) -> str:
    """How it ended, in words; *told* is called with all that it said, whenever that is more."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=passed_on(),
            # So it has no terminal to write to, and what it starts ends with it.
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"could not be started: {clean(getattr(error, 'strerror', None) or error)}"
    try:
        async with asyncio.timeout(SECONDS):
            if not await _read(process, told):
                return f"ended after {MOST_BYTES // 1000} kB"
            code = await process.wait()
    except TimeoutError:
        return f"ended after {SECONDS:.0f} s"
    finally:
        if process.returncode is None:
            await _kill(process)
    return "done" if code == 0 else f"exit code {code}" if code > 0 else f"ended by signal {-code}"


async def _kill(process: asyncio.subprocess.Process) -> None:
    """End it with all that it started, but for what hid from that."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    assert process.stdout
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_SECONDS):
            # Its end is not noticed before what it said last is read.
            while await process.stdout.read(1 << 16):
                pass
            await process.wait()


async def _read(process: asyncio.subprocess.Process, told: Callable[[list[str]], None]) -> bool:
    """Whether it came to its own end."""
    assert process.stdout
    said = bytearray()
    while len(said) <= MOST_BYTES and (part := await process.stdout.read(1 << 16)):
        said += part
        # It may say nothing more for long, or be ended: what was read is told first.
        told(lines_of(bytes(said[:MOST_BYTES])))
        await asyncio.sleep(_CALM)
    told(lines_of(bytes(said[:MOST_BYTES])))
    return len(said) <= MOST_BYTES


def lines_of(said: bytes) -> list[str]:
    """Its lines, with nothing in them that a terminal acts on."""
    text = _SEQUENCES.sub(b"", said).decode("utf-8", "replace")
    return [clean(line.rstrip("\r").expandtabs()) for line in text.removesuffix("\n").split("\n")]
