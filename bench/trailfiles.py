"""Files as a trail delivers them, made up: the same bytes for the same seed, every record with its own id."""

from __future__ import annotations

import gzip
import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

ACCOUNT = "123456789012"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=1)
WANTED = "leaked-shipper"
"""The user that reviews look for; all others are called otherwise."""

OBJECT_BYTES = 1_520_000
"""Of JSON in one object: 200 of them are 304 MB."""

_CALLS = (
    ("ec2.amazonaws.com", "DescribeInstances", True),
    ("s3.amazonaws.com", "GetBucketLocation", True),
    ("sts.amazonaws.com", "AssumeRole", True),
    ("kms.amazonaws.com", "Decrypt", True),
    ("logs.amazonaws.com", "CreateLogStream", False),
    ("dynamodb.amazonaws.com", "DescribeTable", True),
    ("iam.amazonaws.com", "GetRole", True),
    ("lambda.amazonaws.com", "GetFunction20150331v2", True),
)
_AGENTS = (
    "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7",
    "Boto3/1.40.55 md/Botocore#1.40.55 ua/2.1 os/linux#5.10.242 lang/python#3.12.11",
    "ec2.amazonaws.com",
    "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#arm64",
)


def _shape(rng: random.Random, depth: int = 0) -> object:
    """Parameters of one call: names and nesting of its own, as every AWS API has."""
    names = [f"{rng.choice(_WORDS)}{rng.choice(_WORDS).title()}" for _ in range(rng.randint(2, 5))]
    kinds = [rng.choice(("text", "flag", "list", "map") if depth < 2 else ("text", "flag")) for _ in names]
    return {name: _value(rng, kind, depth + 1) for name, kind in zip(names, kinds, strict=True)}


def _value(rng: random.Random, kind: str, depth: int) -> object:
    match kind:
        case "text":
            return f"{rng.getrandbits(64):016x}"
        case "flag":
            return bool(rng.getrandbits(1))
        case "list":
            return [_shape(rng, depth)]
        case _:
            return _shape(rng, depth)


_WORDS = (
    "instance",
    "network",
    "policy",
    "volume",
    "table",
    "stream",
    "bucket",
    "key",
    "role",
    "tag",
    "filter",
)
# Of about as many different fields as a real account's records of a few days.
_SHAPES = [json.dumps(_shape(random.Random(number)), separators=(",", ":")) for number in range(40)]


def write(folder: Path, objects: int, *, hits: int, every: int = 1, seed: int = 0) -> int:
    """*objects* files under *folder*, with *hits* records of WANTED in each *every*-th; the bytes of JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    total = 0
    for number in range(objects):
        records: list[str] = []
        size = 0
        left = hits if number % every == 0 else 0
        while size < OBJECT_BYTES:
            mine = left > 0 and rng.random() < 0.05
            left -= mine
            records.append(_record(rng, WANTED if mine else f"user-{rng.randrange(400):03}"))
            size += len(records[-1]) + 1
        document = ('{"Records":[' + ",".join(records) + "]}").encode()
        total += len(document)
        name = f"{ACCOUNT}_CloudTrail_us-east-1_{SINCE:%Y%m%dT%H%MZ}_{number:016}.json.gz"
        (folder / name).write_bytes(gzip.compress(document, 6, mtime=0))
    return total


def _record(rng: random.Random, user: str) -> str:
    source, name, read_only = rng.choice(_CALLS)
    when = SINCE + timedelta(seconds=rng.randrange(86_400))
    key, role = f"{rng.getrandbits(64):016X}", f"service-{rng.randrange(60):02}"
    named = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/{user}", "userName": user}
    session = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{key}",
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}", "userName": role},
            "attributes": {"creationDate": f"{SINCE:%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": "false"},
        },
    }
    identity = named if user == WANTED or rng.random() < 0.3 else session
    record = {
        "eventVersion": "1.11",
        "userIdentity": {
            "principalId": f"AIDA{key}Z",
            "accountId": ACCOUNT,
            "accessKeyId": f"ASIA{key}",
            **identity,
        },
        "eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}",
        "userAgent": rng.choice(_AGENTS),
        "requestParameters": {"resourceName": f"{role}-{rng.getrandbits(32):08x}"},
        "responseElements": None,
        "requestID": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "eventID": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{source.partition('.')[0]}.us-east-1.amazonaws.com",
        },
    }
    text = json.dumps(record, separators=(",", ":"))
    text = text.replace('"requestParameters":{', f'"requestParameters":{rng.choice(_SHAPES)[:-1]},', 1)
    # Half of the calls answer something, as those do that change anything.
    answer = rng.choice(_SHAPES) if rng.random() < 0.5 else "null"
    return text.replace('"responseElements":null', f'"responseElements":{answer}', 1)
