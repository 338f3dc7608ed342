"""Reports that differ in what could lie badly on a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from services.report.model import Flow, Report
from services.traffic.traffic import Reading
from tests.services.report.conftest import (
    KEY,
    USER,
    Written,
    at,
    event,
    reading_of,
    review_of,
    to_its_close,
)
from tests.services.report.test_hostile import hostile_to

LONG = "service-account-of-the-payments-reconciliation-pipeline-production-eu-central-1"
SECRETS = ("prod/payments/reconciliation/database-credentials-of-the-primary", "prod/db", "staging/token")


def small(written: Written) -> Report:
    written.opened()
    return written.report(at("14:02:40"))


def whole(written: Written) -> Report:
    return replace(to_its_close(written).report(), flow=Flow(_reading(), "As read from CloudWatch."))


def brief(written: Written) -> Report:
    """Opened and closed within a minute, after an attack of hours."""
    fresh(written)
    written.line("14:03:05", "closed")
    return written.report()


def fresh(written: Written) -> Report:
    """Opened a moment ago, after an attack of hours."""
    written.opened()
    written.switched("14:02:10", "14:02:11", "14:02:12")
    addresses = [f"203.0.113.{n}" for n in range(40)]
    times = [at("10:00:00") + timedelta(minutes=6 * n) for n in range(40)]
    calls = [event(when.isoformat(), source_ip=each) for when, each in zip(times, addresses, strict=True)]
    headline = {"words": "Forty new addresses.", "suspected": True, "new": {"addresses": addresses}}
    written.reviewed("14:02:40", review_of(*calls, headline=headline))
    return written.report(at("14:02:50"))


def weeks(written: Written) -> Report:
    """Worked on again after days, weeks and a year."""
    written.opened("2025-10-02T22:59:58Z")
    days = ("2025-10-03T09:00:00Z", "2025-10-03T23:58:00Z", "2025-11-20T00:10:00Z", "2026-11-22T08:00:00Z")
    for day in days:
        for n in range(4):
            written.line((at(day) + timedelta(minutes=n * n)).isoformat(), "note", text="Still waiting.")
    written.held("13:00:00")
    written.line("14:30:00", "closed")
    return written.report()


def policies(written: Written) -> Report:
    """Calls with long documents, each of which is more than half a page."""
    written.opened()
    for n in range(6):
        statement = {
            "Effect": "Deny",
            "Action": ["logs:*"],
            "Resource": [f"arn:aws:logs:*:*:{'x' * 40}"] * 6,
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement] * (1 + n % 2)})
        params = {"UserName": USER, "PolicyName": f"stanch-{n}", "PolicyDocument": document}
        written.ok(f"14:0{n}:01", written.intent(f"14:0{n}:00", "deny", "PutUserPolicy", params))
        written.verified(f"14:0{n}:02", "deny", "confirmed", "attached")
    return written.report()


def hostile(written: Written) -> Report:
    return hostile_to(written)


def back_and_forth(written: Written) -> Report:
    """Levers pulled and taken back within seconds of each other, hours apart, and some that fail."""
    written.opened("09:00:00")
    for hour in (9, 10, 12, 14):
        written.switched(f"{hour:02}:00:10", f"{hour:02}:00:11", f"{hour:02}:00:12")
        written.switched(f"{hour:02}:00:40", f"{hour:02}:00:41", f"{hour:02}:00:42", status="Active")
        written.held(f"{hour:02}:01:00")
        undo = written.intent(f"{hour:02}:01:20", "deny", "DeleteUserPolicy", {"UserName": USER}, undo=True)
        written.ok(f"{hour:02}:01:21", undo)
        written.verified(f"{hour:02}:01:22", "deny", "undone", "gone")
        failed = written.intent(f"{hour:02}:01:30", "access-keys", "UpdateAccessKey", {"UserName": USER})
        written.line(f"{hour:02}:01:31", "outcome", intent=failed, ok=False, error="Throttled: slow down.")
        written.line(f"{hour:02}:02:00", "note", text="Taken back: the owner's batch had stopped. " * 4)
    return replace(written.report(), flow=Flow(_reading(), "As read from CloudWatch."))


def crowded(written: Written) -> Report:
    """Long names everywhere, hundreds of calls from dozens of addresses, and all that an intruder left."""
    arn = f"arn:aws:iam::123456789012:user/incident/responders/{LONG}"
    written.opened(user=LONG, alias=f"{LONG}-at-123456789012", responder=arn, host=f"{LONG}.example.com")
    written.switched("14:02:40", "14:02:41", "14:02:56")
    written.held("14:03:30")
    written.line("14:03:40", "sweep", held=[_held(n) for n in range(6)], unreadable=[])
    written.reviewed("14:05:00", _attacked())
    written.line("14:05:01", "compromised", credentials=[_credential(n) for n in range(4)])
    written.line("14:05:02", "made", things=[_thing(n) for n in range(5)])
    written.replaced("14:10:00")
    written.deleted("14:20:00")
    for minute in range(22, 52, 3):
        written.line(f"14:{minute}:00", "note", text=f"Told {LONG}@example.com what was found.")
    words = "As read from CloudWatch 2026-11-23 15:00:00 UTC and saved in traffic.json."
    return replace(written.report(), flow=Flow(_reading(f"/aws/hlc-logs/{LONG}"), words))


KINDS: dict[str, Callable[[Written], Report]] = {
    each.__name__: each
    for each in (small, whole, brief, fresh, weeks, back_and_forth, policies, crowded, hostile)
}


def every(folder: Path) -> dict[str, Report]:
    return {name: kind(Written(folder / name / "1123-K5E")) for name, kind in KINDS.items()}


def _reading(group: str = "/aws/hlc-logs/my-application") -> Reading:
    values = [18_400_000.0 * (n % 7) for n in range(60)] + [None] * 5 + [0.0] * 50
    return reading_of(*values, group=group, clock="13:02:00")


def _attacked() -> dict[str, Any]:
    addresses = [f"203.0.113.{n}" for n in range(48)] + ["2001:db8:85a3:8d3:1319:8a2e:370:7348"]
    begin = at("11:50:00")
    names = cycle(("CallWithBearerToken", "GetSecretValue", "CreateAccessKey", "AssumeRole"))
    calls = [
        event(
            (begin + timedelta(seconds=23 * n)).isoformat(),
            name=name,
            source_ip=address,
            user=LONG,
            bearer=name == "CallWithBearerToken",
            summary=f"{name} for {SECRETS[n % 3]}",
            user_agent=f"aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/{n}",
            error="AccessDenied" if n % 5 == 0 else None,
        )
        for n, (address, name) in enumerate(
            zip(cycle(addresses), (next(names) for _ in range(400)), strict=False)
        )
    ]
    findings = [
        {
            "kind": "persistence",
            "severity": severity,
            "title": f"CreateAccessKey for {LONG} by this user, 2026-11-23 11:5{n}:00.",
            "event_ids": [calls[n]["event_id"]],
            "technique": "T1098.001",
            "newness": "This user never did that before.",
            "by": f"access key AKIAEXAMPLE00000000{n}",
        }
        for n, severity in enumerate(("high", "high", "medium", "low"))
    ]
    secrets = [
        {
            "kind": "secret",
            "name": name,
            "region": "us-east-1",
            "times": 120,
            "first": "2026-11-23T11:50:23Z",
            "last": "2026-11-23T14:01:00Z",
            "by": [f"access key {KEY}", "session ASIAEXAMPLE000000001"],
            "event_ids": [f"{n:08x}-5f0e-4c1a-9b1d-1f2e3d4c5b6a" for n in range(5)],
        }
        for name in SECRETS
    ]
    headline = {
        "words": f"{len(calls)} calls from {len(addresses)} addresses not seen before 2026-11-23 11:00:00.",
        "suspected": True,
        "rotating": False,
        "new": {"addresses": addresses},
    }
    owners = event("2026-11-20T08:00:00Z", source_ip="198.51.100.7")
    return review_of(owners, *calls, findings=findings, headline=headline, to_rotate=secrets)


def _held(n: int) -> dict[str, object]:
    told = {"kind": "access key", "name": f"AKIAEXAMPLE00000001{n}", "words": f"Active, last used by {LONG}"}
    return told | {"lever": "stanch respond AKIAEXAMPLE000000010", "elsewhere": None}


def _credential(n: int) -> dict[str, object]:
    return {
        "kind": "access key",
        "id": f"AKIAEXAMPLE00000000{n}",
        "user": LONG,
        "name": f"access key AKIAEXAMPLE00000000{n} of {LONG}",
        "why": "made from 203.0.113.7 and used from 203.0.113.9, 2001:db8:85a3:8d3:1319:8a2e:370:7348",
        "made_from": ["203.0.113.7"],
        "used_from": ["203.0.113.9"],
        "sure": n != 3,
        "state": "Inactive" if n else "Active",
        "ended": bool(n),
        "read_at": "2026-11-23T14:05:01Z",
        "lever": f"stanch respond AKIAEXAMPLE00000000{n} --user {LONG} --deactivate --yes",
    }


def _thing(n: int) -> dict[str, object]:
    return {
        "text": f"role arn:aws:iam::123456789012:role/service-role/{LONG}-{n}",
        "proof": "CreateRole from 203.0.113.7 at 11:58:00, by access key AKIAEXAMPLE000000002",
        "event_id": f"{n:08x}-5f0e-4c1a-9b1d-1f2e3d4c5b6a",
        "state": "there",
        "ended": False,
        "read_at": "2026-11-23T14:05:02Z",
        "lever": f"aws iam delete-role --role-name {LONG}-{n}",
    }
