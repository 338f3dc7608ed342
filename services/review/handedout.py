"""Secrets and parameters that a followed credential read: whoever has their values must find them changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from services.base import clock
from services.base.text import clean
from services.review import record as records
from services.review.actions import base_name
from services.review.credentials import Credential
from services.review.facts import Facts
from services.review.record import Event
from services.review.theirs import theirs

Kind: TypeAlias = Literal["secret", "parameter", "encrypted value"]


@dataclass(frozen=True, slots=True)
class HandedOut:
    """One of them, by its name as the records have it; *by* are the credentials that read it."""

    kind: Kind
    name: str
    region: str
    times: int
    first: datetime
    last: datetime
    event_ids: tuple[str, ...]
    by: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = msgspec.to_builtins(self)
        return told | {"first": clock.rfc3339(self.first), "last": clock.rfc3339(self.last)}


_SECRETS = {"GetSecretValue", "BatchGetSecretValue"}
_PARAMETERS = {"GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory"}
_SOURCES = {"secretsmanager.amazonaws.com", "ssm.amazonaws.com", "kms.amazonaws.com"}


def handed_out(facts: Facts) -> tuple[HandedOut, ...]:
    """The secrets and parameters that followed credentials read, by name, in order of the first reading."""
    counted: dict[tuple[Kind, str, str], list[tuple[Event, Credential]]] = {}
    for event, by in theirs(facts):
        for kind, name in _handed_out(event):
            counted.setdefault((kind, name, event.region), []).append((event, by))
    return tuple(
        HandedOut(
            kind,
            name,
            region,
            len(group),
            group[0][0].time,
            group[-1][0].time,
            tuple(dict.fromkeys(event.event_id for event, _ in group)),
            tuple(dict.fromkeys(by.words(facts.subject) for _, by in group)),
        )
        for (kind, name, region), group in counted.items()
    )


def _handed_out(event: Event) -> Iterator[tuple[Kind, str]]:
    name = base_name(event.name)
    if event.source not in _SOURCES or not (name in _SECRETS or name in _PARAMETERS or name == "Decrypt"):
        return
    try:
        record = records.decode(event.raw)
    except records.BadRecord:
        return
    asked = record.request or {}
    if name in _SECRETS:
        told = [asked.get("secretId"), *_listed(asked.get("secretIdList"))]
        yield from _each("secret", told, "those that its filters found")
    elif name in _PARAMETERS:
        below = asked.get("path")
        told = [asked.get("name"), *_listed(asked.get("names")), f"all below {below}" if below else None]
        yield from _each("parameter", told, "those that no record names")
    else:
        # What a service decrypts for its caller says whose value it is.
        context = asked.get("encryptionContext")
        context = context if isinstance(context, Mapping) else {}
        kinds: Mapping[str, Kind] = {"SecretARN": "secret", "PARAMETER_ARN": "parameter"}
        told_of = [(kind, context[key]) for key, kind in kinds.items() if context.get(key)]
        keys: list[object] = [each.arn for each in record.resources or () if each.arn]
        keys = keys or [asked.get("keyId")]
        for kind, value in told_of:
            yield from _each(kind, [value], "")
        if not told_of:
            yield from _each("encrypted value", [f"by key {key}" for key in keys if key], "by an unnamed key")


def _each(kind: Kind, names: Iterable[object], otherwise: str) -> Iterator[tuple[Kind, str]]:
    found = list(dict.fromkeys(clean(each, limit=600) for each in names if isinstance(each, str) and each))
    for name in found or ([otherwise] if otherwise else []):
        yield kind, name


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
