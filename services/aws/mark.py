"""A mark in one request's User-Agent, by which CloudTrail's record of it is known again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_MARK: ContextVar[str | None] = ContextVar("mark", default=None)


def new_mark() -> str:
    """One that nobody can guess, as long as a User-Agent's word may be without being cut."""
    return f"stanch-call/{secrets.token_hex(12)}"


@contextmanager
def marked(mark: str | None) -> Iterator[None]:
    """Requests that are made meanwhile carry *mark*."""
    token = _MARK.set(mark)
    try:
        yield
    finally:
        _MARK.reset(token)


def add_mark(request: Any, **_: Any) -> None:
    """A handler of botocore's ``request-created``."""
    if mark := _MARK.get():
        agent = request.headers["User-Agent"]
        del request.headers["User-Agent"]
        request.headers["User-Agent"] = f"{agent} {mark}"
