"""What the account saw of the responder: when the key was first looked at, and what was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.account.world import ApiCall
from sandbox.drill.model import Event
from sandbox.scenario import cast

PARTIES = frozenset(
    {
        cast.SERVICE_ADDRESS,
        cast.VENDOR_ADDRESS,
        cast.GATEWAY_ADDRESS,
        cast.DEPLOYER_ADDRESS,
        cast.ADMIN_ADDRESS,
        *cast.ATTACKER_ADDRESSES,
    }
)
"""Where those who act call from; whoever calls from elsewhere is the responder, whatever they sign with."""

LONGEST = 60
"""Characters of a parameter that is worth a place in a line: a policy document is not."""


@dataclass(slots=True)
class Record:
    """Listens to the account's signed calls; *subjects* are the names by which they concern the key."""

    subjects: Callable[[], frozenset[str]]
    tell: Callable[[Event], None]
    detected: datetime | None = None
    changes: list[ApiCall] = field(default_factory=list)
    """The responder's calls that changed something."""
    reads: int = 0

    def on_api_call(self, call: ApiCall) -> None:
        if call.source_ip in PARTIES:
            return
        if self.detected is None and self.subjects() & set(_strings(call.params)):
            self.detected = call.time
            self.tell(Event(call.time, "responder", f"Looked at it first: {spoken(call)}"))
        if call.read_only:
            self.reads += 1
        elif call.error_code is None:
            self.changes.append(call)
            self.tell(Event(call.time, "responder", spoken(call)))


def spoken(call: ApiCall) -> str:
    """A call in a line: its name, and what it names."""
    named = [each for each in _strings(call.params) if len(each) <= LONGEST and "\n" not in each]
    return " ".join([call.operation, *named])


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _strings(each)
        case list() | tuple():
            for each in value:
                yield from _strings(each)
