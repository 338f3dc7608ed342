"""The table over a trail's objects and the question to it, in Athena's SQL; and its answer as records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.base import documents
from services.quoting.sql import Extended, HiveDdl, Identifier, Sql
from services.review.match import Matcher
from services.review.model import Window
from services.review.record import is_credential_id
from services.review.sources.listing import days

_IDENTITY = HiveDdl(
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
    "sharedEventID",
)
_FIELDS = {name.lower(): name for name in _SPELLED}
_DOCUMENTS = ("requestparameters", "responseelements", "additionaleventdata", "readonly")
_WHO = {
    "type": "type",
    "principalid": "principalId",
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
        # Of the columns too, so that a table made with fewer is not taken for this one.
        made_of = "\n".join((self.location, *_FIELDS))
        return f"stanch_cloudtrail_{hashlib.sha256(made_of.encode()).hexdigest()[:10]}"


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose records are asked for: users by their *names*, and keys, sessions and shared calls by *ids*."""

    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, matcher: Matcher, texts: Iterable[str]) -> Whom:
        users = {matcher.subject.user, *(name.name for name in matcher.followed.names)}
        asked = list(texts)
        return cls(
            tuple(text for text in asked if text in users), tuple(text for text in asked if text not in users)
        )

    def conditions(self) -> list[Sql]:
        """Each takes some of their records; a `_` of LIKE takes more, never less."""
        found: list[Sql] = []
        for name in self.names:
            found += [
                Sql("useridentity.arn LIKE {pattern}", pattern=f"%:user/%{name}"),
                Sql(
                    "useridentity.sessioncontext.sessionissuer.arn LIKE {pattern}",
                    pattern=f"%:user/%{name}",
                ),
                Sql(
                    "(eventsource = 'iam.amazonaws.com' AND requestparameters LIKE {pattern})",
                    pattern=f'%"{name}"%',
                ),
            ]
        if self.names:
            names = _listed(self.names)
            found += [
                Sql("useridentity.username IN ({names})", names=names),
                Sql("useridentity.sessioncontext.sessionissuer.username IN ({names})", names=names),
            ]
        # "assumed-role/ROLE/SESSION", where nothing but the ARN's end is known.
        ends = [each for each in self.ids if "/" in each]
        found += [Sql("useridentity.arn LIKE {pattern}", pattern=f"%:{end}") for end in ends]
        if whole := [each for each in self.ids if "/" not in each]:
            ids = _listed(whole)
            found += [
                Sql("useridentity.credentialid IN ({ids})", ids=ids),
                Sql("useridentity.accesskeyid IN ({ids})", ids=ids),
                Sql("useridentity.principalid IN ({ids})", ids=ids),
                Sql("sharedeventid IN ({ids})", ids=ids),
            ]
        # Some records name the key beside the caller.
        beside = [each for each in whole if is_credential_id(each)]
        found += [Sql("additionaleventdata LIKE {pattern}", pattern=f'%"{each}"%') for each in beside]
        return found


def _listed(texts: Iterable[str]) -> Sql:
    return Sql.join(", ", [Sql("{text}", text=text) for text in texts])


def create_table(place: Place, database: str) -> HiveDdl:
    """No data is moved: it says where the objects are and how to read them; raises Unquotable."""
    columns = [HiveDdl("  {name} STRING", name=Identifier(name)) for name in _FIELDS]
    return HiveDdl(
        "CREATE EXTERNAL TABLE IF NOT EXISTS {database}.{table} (\n"
        "{columns},\n"
        "  `useridentity` {identity},\n"
        "  `resources` ARRAY<STRUCT<arn:STRING,accountid:STRING,type:STRING>>\n"
        ")\nPARTITIONED BY (account STRING, region STRING, `day` STRING)\n"
        "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\n"
        "STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'\n"
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n"
        "LOCATION {location}\n"
        "TBLPROPERTIES (\n"
        "  'projection.enabled'='true',\n"
        "  'projection.account.type'='injected',\n"
        "  'projection.region.type'='injected',\n"
        "  'projection.day.type'='date',\n"
        "  'projection.day.format'='yyyy/MM/dd',\n"
        "  'projection.day.range'='2013/11/01,NOW',\n"
        "  'projection.day.interval'='1',\n"
        "  'projection.day.interval.unit'='DAYS',\n"
        "  'storage.location.template'={objects}\n"
        ")",
        database=Identifier(database),
        table=Identifier(place.table),
        columns=HiveDdl.join(",\n", columns),
        identity=_IDENTITY,
        location=place.location,
        objects=Extended(place.location, "${account}/CloudTrail/${region}/${day}"),
    )


def question(
    place: Place, database: str, whom: Whom, account: str, regions: Sequence[str], window: Window
) -> Sql:
    """All that may be theirs, by them or on them."""
    first, last = days(window)
    columns = [Sql("{name}", name=Identifier(name)) for name in _FIELDS]
    columns += [
        Sql("useridentity.{name} AS {alias}", name=Identifier(name), alias=Identifier(f"who_{name}"))
        for name in _WHO
    ]
    columns += [
        Sql(
            "useridentity.sessioncontext.sessionissuer.{name} AS {alias}",
            name=Identifier(name),
            alias=Identifier(f"issuer_{name}"),
        )
        for name in _ISSUER
    ]
    columns.append(Sql("useridentity.sessioncontext.attributes.creationdate AS session_created"))
    columns += [
        Sql(
            "json_format(CAST(transform(resources, r -> r.{name}) AS JSON)) AS {alias}",
            name=Identifier(name),
            alias=Identifier(f"resource_{name}s"),
        )
        for name in ("arn", "type")
    ]
    return Sql(
        "SELECT {columns}\nFROM {database}.{table}\n"
        'WHERE account = {account} AND region IN ({regions}) AND "day" BETWEEN {first} AND {last}\n'
        "AND ({parts})",
        columns=Sql.join(", ", columns),
        database=Identifier(database),
        table=Identifier(place.table),
        account=account,
        regions=_listed(regions),
        first=first,
        last=last,
        parts=Sql.join(" OR ", whom.conditions()),
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
    created = row.get("session_created")
    if issuer or created is not None:
        who["sessionContext"] = {
            **({"sessionIssuer": issuer} if issuer else {}),
            **({"attributes": {"creationDate": created}} if created is not None else {}),
        }
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
        return documents.parse(text)
    except ValueError:
        return text or None
