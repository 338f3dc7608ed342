"""Who takes part in the scenarios, and from where."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.account.account import AccessKey
from sandbox.iam.sessions import Session

SERVICE_ADDRESS = "198.51.100.7"
SERVICE_AGENT = "Fluent-Bit"
VENDOR_ADDRESS = "198.51.100.80"
VENDOR_AGENT = "vendor-a-forwarder/4.2.1"
GATEWAY_ADDRESS = "198.51.100.112"
GATEWAY_AGENT = "OpenTelemetry-Collector/0.131.0"
DEPLOYER_ADDRESS = "198.51.100.20"
DEPLOYER_AGENT = "Boto3/1.40.9 md/Botocore#1.40.9 ua/2.1 os/linux#6.1 lang/python#3.12.4"
ADMIN_ADDRESS = "198.51.100.44"
ADMIN_AGENT = "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/macos#24.5.0 md/command#iam"

ATTACKER_ADDRESSES = ("203.0.113.66", "192.0.2.44")
ATTACKER_AGENTS = (
    "curl/8.5.0",
    # A terminal that shows this as it came clears its screen, sets its title, writes its clipboard,
    # hides what follows and reverses it; Textual would run an action and Rich would crash.
    "curl/8.5.0 \x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[8m"
    "[@click=app.quit]x[/] [bold][/foo] \u202egnp.exe\x1b[0m",
)

ATTACKER_RATE = 16_000
"""Bytes a second; the rates of the others are their log groups'."""


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """An API key and its rightful use: from where, with what, to which stream, in bytes a second."""

    user: str
    key_id: str
    token: str = field(repr=False)
    log_group: str
    log_stream: str
    address: str
    agent: str
    rate: int


@dataclass(frozen=True, slots=True)
class Workload:
    """Something in the account that writes its logs with signed calls; *rate* in bytes a second."""

    log_group: str
    log_stream: str
    rate: int


@dataclass(frozen=True, slots=True)
class StolenKey:
    """An access key that leaked, and the sessions that whoever found it has opened by now."""

    user: str
    key: AccessKey
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True)
class WayIn:
    """A role in another account that the responder may assume, with the external id it asks for."""

    account: str
    role: str
    external_id: str | None = None

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:role/{self.role}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A seeded account, and what those who act in it need to know."""

    name: str
    leaked: KeyInUse | None = None
    shippers: tuple[KeyInUse, ...] = ()
    """Rightful users of other keys."""
    workloads: tuple[Workload, ...] = ()
    deployer: AccessKey | None = None
    """Signs for the workloads, and for the deployment's look into Secrets Manager."""
    stolen: StolenKey | None = None
    colleague: AccessKey | None = None
    """Of another user who assumes the same role, rightfully."""
    ways_in: tuple[WayIn, ...] = ()
    """Into the accounts where the leaked keys are, if these are not the responder's own."""
