"""Cases written down line by line, so that what a report says of them can be read beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.cases.case import Case
from services.report.build import build
from services.report.model import Report
from services.traffic.traffic import GroupFlow, Reading

DAY = "2026-11-23"
KEY, NEW, USER = "ACCAEXAMPLE1A2B3C4D5E", "ACCAEXAMPLE9Z8Y7X6W5V", "web"
GROUP = "/aws/hlc-logs/my-application"
NOTHING: Mapping[str, object] = {}
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def at(clock: str) -> datetime:
    """``14:02:09`` of the day of the case, or a whole RFC 3339 time."""
    return datetime.fromisoformat(clock if "T" in clock else f"{DAY}T{clock}Z").astimezone(UTC)


class Written:
    """A case whose journal is written by the test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.case = Case(folder)

    def line(self, clock: str, kind: str, **data: object) -> int:
        return self.case.journal.append(kind, data, at(clock)).seq

    def opened(self, clock: str = "14:02:09", **changes: object) -> None:
        known: dict[str, object] = {
            "key_id": KEY,
            "user": USER,
            "service": "logs.amazonaws.com",
            "alias": "web-at-123456789012",
            "status": "Active",
            "created": "2026-04-25T07:54:04Z",
            "expires": None,
            "account": "123456789012",
            "responder": "arn:aws:iam::123456789012:user/responder",
            "login": "ada",
            "host": "bastion",
        }
        self.line(clock, "opened", **known | changes)

    def intent(
        self,
        clock: str,
        step: str,
        operation: str,
        params: Mapping[str, object] = NOTHING,
        *,
        undo: bool = False,
        service: str = "iam",
    ) -> int:
        call = {"service": service, "operation": operation, "params": dict(params)}
        return self.line(clock, "intent", step=step, undo=undo, call=call, facts={})

    def ok(self, clock: str, intent: int, **more: object) -> None:
        self.line(clock, "outcome", intent=intent, ok=True, request_id=f"request-{intent}", **more)

    def verified(self, clock: str, step: str, state: str, words: str) -> None:
        self.line(clock, "verified", step=step, state=state, words=words)

    def switched(self, *clocks: str, status: str = "Inactive") -> None:
        """The key made Inactive, or Active: when it was sent, answered, and read back."""
        sent, answered, read = clocks
        undo = status == "Active"
        operation = "UpdateServiceSpecificCredential"
        params = {"UserName": USER, "ServiceSpecificCredentialId": KEY, "Status": status}
        intent = self.intent(sent, "deactivate", operation, params, undo=undo)
        self.ok(answered, intent)
        self.verified(
            read, "deactivate", "undone" if undo else "confirmed", f"{status} (confirmed by AWS {read})"
        )

    def replaced(self, clock: str) -> None:
        """A second key, its secret stored in Secrets Manager."""
        params = {"UserName": USER, "ServiceName": "logs.amazonaws.com", "CredentialAgeDays": 90}
        self.ok(clock, self.intent(clock, "replace", "CreateServiceSpecificCredential", params), key_id=NEW)
        name = {"Name": "stanch/web", "SecretString": "(the new secret)"}
        self.ok(clock, self.intent(clock, "replace", "CreateSecret", name, service="secretsmanager"))
        self.verified(clock, "replace", "confirmed", f"{NEW} Active (confirmed by AWS {clock})")

    def deleted(self, clock: str) -> None:
        self.line(clock, "metadata", key_id=KEY, user=USER, status="Inactive", expires=None)
        params = {"UserName": USER, "ServiceSpecificCredentialId": KEY}
        self.ok(clock, self.intent(clock, "delete", "DeleteServiceSpecificCredential", params))
        self.verified(clock, "delete", "confirmed", f"gone (confirmed by AWS {clock})")

    def held(self, clock: str) -> None:
        params = {"UserName": USER, "PolicyName": "stanch-hold-logs", "PolicyDocument": "{}"}
        self.ok(clock, self.intent(clock, "deny", "PutUserPolicy", params))
        self.verified(
            clock, "deny", "confirmed", f"deny policy stanch-hold-logs attached (confirmed by AWS {clock})"
        )

    def reviewed(self, clock: str, review: Mapping[str, Any] | None = None) -> Path:
        """A review and its evidence; returns the evidence's path."""
        kept = review or review_of(event("14:01:00"), event("14:03:00", error="AccessDenied"))
        evidence = self.case.keep_evidence("review.json", json.dumps(kept).encode())
        self.line(
            clock,
            "review",
            verdict=kept["verdict"],
            words=kept["verdict_words"],
            complete=kept["complete"],
            events=len(kept["events"]),
            findings=[found["title"] for found in kept["findings"]],
            evidence=evidence,
        )
        self.verified(clock, "review", "confirmed", kept["verdict_words"])
        return self.case.folder / "evidence" / evidence["file"]

    def report(self, now: datetime = NOW) -> Report:
        return build(self.case, now=now)

    def altered(self, old: str, new: str) -> None:
        path = self.case.journal.path
        content = path.read_text()
        assert old in content
        path.write_text(content.replace(old, new))


def event(clock: str, **changes: object) -> dict[str, object]:
    """A call with the key, as a review's evidence has it."""
    when = at(clock).isoformat().replace("+00:00", "Z")
    known: dict[str, object] = {
        "time": when,
        "name": "CallWithBearerToken",
        "source": "logs.amazonaws.com",
        "region": "us-east-1",
        "source_ip": "203.0.113.66",
        "user_agent": "curl/8.5.0",
        "user": USER,
        "access_key_id": None,
        "credential_id": None,
        "error": None,
        "event_id": hashlib.sha256(f"{when}{changes}".encode()).hexdigest()[:12],
        "summary": f"CallWithBearerToken on {GROUP}",
        "resources": [],
        "bearer": True,
        "read_only": False,
        "log_group": GROUP,
        "target": None,
    }
    return known | changes


def review_of(*events: Mapping[str, object], **changes: object) -> dict[str, Any]:
    """A review as its evidence has it."""
    since, until = "2026-11-16T14:00:00Z", "2026-11-23T14:05:00Z"
    coverage = {
        "source": "trail audit",
        "region": "us-east-1",
        "covers": "yes",
        "from": since,
        "to": until,
        "note": "as set now",
    }
    finding = {
        "kind": "persistence",
        "severity": "high",
        "title": "CreateAccessKey for web by this user, 2026-11-23 13:58:00.",
        "event_ids": ["a"],
        "technique": "T1098.001",
    }
    known: dict[str, Any] = {
        "subject": {"user": USER, "key_id": KEY, "service": "logs.amazonaws.com", "account": "123456789012"},
        "window": {"since": since, "until": until},
        "verdict": "used",
        "verdict_words": "Used once from 1 address (203.0.113.66), first 2026-11-23 14:01:00, "
        "last 2026-11-23 14:01:00.",
        "attribution": "user",
        "attribution_words": "by user: CloudTrail names the user, not the key",
        "seen_in_force": "2026-11-23T14:03:00Z",
        "sources": [{"name": "trail audit", "used": True, "why": "it records use"}],
        "coverage": [coverage],
        "complete": True,
        "unreadable": [],
        "records_scanned": 40,
        "records_unreadable": 0,
        "events": list(events),
        "on_user": [],
        "findings": [finding],
    }
    return known | changes


def reading_of(*values: float | None, group: str = GROUP, clock: str = "13:02:00") -> Reading:
    """One group's bytes, a point a minute from *clock* on."""
    begin = at(clock)
    points = tuple((begin + timedelta(minutes=n), value) for n, value in enumerate(values))
    newest = max((when for when, value in points if value is not None), default=None)
    flow = GroupFlow(group, "us-east-1", True, points, newest, "gone", "stopped at 14:03:00")
    return Reading((flow,), begin + timedelta(minutes=len(values) + 2), 60)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "cases" / "1123-K5E")


@pytest.fixture
def whole(written: Written) -> Written:
    return to_its_close(written)


def to_its_close(written: Written) -> Written:
    """A case from its opening to its close."""
    written.opened()
    written.switched("14:02:10", "14:02:11", "14:02:12")
    written.reviewed("14:05:00")
    words = "enforced: last denied call 14:03:00"
    written.verified("14:05:01", "deactivate", "in_force", words)
    written.replaced("14:10:00")
    written.deleted("14:20:00")
    written.line("14:21:00", "note", text="Told the owner.")
    written.line("14:30:00", "closed")
    return written
