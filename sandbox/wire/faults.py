"""Faults that can be switched on: what goes wrong, with which operation, and how often."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from sandbox.account.world import Settings

When: TypeAlias = Literal["before", "after"]

KINDS = {
    "throttle": "refuse as throttled",
    "500": "answer an internal error",
    "deny": "refuse for want of permission",
    "expired": "refuse the caller's credentials as expired",
    "rubbish": "answer a page of HTML",
    "drop": "act, then reset the connection",
    "drop-before": "reset the connection and do nothing",
    "latency": "wait before acting",
    "timeout": "act, then hold the answer back",
}
TIMED = {"latency", "timeout"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule, for signed calls alone. *operation* may hold `*`, and may name its service: `iam.List*`.

    *seconds* is how long a timed fault waits; *times* how many calls it strikes before it
    is spent; *share* the part of calls it strikes. None of both: every call.
    """

    kind: str
    operation: str = "*"
    seconds: float = 0.0
    times: int | None = None
    share: float | None = None

    def concerns(self, service: str, operation: str) -> bool:
        return fnmatchcase(operation, self.operation) or fnmatchcase(f"{service}.{operation}", self.operation)


def parse_fault(spec: str) -> Fault:
    """Read `KIND:OPERATION[:HOW OFTEN]`, `latency|timeout:OPERATION:SECONDS[:HOW OFTEN]`
    or `consistency:SECONDS`; how often is a count (3) or a share (0.1).

    Raises ValueError with a sentence for the one who typed it.
    """
    kind, *rest = spec.split(":")
    if kind == "consistency":
        if len(rest) != 1:
            raise ValueError(f"{spec!r} should read consistency:SECONDS")
        return Fault(kind, seconds=_seconds(spec, rest[0]))
    if kind not in KINDS:
        known = ", ".join([*KINDS, "consistency"])
        raise ValueError(f"{spec!r} names no fault; the faults are {known}")
    if not rest or not rest[0]:
        raise ValueError(f"{spec!r} should say which operation, as {kind}:ListUsers or {kind}:*")
    operation, *rest = rest
    seconds = 0.0
    if kind in TIMED:
        if not rest:
            raise ValueError(f"{spec!r} should say how many seconds, as {kind}:{operation}:2")
        seconds = _seconds(spec, rest.pop(0))
    if len(rest) > 1:
        raise ValueError(f"{spec!r} says too much after how often")
    times, share = _how_often(spec, rest[0]) if rest else (None, None)
    return Fault(kind, operation, seconds, times, share)


def _seconds(spec: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"{spec!r}: {text!r} is no number of seconds")
    return seconds


def _how_often(spec: str, text: str) -> tuple[int | None, float | None]:
    try:
        if "." not in text and int(text) > 0:
            return int(text), None
        if "." in text and 0 < float(text) <= 1:
            return None, float(text)
    except ValueError:
        pass
    raise ValueError(f"{spec!r}: {text!r} is neither a count (3) nor a share (0.1)")


@dataclass(frozen=True, slots=True)
class Hook:
    operation: str
    when: When
    action: Callable[[], None]


@dataclass(slots=True)
class Rule:
    fault: Fault
    left: int | None
    owed: float = field(default=0.0)

    def strikes(self) -> bool:
        if self.left is not None:
            self.left -= 1
            return self.left >= 0
        if self.fault.share is not None:
            # Shares are dealt out evenly, so a run can be repeated.
            self.owed += self.fault.share
            struck = self.owed >= 1
            self.owed -= struck
            return struck
        return True


class FaultBoard:
    """The faults now in force; safe to change while calls are being answered."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.released = threading.Event()
        self.struck = 0
        """How many calls a fault was the end of, or held back."""
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._hooks: list[Hook] = []

    def add(self, fault: Fault | str) -> None:
        """Switch a fault on; a string is read as parse_fault reads it."""
        if isinstance(fault, str):
            fault = parse_fault(fault)
        if fault.kind == "consistency":
            self.settings.consistency_lag = fault.seconds
            return
        with self._lock:
            self._rules.append(Rule(fault, fault.times))

    def on(self, operation: str, when: When, action: Callable[[], None]) -> None:
        """Run *action* before the operation acts, or after it acted and before the client hears."""
        with self._lock:
            self._hooks.append(Hook(operation, when, action))

    def clear(self) -> None:
        """Switch everything off, and let go of the calls that are being held."""
        self.lift()
        with self._lock:
            self._hooks.clear()

    def lift(self) -> None:
        """Switch the faults off, but not what was asked for by on()."""
        with self._lock:
            self._rules.clear()
            self.released.set()
            self.released = threading.Event()

    def striking(self, service: str, operation: str) -> list[Fault]:
        """The faults that strike this call; asking counts as a call."""
        with self._lock:
            concerned = [rule for rule in self._rules if rule.fault.concerns(service, operation)]
            striking = [rule.fault for rule in concerned if rule.strikes()]
            self.struck += bool(striking)
            return striking

    def hooks(self, operation: str, when: When) -> list[Callable[[], None]]:
        with self._lock:
            return [
                hook.action
                for hook in self._hooks
                if hook.when == when and fnmatchcase(operation, hook.operation)
            ]
