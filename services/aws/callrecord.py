"""What was asked of AWS in this run: the calls under way, and the last that ended; no secret is kept."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from services.base import clock
from services.base.text import clean

if TYPE_CHECKING:
    from services.aws.attempts import Attempts
    from services.aws.call import Call
    from services.aws.where import Where

KEPT = 1_000
"""Calls that ended; the oldest goes when another comes."""
_SAID = 400

_SECRET = re.compile(
    r"secret(?!(s|id|ids|name|arn|prefix|list)$)|passw|passphrase|token|credentials?$|private|signature"
    r"|authori[sz]ation|externalid|material|assertion|customerkey|(^|[a-z])code$|^body$|^messages?$|^logevents$",
    re.IGNORECASE,
)
"""Names of parameters whose values are secrets, or may hold one; paging's tokens are left out with them."""

DOING: ContextVar[object] = ContextVar("doing", default=None)
"""For what the calls of this task are sent: whoever began it knows its own calls by that."""


@dataclass(slots=True, eq=False)
class Made:
    """One call, without what is secret in it; *ms* is None until it ended.

    *status* is HTTP's, of the last answer; *outcome* is empty where AWS did what was asked, else its error.
    """

    number: int
    call: Call
    left_out: tuple[str, ...]
    """The parameters that are not kept."""
    where: Where
    at: datetime
    since: float
    """By a clock that nobody sets; anew where a person was asked meanwhile."""
    doing: object = None
    ms: float | None = None
    status: int | None = None
    outcome: str = ""
    said: str = ""
    """The error's sentence."""
    request_id: str | None = None
    attempts: int = 0
    watched: Attempts | None = None
    """Its attempts, while it is under way."""

    @property
    def region(self) -> str | None:
        return self.call.region or self.where.home

    @property
    def seconds(self) -> float:
        """For how long it was waited for, up to now."""
        return time.monotonic() - self.since if self.ms is None else self.ms / 1000

    @property
    def tries(self) -> int:
        return self.watched.begun if self.watched else self.attempts


class CallRecord:
    """All calls of one run, in whatever session; *version* is another after each change."""

    def __init__(self) -> None:
        self.open: dict[int, Made] = {}
        """Under way, the first at the front."""
        self.ended: deque[Made] = deque(maxlen=KEPT)
        """The last that ended at the end."""
        self.version = 0
        self.begun = 0

    @contextmanager
    def kept(self, call: Call, where: Callable[[], Where]) -> Iterator[Made]:
        """Keep *call* while it is made; whoever makes it writes down what was answered."""
        self.begun += 1
        self.version += 1
        params, left_out = kept_of(call.params)
        made = Made(
            self.begun,
            replace(call, params=params),
            left_out,
            where(),
            clock.now(),
            time.monotonic(),
            DOING.get(),
        )
        self.open[made.number] = made
        try:
            yield made
        except BaseException as error:
            made.outcome, made.said = _outcome(error)
            made.request_id = getattr(error, "request_id", None)
            raise
        finally:
            made.ms = made.seconds * 1000
            # By now it may be known whose account it is.
            made.where = where()
            if attempts := made.watched:
                made.attempts, made.watched = attempts.begun, None
                if attempts.last:
                    made.status = attempts.last["HTTPStatusCode"]
            del self.open[made.number]
            self.ended.append(made)
            self.version += 1

    def waited_for(self, doing: object) -> Made | None:
        """The first call under way that is sent for that."""
        return next((made for made in self.open.values() if made.doing == doing), None)


_RECORD: ContextVar[CallRecord | None] = ContextVar("call record", default=None)


@contextmanager
def recorded_in(record: CallRecord) -> Iterator[None]:
    """Sessions that are made meanwhile keep their calls there."""
    token = _RECORD.set(record)
    try:
        yield
    finally:
        _RECORD.reset(token)


def record_of_run() -> CallRecord:
    return _RECORD.get() or CallRecord()


@contextmanager
def sent_for(doing: object) -> Iterator[None]:
    """Calls of this task are sent for *doing* meanwhile."""
    token = DOING.set(doing)
    try:
        yield
    finally:
        DOING.reset(token)


def kept_of(params: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """*params* as JSON has them, and the names of those that are left out: for a name, or for bytes."""
    left_out: list[str] = []
    return dict(_kept(params, left_out)), tuple(dict.fromkeys(left_out))


def _kept(params: Mapping[Any, object], left_out: list[str]) -> Iterator[tuple[str, object]]:
    for key, value in params.items():
        name = str(key)
        if isinstance(value, bytes | bytearray) or (
            not isinstance(value, bool | int | float | None) and _names_a_secret(name)
        ):
            left_out.append(name)
        else:
            yield name, _plain(value, left_out)


def _plain(value: object, left_out: list[str]) -> object:
    match value:
        case str() | int() | float() | None:
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            return dict(_kept(value, left_out))
        case list() | tuple():
            return [_plain(each, left_out) for each in value]
    return str(value)


@lru_cache(4096)
def _names_a_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _outcome(error: BaseException) -> tuple[str, str]:
    if isinstance(error, Exception):
        return getattr(error, "code", None) or type(error).__name__, clean(error, limit=_SAID)
    return "given up", "Nobody waits for the answer any more; AWS may have had the call."
