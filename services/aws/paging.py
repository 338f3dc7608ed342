"""All pages of a listing, each asked for once."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from services.aws.errors import NotAws

MOST_EMPTY = 1_000
"""So many pages in a row with nothing on them no service of AWS's sends."""


async def pages(
    ask: Callable[..., Awaitable[Any]],
    operation: str,
    token: str,
    *,
    answered: str | None = None,
    truncated: str | None = None,
    first: Any = None,
) -> AsyncGenerator[Any, None]:
    """The bodies that *ask* answers with, asked with *token* for the next as long as there is one.

    *answered* is the token's name in the answer where that differs; *truncated* the flag that says that there
    is more, where the service has one; *first* a first page that is there already. Raises NotAws where a
    token comes again, or is missing, or leads from one empty page to the next.
    """
    seen: set[str] = set()
    empty = 0
    more: dict[str, Any] = {}
    while True:
        body = await ask(**more) if first is None else first
        first = None
        yield body
        if truncated and not body.get(truncated):
            return
        following = body.get(answered or token)
        if not following:
            if truncated:
                raise NotAws(operation, "the answer says there is more, but not where")
            return
        empty = 0 if any(isinstance(value, list) and value for value in body.values()) else empty + 1
        if empty >= MOST_EMPTY:
            raise NotAws(operation, f"the endpoint sent {empty:,} empty pages in a row")
        if following in seen:
            raise NotAws(operation, "the endpoint keeps sending the same page")
        seen.add(following)
        more = {token: following}


def lister(aws: Any, service: str, operation: str, **params: Any) -> Callable[..., Awaitable[Any]]:
    """What asks for a page; *params* as AwsSession.read takes them."""

    async def ask(**more: Any) -> Any:
        return await aws.read(service, operation, **params, **more)

    return ask
