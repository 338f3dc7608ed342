"""One record that is looked for, and all the ways in which it may be wrapped, packed and escaped."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import zstandard

from services.review.match import Matcher
from services.review.model import Subject, Window
from services.review.scan import Scan, Scanner

Record = dict[str, Any]

MINE: Record = {
    "eventVersion": "1.10",
    "userIdentity": {
        "type": "IAMUser",
        "arn": "arn:aws:iam::111122223333:user/team/ops+2",
        "accountId": "111122223333",
        "userName": "ops+2",
    },
    "eventTime": "2026-11-20T10:00:00Z",
    "eventSource": "logs.amazonaws.com",
    "eventName": "CallWithBearerToken",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "198.51.100.7",
    "userAgent": 'curl/8 "quoted", {odd}',
    "requestParameters": {"logGroupName": "/app/web"},
    "eventID": "mine",
}
OTHER = MINE | {"eventID": "other", "userIdentity": {"type": "IAMUser", "userName": "ops"}}
COLUMNS = {
    "eventtime": "2026-11-20T10:00:00Z",
    "eventname": "CallWithBearerToken",
    "eventsource": "logs.amazonaws.com",
    "awsregion": "us-east-1",
    "sourceipaddress": "198.51.100.7",
    "eventid": "mine",
    "useridentity": "{type=IAMUser, principalid=AIDAX, username=ops+2, sessioncontext={a=1, b=[2, 3]}}",
}
CONSOLE = {
    "Event name": "CallWithBearerToken",
    "Event time": "November 20, 2026, 10:00:00 (UTC+00:00)",
    "User name": "ops+2",
    "Event source": "logs.amazonaws.com",
    "Event ID": "mine",
    "AWS access key": "-",
    "AWS region": "us-east-1",
    "Source IP address": "198.51.100.7",
}


def text(record: Record) -> str:
    return json.dumps(record)


ENVELOPES: dict[str, Callable[[Record], Any]] = {
    "eventbridge": lambda r: {"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": r},
    "subscription": lambda r: {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": text(r)}]},
    "packed subscription": lambda r: {
        "awslogs": {"data": base64.b64encode(gzip.compress(text(r).encode())).decode()}
    },
    "filter-log-events": lambda r: {"events": [{"timestamp": 1, "message": text(r)}], "nextToken": "x"},
    "lookup-events": lambda r: {"Events": [{"EventId": r["eventID"], "CloudTrailEvent": text(r)}]},
    "one looked up": lambda r: {"EventId": r["eventID"], "Username": "x", "CloudTrailEvent": text(r)},
    "insights": lambda r: {
        "results": [[{"field": "@timestamp", "value": "2026"}, {"field": "@message", "value": text(r)}]],
        "status": "Complete",
    },
    "lake": lambda r: {"QueryResultRows": [[{"eventJson": text(r)}]], "QueryStatus": "FINISHED"},
    "splunk": lambda r: {"time": 1, "host": "h", "sourcetype": "aws:cloudtrail", "event": r},
    "splunk text": lambda r: {"time": 1, "event": text(r)},
    "splunk export": lambda r: {"preview": False, "result": {"_raw": text(r)}},
    "elastic": lambda r: {"_index": "i", "_id": "1", "_source": r},
    "elastic original": lambda r: {"hits": {"hits": [{"_source": {"event": {"original": text(r)}}}]}},
    "list": lambda r: [r],
    "list of lists": lambda r: [[r]],
    "queue": lambda r: {"Records": [{"messageId": "1", "body": text({"Message": text({"detail": r})})}]},
    "logger": lambda r: {"message": f"<134>Nov 20 10:00:00 host cloudtrail: {text(r)}"},
    "stream": lambda r: {"Records": [{"kinesis": {"data": base64.b64encode(text(r).encode()).decode()}}]},
    "athena": lambda r: {"ResultSet": {"Rows": [{"Data": [{"VarCharValue": text(r)}]}]}},
    "daemon": lambda r: {"message": f"Nov 20 10:00:00 host trail[7]: {text(r)}"},
    "shipper": lambda r: {"@timestamp": "2026", "ecs": {"version": "8"}, "event": {"original": text(r)}},
    "odd spelling": lambda r: {"MyOwnThing": {"payload": [{"x": r}]}},
}


def escaped(data: str, rng: random.Random) -> str:
    """The same JSON as another writer may have it: any letter as an escape, any slash with a backslash."""
    out: list[str] = []
    inside = skip = False
    for letter in data:
        spelled = letter
        if skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif letter == '"':
            inside = not inside
        elif inside and rng.random() < 0.2 and letter.isascii():
            code = f"{ord(letter):04x}"
            slash = letter == "/" and rng.random() < 0.5
            spelled = "\\/" if slash else "\\u" + rng.choice([code, code.upper()])
        out.append(spelled)
    return "".join(out)


def scan(data: bytes) -> Scan:
    return Scanner(Matcher(Subject("ops+2")), Window.all_time()).object("o", data)


def ids(found: Scan) -> list[str]:
    return [event.event_id for _, event in found.events]


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/a.log", data)
    return out.getvalue()


def tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("/abs/olute", "folder"):
            info = tarfile.TarInfo(name)
            info.size = len(data) if name.startswith("/") else 0
            info.type = tarfile.REGTYPE if name.startswith("/") else tarfile.DIRTYPE
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
    "zip": zipped,
    "tar": tarred,
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "utf-16 without a mark": lambda data: data.decode().encode("utf-16-le"),
    "mark": lambda data: b"\xef\xbb\xbf" + data,
}
