"""A server that sends a byte now and then holds no call longer than one whole call may take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from services.aws import s3, sending
from services.aws.errors import AwsError, TimedOut
from services.aws.session import AwsSession
from tests.services.aws.liar import Liar, Lie
from tests.services.aws.wrappers import WRAPPERS

IDS = b"x-amzn-requestid: r\r\nx-amz-request-id: r\r\n"
DRIPS: dict[str, tuple[bytes, bytes]] = {
    "the first line": (b"", b"H"),
    "a header": (b"HTTP/1.1 200 So\r\nX-Long: ", b"x"),
    "headers": (b"HTTP/1.1 200 So\r\n", b"X-Odd: x\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body with its length": (b"HTTP/1.1 200 So\r\n" + IDS + b"Content-Length: 100000\r\n\r\n", b" "),
    "a body without": (b"HTTP/1.1 200 So\r\n" + IDS + b"\r\n", b" "),
    "chunks": (b"HTTP/1.1 200 So\r\n" + IDS + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "an error": (b"HTTP/1.1 503 So\r\n" + IDS + b"Content-Length: 100000\r\n\r\n", b" "),
    "another place": (b"HTTP/1.1 307 So\r\nLocation: /x\r\n" + IDS + b"Content-Length: 9999\r\n\r\n", b" "),
}
SECONDS, PAUSE = 0.5, 0.05


async def test_every_call_ends(
    liar: Liar, aws: AwsSession, monkeypatch: pytest.MonkeyPatch, counted: Callable[[str], None]
) -> None:
    monkeypatch.setattr(sending, "CALL_SECONDS", SECONDS)
    monkeypatch.setattr(s3, "PATIENCE_SECONDS", SECONDS)
    # The models of all services are read before the time is taken.
    await asyncio.gather(*(aws.client(service) for service in {service for service, _ in WRAPPERS.values()}))
    calls = [call for _, call in WRAPPERS.values()]
    for what, (first, drop) in DRIPS.items():
        liar.lie = lambda asked, first=first, drop=drop: Lie(partial(_drip, first, drop))  # type: ignore[misc]
        ended = await asyncio.wait_for(asyncio.gather(*(_times_out(call, aws) for call in calls)), 120)
        # How many end by this limit, and how many by a connection that comes too late, is the machine's.
        assert any(ended), what
    counted(f"{len(DRIPS)} kinds of drips to {len(calls)} functions")


async def _drip(first: bytes, drop: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(first)
    while True:
        writer.write(drop)
        await writer.drain()
        await asyncio.sleep(PAUSE)


async def _times_out(call: Any, aws: AwsSession) -> bool:
    """Few put another answer in the place of one that does not come."""
    try:
        await call(aws)
    except AwsError as error:
        return isinstance(error, TimedOut)
    return False
