"""The words of an audit: findings, what could not be told, and the limits that both are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias, get_args

from services.keys.holdings import Unreadable

Severity: TypeAlias = Literal["high", "medium", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something is worth a finding."""

    old: timedelta = timedelta(days=90)
    expiring: timedelta = timedelta(days=14)
    unused: timedelta = timedelta(days=90)
    silent: timedelta = timedelta(days=14)
    """How long no bytes may come into a log group that takes bearer tokens."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure from the best practices; *mend* is a command, and *subject* what it is about.

    The subject is a key's id, a user's name, a log group as NAME@REGION, a Region, or an ARN.
    """

    kind: str
    severity: Severity
    subject: str
    title: str
    evidence: tuple[str, ...]
    mend: str
    user: str | None = None
    key_id: str | None = None
    """The key to respond to, where the finding is about one or about its user."""

    def fingerprint(self, account: str) -> str:
        """What stays the same from run to run, for baselines and pipelines."""
        return f"{account}/{self.kind}/{self.subject}"

    def as_json(self, account: str) -> dict[str, object]:
        return {
            "kind": self.kind,
            "severity": self.severity,
            "subject": self.subject,
            "user": self.user,
            "key_id": self.key_id,
            "title": self.title,
            "evidence": list(self.evidence),
            "mend": self.mend,
            "fingerprint": self.fingerprint(account),
        }


@dataclass(frozen=True, slots=True)
class Unknown:
    """A question of *kind* that could not be answered either way, and why."""

    kind: str
    subject: str
    why: str
    user: str | None = None

    def as_json(self) -> dict[str, object]:
        return {"kind": self.kind, "subject": self.subject, "user": self.user, "why": self.why}


@dataclass(frozen=True, slots=True)
class Audit:
    """One account's; *unreadable* names what AWS did not let be read, so that "no finding" is no promise."""

    account: str
    caller_arn: str
    regions: tuple[str, ...]
    keys: int = 0
    keys_complete: bool = True
    findings: tuple[Finding, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.unreadable

    @property
    def keys_told(self) -> str:
        """How many there are, and whether that is all."""
        told = f"{self.keys:,} key{'s' * (self.keys != 1)}"
        return told if self.keys_complete else f"{told} read, not all"

    def as_json(self) -> dict[str, object]:
        return {
            "account": self.account,
            "caller_arn": self.caller_arn,
            "regions": list(self.regions),
            "keys": self.keys,
            "complete": self.complete,
            "unreadable": [part.as_json() for part in self.unreadable],
            "unknown": [each.as_json() for each in self.unknown],
            "findings": [finding.as_json(self.account) for finding in self.findings],
        }


def in_order(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(
        sorted(findings, key=lambda each: (SEVERITIES.index(each.severity), each.kind, each.subject))
    )
