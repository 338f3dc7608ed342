"""Tells one webhook of a case's opening, containment and closing: beside the work, and never in its way."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from types import TracebackType
from typing import Any, Protocol

from services.base import clock
from services.base.signedpost import Address, Delivery, deliver
from services.base.version import VERSION
from services.cases.errors import RunbookError
from services.cases.lines import UNREADABLE, Entry, encode
from services.cases.plan import State, StepName
from services.cases.state import CaseState

EVENTS = ("opened", "contained", "closed")
FINISH_SECONDS = 20.0
"""What an ending program waits for deliveries that are under way."""
_CONTAINED = (State.CONFIRMED, State.IN_FORCE)
_FIELDS = ("account", "key_id", "user", "service", "endpoint", "kind")


class Told(Protocol):
    """What is asked of a case."""

    @property
    def id(self) -> str: ...
    @property
    def held(self) -> bool: ...
    def first(self) -> Sequence[Entry]: ...
    def state(self) -> CaseState: ...
    def append(self, kind: str, **data: object) -> int: ...
    def __enter__(self) -> Any: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    case: Told
    event: str
    thread: threading.Thread
    ended: list[Delivery]


_configured: list[tuple[Address, frozenset[str]]] = []
_waiting: list[Waiting] = []


def configure(address: Address | None, events: tuple[str, ...] = EVENTS) -> None:
    """From here on the process tells *address*, or nobody."""
    _configured[:] = [] if address is None else [(address, frozenset(events))]


def event_of(case: Told, kind: str, data: Mapping[str, object]) -> str | None:
    """What the line that *case* is about to get is to others, where they want to be told of it."""
    wanted: set[str] = set().union(*(events for _, events in _configured))
    if kind in ("opened", "closed"):
        return kind if kind in wanted else None
    is_stopped = kind == "verified" and data.get("step") == StepName.DEACTIVATE
    if not is_stopped or data.get("state") not in _CONTAINED or "contained" not in wanted:
        return None
    return None if _is_contained(case) else "contained"


def announce(case: Told, event: str, at: datetime) -> None:
    """Tell of what *case* has in its journal by now; nothing is waited for."""
    opened: object = next((each.data for each in case.first()), {})
    body = payload(event, case.id, at, opened if isinstance(opened, Mapping) else {})
    for address, _ in _configured:
        ended: list[Delivery] = []
        thread = threading.Thread(target=_deliver, args=(address, body, event, ended), daemon=True)
        thread.start()
        _waiting.append(Waiting(case, event, thread, ended))


def _deliver(address: Address, body: bytes, event: str, ended: list[Delivery]) -> None:
    ended.append(deliver(address, body, event))


def _is_contained(case: Told) -> bool:
    with suppress(RunbookError):
        return case.state().step(StepName.DEACTIVATE).state in _CONTAINED
    return False


def payload(event: str, case: str, at: datetime, opened: Mapping[str, object]) -> bytes:
    """What is sent: names and times, and nothing secret."""
    about = {name: opened[name] for name in _FIELDS if opened.get(name)}
    return encode({"event": event, "case": case, "at": clock.rfc3339(at), "stanch": VERSION, **about})


def finish(seconds: float = FINISH_SECONDS) -> tuple[str, ...]:
    """Wait for what is under way, journal what became of it, and return a sentence for each that failed."""
    deadline = monotonic() + seconds
    failed: list[str] = []
    while _waiting:
        each = _waiting.pop(0)
        each.thread.join(max(0.0, deadline - monotonic()))
        done = each.ended[0] if each.ended else Delivery(False, 0, "it didn't end in time")
        if not done.delivered:
            failed.append(
                f"The webhook was not told that case {each.case.id} was {each.event}: {done.message}."
            )
        with suppress(RunbookError, OSError, *UNREADABLE):
            _journal(each, done)
    return tuple(failed)


def _journal(each: Waiting, done: Delivery) -> None:
    what: dict[str, object] = {
        "event": each.event,
        "delivered": done.delivered,
        "attempts": done.attempts,
        "message": done.message,
    }
    if each.case.held:
        each.case.append("notified", **what)
        return
    with each.case:
        each.case.append("notified", **what)
