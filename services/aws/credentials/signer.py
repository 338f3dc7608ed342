"""What signs every call of a session: found once, renewed before it ends, found anew where AWS refused it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from services.aws.credentials.failures import (
    ENDED,
    REFUSALS,
    SignInEnded,
    SignInFailed,
    ended,
    not_taken,
)
from services.aws.credentials.found import Found
from services.aws.credentials.source import Source
from services.aws.errors import AwsError, Expired, NoCredentials
from services.aws.waiting import Waiting

T = TypeVar("T")
UNANSWERED_SECONDS = 10.0
"""So long after a prompt was left unanswered nobody is asked again: calls come in swarms."""
AGAIN_SECONDS = 30.0
"""Between two attempts to renew what is still good."""


class Prompt(Protocol):
    """Asks a person one question; *trouble* tells what became of the last answer.

    An empty answer is none, and None tells that there is nobody to ask.
    """

    on_screen: bool
    """Whether it asks in a dialog, so that the terminal is not to be touched."""

    async def __call__(self, question: str, trouble: str | None) -> str | None: ...


Find = Callable[["Signer"], Awaitable[Found]]


class Signer:
    """Stands where botocore expects credentials; all callers of one moment share one search and its end."""

    method = "stanch"

    def __init__(self, find: Find, prompt: Prompt | None = None, waiting: Waiting | None = None) -> None:
        self.prompt = prompt
        self.waiting = waiting or Waiting()
        self.refused: frozenset[str] = frozenset()
        """Access key ids that AWS takes no longer."""
        self.account: str | None = None
        """The account that AWS said they are of: what is found later must be of it too."""
        self.region_assumed = False
        """Whether no Region was named or configured, so that one of AWS's usual partition is asked."""
        self.generation = 0
        """Counts what was found, so that a late refusal of the last is not laid to this."""
        self._find = find
        self._found: Found | None = None
        self._stale = False
        self._search: asyncio.Task[Found] | None = None
        self._failed: tuple[float, SignInFailed] | None = None
        self._not_before = 0.0

    @property
    def source(self) -> Source | None:
        """Where the credentials are from, once they are found."""
        return self._found.source if self._found else None

    def adopt(self, other: Signer) -> None:
        """Sign with what *other* has found, for the same wishes, until it is to be renewed."""
        self._found, self.account, self.refused = other._found, other.account, other.refused
        self.generation, self._stale = other.generation, other._stale

    async def current(self) -> Found:
        """The credentials to sign with now; raises an AwsError."""
        found = self._found
        if found is not None and not self._stale and not found.ends_soon():
            return found
        if (
            found is not None
            and not self._stale
            and not found.ended()
            and time.monotonic() < self._not_before
        ):
            return found
        if self._search is None or self._search.done():
            self._search = asyncio.create_task(self._renewed(found))
            # Retrieved in any case: whoever waited may be gone.
            self._search.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._search)

    def distrust(self, generation: int) -> None:
        """Find credentials anew before the next call: AWS refused those of *generation*."""
        if generation == self.generation and self._found is not None:
            self.refused |= {self._found.access_key_id}
            self._stale = True

    def judged(self, error: AwsError, generation: int) -> AwsError:
        """*error* in the words of what signed, where AWS refused that itself: then it is found anew.

        A clock that is off, a Region that is not enabled and a page of a proxy say nothing of it.
        """
        if error.code not in REFUSALS or error.request_id is None:
            return error
        if not isinstance(error, NoCredentials | Expired) or isinstance(error, SignInFailed | SignInEnded):
            return error
        self.distrust(generation)
        if error.code in ENDED:
            return ended(self.source, error.request_id)
        return not_taken(
            self.source, error.said, error.code, error.request_id, region_assumed=self.region_assumed
        )

    async def get_frozen_credentials(self) -> Any:
        from botocore.credentials import ReadOnlyCredentials

        found = await self.current()
        return ReadOnlyCredentials(
            found.access_key_id, found.secret_access_key, found.session_token, found.account
        )

    def get_deferred_property(self, name: str) -> Callable[[], None]:
        # aiobotocore puts get_account_id in its place.
        return lambda: None

    async def get_account_id(self) -> str | None:
        return (await self.current()).account

    async def _renewed(self, old: Found | None) -> Found:
        if self._failed is not None and not self._may_ask_again():
            raise self._failed[1]
        try:
            found = await self._find(self)
        except AwsError as error:
            if isinstance(error, SignInFailed) and error.asked:
                self._failed = (time.monotonic(), error)
            if old is not None and not self._stale and not old.ended():
                self._not_before = time.monotonic() + AGAIN_SECONDS
                return old
            if old is not None and not isinstance(error, Expired):
                raise _as_end(error) from error
            raise
        self._found, self._stale, self._failed = found, False, None
        self.generation += 1
        return found

    def _may_ask_again(self) -> bool:
        """A code that was refused in a shell ends the command; a screen asks once more, after a while."""
        assert self._failed is not None
        on_screen = self.prompt is not None and self.prompt.on_screen
        return on_screen and time.monotonic() - self._failed[0] > UNANSWERED_SECONDS


def _as_end(error: AwsError) -> AwsError:
    """A renewal that failed stops a long piece of work as an expiry does."""
    return SignInEnded(error.said, error.advice, error.request_id)


async def in_thread(work: Callable[[], T]) -> T:
    """As asyncio.to_thread, but that the program's end never waits for it: a helper may hang."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - raised again in the loop
            error = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="signing in", daemon=True).start()
    return await future
