"""The table over a trail's objects and the question to it, in Athena's SQL; and its answer as records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.review.model import Subject, Window
from services.review.sources.s3 import days

_IDENTITY = (
    "STRUCT<type:STRING,principalid:STRING,arn:STRING,accountid:STRING,invokedby:STRING,accesskeyid:STRING,"
    "username:STRING,credentialid:STRING,sessioncontext:STRUCT<attributes:STRUCT<mfaauthenticated:STRING,"
    "creationdate:STRING>,sessionissuer:STRUCT<type:STRING,principalid:STRING,arn:STRING,accountid:STRING,"
    "username:STRING>>>"
)
# A record's own fields, as the table and the record spell them.
_SPELLED = (
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "recipientAccountId",
    "eventCategory",
)
_FIELDS = {name.lower(): name for name in _SPELLED}
_DOCUMENTS = ("requestparameters", "responseelements", "additionaleventdata", "readonly")
_WHO = {
    "type": "type",
    "username": "userName",
    "arn": "arn",
    "accountid": "accountId",
    "accesskeyid": "accessKeyId",
    "credentialid": "credentialId",
    "invokedby": "invokedBy",
}
_ISSUER = {"type": "type", "username": "userName", "arn": "arn"}


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of a trail's bucket that the accounts' folders are in; *root* ends with a slash."""

    bucket: str
    root: str

    @property
    def location(self) -> str:
        return f"s3://{self.bucket}/{self.root}"

    @property
    def table(self) -> str:
        return f"stanch_cloudtrail_{hashlib.sha256(self.location.encode()).hexdigest()[:10]}"


def create_table(place: Place, database: str) -> str:
    """No data is moved: it says where the objects are and how they are to be read."""
    columns = [f"  {name} STRING" for name in _FIELDS]
    columns += [
        f"  useridentity {_IDENTITY}",
        "  resources ARRAY<STRUCT<arn:STRING,accountid:STRING,type:STRING>>",
    ]
    location = place.location.replace("'", "''")
    return (
        f"CREATE EXTERNAL TABLE IF NOT EXISTS `{database}`.`{place.table}` (\n"
        + ",\n".join(columns)
        + "\n)\nPARTITIONED BY (account STRING, region STRING, `day` STRING)\n"
        "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\n"
        "STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'\n"
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n"
        f"LOCATION '{location}'\n"
        "TBLPROPERTIES (\n"
        "  'projection.enabled'='true',\n"
        "  'projection.account.type'='injected',\n"
        "  'projection.region.type'='injected',\n"
        "  'projection.day.type'='date',\n"
        "  'projection.day.format'='yyyy/MM/dd',\n"
        "  'projection.day.range'='2013/11/01,NOW',\n"
        "  'projection.day.interval'='1',\n"
        "  'projection.day.interval.unit'='DAYS',\n"
        f"  'storage.location.template'='{location}${{account}}/CloudTrail/${{region}}/${{day}}'\n"
        ")"
    )


def question(
    place: Place, database: str, subject: Subject, account: str, regions: Sequence[str], window: Window
) -> str:
    """All that may be the subject's, by it or on it; a `_` of LIKE takes more, never less."""
    user = subject.user
    parts = [
        f"useridentity.username = '{user}'",
        f"useridentity.arn LIKE '%:user/%{user}'",
        f"useridentity.sessioncontext.sessionissuer.username = '{user}'",
        f"(eventsource = 'iam.amazonaws.com' AND requestparameters LIKE '%\"{user}\"%')",
    ]
    if subject.key_id:
        parts.append(f"useridentity.credentialid = '{subject.key_id}'")
    first, last = days(window)
    named = ", ".join(f"'{region}'" for region in regions)
    columns = [*_FIELDS]
    columns += [f"useridentity.{name} AS who_{name}" for name in _WHO]
    columns += [f"useridentity.sessioncontext.sessionissuer.{name} AS issuer_{name}" for name in _ISSUER]
    columns += [
        f"json_format(CAST(transform(resources, r -> r.{name}) AS JSON)) AS resource_{name}s"
        for name in ("arn", "type")
    ]
    return (
        f"SELECT {', '.join(columns)}\n"
        f'FROM "{database}"."{place.table}"\n'
        f"WHERE account = '{account}' AND region IN ({named}) AND \"day\" BETWEEN '{first}' AND '{last}'\n"
        f"AND ({' OR '.join(parts)})"
    )


def as_record(row: Mapping[str, str | None]) -> bytes:
    """A row of the answer as the record it was made of, in as far as the table holds it."""
    record: dict[str, Any] = {
        spelled: _document(row[name] or "") if name in _DOCUMENTS else row[name]
        for name, spelled in _FIELDS.items()
        if row.get(name) is not None
    }
    who: dict[str, Any] = {
        spelled: row[f"who_{name}"] for name, spelled in _WHO.items() if row.get(f"who_{name}") is not None
    }
    issuer = {
        spelled: row[f"issuer_{name}"]
        for name, spelled in _ISSUER.items()
        if row.get(f"issuer_{name}") is not None
    }
    if issuer:
        who["sessionContext"] = {"sessionIssuer": issuer}
    record["userIdentity"] = who
    arns, types = (_document(row.get(f"resource_{name}s") or "") or [] for name in ("arn", "type"))
    if arns or types:
        record["resources"] = [
            {key: value for key, value in (("type", kind), ("ARN", arn)) if value}
            for arn, kind in zip(arns, types, strict=False)
        ]
    return json.dumps(record, separators=(",", ":")).encode()


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text or None
