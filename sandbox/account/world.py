"""What the pretend account holds beyond moto: its clock, its settings, and what its parts tell each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

Part = TypeVar("Part")

ACCOUNT = "123456789012"
HOME_REGION = "us-east-1"


class Clock:
    """Wall time that a test may push forward, or hold."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._held: datetime | None = None

    def now(self) -> datetime:
        return (self._held or datetime.now(UTC)) + self._offset

    def hold(self) -> None:
        """From here on it goes by advance() alone."""
        self._held = self._held or datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        self._offset += by


@dataclass
class Settings:
    """How this account behaves; all times in seconds."""

    metric_lag: float = 0.0
    """A data point is answered only once it is this old."""
    trail_delay: float = 2.0
    """How long delivered events wait before their object stands in the bucket (AWS: about 300)."""
    history_delay: float = 0.0
    """How long a management event waits before LookupEvents shows it."""
    credential_ids: bool = False
    """Whether data events of bearer calls carry userIdentity.credentialId (AWS: not known)."""
    lookup_per_second: float | None = 2.0
    """LookupEvents calls answered a second before throttling; None for no limit."""
    consistency_lag: float = 0.0
    """How long the bearer endpoints go on seeing IAM as it was before a change."""
    last_accessed_takes: float = 0.0
    """How long IAM works on service-last-accessed data that was asked for."""
    enforce_policies: bool = False
    """Whether signed calls are refused where their caller's policies do not allow them."""


@dataclass(frozen=True)
class Actor:
    """Who signed a call, in the words of CloudTrail's userIdentity."""

    kind: str
    name: str | None
    arn: str
    access_key_id: str | None
    issued: datetime | None = None
    """When the session began that signed, if one did."""
    principal: str | None = None
    """The session's principal id, as `AROA…:name`."""
    issuer: Mapping[str, str] | None = None
    """Whose the session is: the role, or the user behind a federated one, as sessionIssuer has it."""

    @property
    def account(self) -> str:
        """Whose account it acts in; nobody is let into this one alone."""
        parts = self.arn.split(":")
        return parts[4] if len(parts) > 4 else ACCOUNT


@dataclass(frozen=True)
class ApiCall:
    """One signed AWS API call that was answered, whatever the answer."""

    time: datetime
    account: str
    region: str
    service: str
    operation: str
    params: Mapping[str, object]
    actor: Actor
    source_ip: str
    user_agent: str
    request_id: str
    read_only: bool
    error_code: str | None = None
    error_message: str | None = None
    response: Mapping[str, object] | None = None


@dataclass(frozen=True)
class BearerCall:
    """One call of a bearer endpoint; *user* is None where the token named nobody we know."""

    time: datetime
    account: str
    region: str
    path: str
    user: str | None
    credential_id: str | None
    log_group: str | None
    log_stream: str | None
    source_ip: str
    user_agent: str
    request_id: str
    status: int
    bytes_in: int = 0
    events_in: int = 0
    error_code: str | None = None
    error_message: str | None = None
    service: str = "logs"


@dataclass
class World:
    """One pretend account; everything the sandbox's parts share."""

    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    lock: threading.RLock = field(default_factory=threading.RLock)
    on_api_call: list[Callable[[ApiCall], None]] = field(default_factory=list)
    on_bearer_call: list[Callable[[BearerCall], None]] = field(default_factory=list)
    on_close: list[Callable[[], None]] = field(default_factory=list)
    """What must end with this world: threads, files."""
    _parts: dict[type[object], object] = field(default_factory=dict)

    def add(self, part: object) -> None:
        """Keep an extension where part() finds it by its class."""
        self._parts[type(part)] = part

    def part(self, kind: type[Part]) -> Part:
        found = self._parts[kind]
        assert isinstance(found, kind)
        return found

    def close(self) -> None:
        while self.on_close:
            self.on_close.pop()()
