"""One call made thousands of times by an intruder: what is made of it must grow as their number does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta

from bench.measure import Row
from bench.trailfiles import SINCE, UNTIL, WANTED

FEW, MANY = 2_000, 16_000
CALLS = {
    "cloudtrail": ("StopLogging", "DeleteTrail", "UpdateTrail"),
    "ec2": ("DescribeInstances", "RunInstances", "DeleteFlowLogs"),
    "iam": ("CreateAccessKey", "CreateUser", "AttachUserPolicy", "UpdateUser", "ListUsers"),
    "bedrock": ("InvokeModel", "ListFoundationModels", "CreateFoundationModelAgreement"),
    "logs": ("CallWithBearerToken", "PutBearerTokenAuthentication"),
    "secretsmanager": ("GetSecretValue",),
    "ses": ("GetSendQuota",),
    "sts": ("AssumeRole",),
}


def rows() -> Iterator[Row]:
    growth = {
        f"{name}{', refused' * refused}": _seconds(service, name, MANY, refused=refused)
        / _seconds(service, name, FEW, refused=refused)
        / (MANY / FEW)
        for service, names in CALLS.items()
        for name in names
        for refused in (False, True)
    }
    worst = max(growth, key=lambda name: growth[name])
    note = f"{worst}, of {len(growth)}; 1 is as their number"
    yield Row(f"judging {MANY:,} calls against {FEW:,}", growth[worst], 2.0, note=note)


def _seconds(service: str, name: str, count: int, *, refused: bool) -> float:
    from services.base.keyservices import ACCESS_KEY
    from services.review import record as records
    from services.review.facts import Facts
    from services.review.findings import findings
    from services.review.headline import headline
    from services.review.made import made
    from services.review.model import Marks, Subject

    raws = [_record(service, name, number, count, refused=refused) for number in range(count)]
    events = [records.event(records.decode(raw), raw) for raw in raws]
    leaked, best = Subject(WANTED, f"AKIA{0:016}", ACCESS_KEY), 1e9
    for _ in range(2):
        begun = time.perf_counter()
        facts = Facts(leaked, Marks(suspected=SINCE + timedelta(minutes=5)), (), events, ())
        findings(facts)
        headline(facts)
        made(facts)
        best = min(best, time.perf_counter() - begun)
    return best


def _record(service: str, name: str, number: int, count: int, *, refused: bool) -> bytes:
    when = SINCE + (UNTIL - SINCE) / 30 * number / count
    record = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "userName": WANTED,
            "accessKeyId": f"AKIA{number % 5000:016}",
        },
        "eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": f"198.51.100.{number % 250}",
        "userAgent": "bench",
        "requestParameters": {"userName": f"user-{number}", "roleArn": f"role/{number}"},
        "responseElements": {
            "accessKey": {"accessKeyId": f"AKIA{number % 5000 + 1:016}", "userName": f"user-{number}"},
            "credentials": {"accessKeyId": f"ASIA{number:016}"},
        },
        "eventID": f"event-{number}",
        "eventCategory": "Management",
    }
    return json.dumps(record | ({"errorCode": "AccessDenied"} if refused else {})).encode()
