"""Files as a trail delivers them, made up: the same bytes for the same seed, every record with its own id."""

from __future__ import annotations

import gzip
import json
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ACCOUNT = "123456789012"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=1)
WANTED = "leaked-shipper"
"""The user that reviews look for; all others are called otherwise."""

OBJECT_BYTES = 1_520_000
"""Of JSON in one object: 200 of them are 304 MB."""

_AGENTS = (
    "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7",
    "Boto3/1.40.55 md/Botocore#1.40.55 ua/2.1 os/linux#5.10.242 lang/python#3.12.11",
    "ec2.amazonaws.com",
    "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#arm64",
)


_WORDS = (
    "instance", "network", "policy", "volume", "table", "stream", "bucket", "key", "role", "tag", "filter",
    "user", "group", "subnet", "route", "zone", "cluster", "task",
)  # fmt: skip
_SERVICES = ("ec2", "s3", "sts", "kms", "logs", "dynamodb", "iam", "lambda", "ssm", "secretsmanager", "rds")


@dataclass(frozen=True)
class _Kind:
    """One API call: its parameters and its answer are alike in every record of it."""

    source: str
    name: str
    read_only: bool
    request: str
    response: str


def _kinds(count: int) -> list[_Kind]:
    """As many different calls, with the shares of shapes counted in a real account's records of some days."""
    rng = random.Random(0)
    found = []
    for number in range(count):
        read_only = rng.random() < 0.7
        verb = "Describe" if read_only else "Put"
        name = f"{verb}{_name(rng)[0].upper()}{_name(rng)[1:]}{number}"
        request = (
            None if rng.random() < 0.11 else _shape(rng, rng.choices((1, 2, 3, 4, 7), (25, 39, 17, 5, 3))[0])
        )
        response = _shape(rng, rng.randint(1, 4)) if rng.random() < 0.12 else None
        source = f"{rng.choice(_SERVICES)}.amazonaws.com"
        found.append(_Kind(source, name, read_only, _compact(request), _compact(response)))
    return found


def _shape(rng: random.Random, fields: int, depth: int = 0) -> dict[str, object]:
    return {_name(rng): _value(rng, depth) for _ in range(fields)}


def _name(rng: random.Random) -> str:
    return rng.choice(_WORDS) + rng.choice(_WORDS).title()


def _value(rng: random.Random, depth: int) -> object:
    kinds = ("text", "map", "flag", "list", "number") if depth < 2 else ("text", "flag", "number")
    match rng.choices(kinds, (55, 31, 8, 4, 2)[: len(kinds)])[0]:
        case "text":
            return f"{rng.getrandbits(64):016x}"
        case "map":
            return _shape(rng, rng.randint(1, 3), depth + 1)
        case "flag":
            return bool(rng.getrandbits(1))
        case "list":
            return [_shape(rng, rng.randint(1, 3), depth + 1)]
        case _:
            return rng.randrange(1000)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


_KINDS = _kinds(260)
_OFTEN = [1 / (3 + rank) for rank in range(len(_KINDS))]
"""A few calls make most of the records, as everywhere."""


def write(
    folder: Path,
    objects: int,
    *,
    hits: int,
    every: int = 1,
    seed: int = 0,
    others: str = "user",
    object_bytes: int = OBJECT_BYTES,
    sessions: bool = False,
) -> int:
    """*objects* files under *folder*, with *hits* records of WANTED in each *every*-th; the bytes of JSON.

    All others are called *others* and a number. With *sessions* every second hit opens a session, and the
    next is a call of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    total = 0
    for number in range(objects):
        records: list[str] = []
        size = 0
        left = hits if number % every == 0 else 0
        while size < object_bytes:
            mine = left > 0 and rng.random() < max(0.05, 30_000 / object_bytes)
            left -= mine
            record = _record(rng, WANTED if mine else f"{others}-{rng.randrange(400):03}")
            records.append(_of_session(record, number, left) if sessions and mine else record)
            size += len(records[-1]) + 1
        document = ('{"Records":[' + ",".join(records) + "]}").encode()
        total += len(document)
        name = f"{ACCOUNT}_CloudTrail_us-east-1_{SINCE:%Y%m%dT%H%MZ}_{number:016}.json.gz"
        (folder / name).write_bytes(gzip.compress(document, 6, mtime=0))
    return total


def _record(rng: random.Random, user: str) -> str:
    kind = rng.choices(_KINDS, _OFTEN)[0]
    when = SINCE + timedelta(seconds=rng.randrange(86_400))
    record: dict[str, object] = {
        "eventVersion": "1.11",
        "userIdentity": _identity(rng, user),
        "eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": kind.source,
        "eventName": kind.name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}",
        "userAgent": rng.choice(_AGENTS),
    }
    if rng.random() < 0.1:
        record["errorCode"] = "AccessDenied"
        record["errorMessage"] = f"User: {user} is not authorized to perform: {kind.name}"
    record |= {"requestParameters": 0, "responseElements": 0}
    if rng.random() < 0.11:
        record["additionalEventData"] = {
            "SignatureVersion": "SigV4",
            "bytesTransferredIn": rng.randrange(9999),
        }
    record |= {"requestID": _uuid(rng), "eventID": _uuid(rng), "readOnly": kind.read_only}
    if rng.random() < 0.24:
        arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{_uuid(rng)}"
        record["resources"] = [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": arn}]
    record |= {"eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": ACCOUNT}
    if rng.random() < 0.05:
        record["vpcEndpointId"] = f"vpce-{rng.getrandbits(68):017x}"
    record["eventCategory"] = "Management"
    if rng.random() < 0.79:
        host = f"{kind.source.partition('.')[0]}.us-east-1.amazonaws.com"
        record["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": host,
        }
    if rng.random() < 0.09:
        record["sessionCredentialFromConsole"] = "true"
    text = _compact(record).replace('"requestParameters":0', f'"requestParameters":{kind.request}', 1)
    return text.replace('"responseElements":0', f'"responseElements":{kind.response}', 1)


def _of_session(text: str, number: int, left: int) -> str:
    """The record as a call that opens a session, or as one of the session that the one before opened."""
    record = json.loads(text)
    key = f"ASIABENCH{number:06}{left // 2:05}"
    if left % 2:
        record |= {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole"}
        record["requestParameters"] = {
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/deploy",
            "roleSessionName": "x",
        }
        record["responseElements"] = {"credentials": {"accessKeyId": key}}
        record.pop("errorCode", None)
        record.pop("errorMessage", None)
    else:
        record["userIdentity"] = {"type": "AssumedRole", "accountId": ACCOUNT, "accessKeyId": key}
    return _compact(record)


def _identity(rng: random.Random, user: str) -> Mapping[str, object]:
    key, role = f"{rng.getrandbits(64):016X}", f"service-{rng.randrange(60):02}"
    common = {"principalId": f"AIDA{key}Z", "accountId": ACCOUNT, "accessKeyId": f"ASIA{key}"}
    if user == WANTED or rng.random() < 0.7:
        named = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/{user}", "userName": user}
        return named | common | ({"invokedBy": "AWS Internal"} if rng.random() < 0.12 else {})
    issuer = {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}", "userName": role}
    attributes = {"creationDate": f"{SINCE:%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": "false"}
    assumed = {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{key}"}
    return {**assumed, **common, "sessionContext": {"sessionIssuer": issuer, "attributes": attributes}}


def _uuid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
