"""What a case made and did not take away itself, worked out from its journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.aws.call import Call
from services.cases.given import given

T = TypeVar("T")
Place = tuple[str, str]
"""A log group, or a secret, and its Region."""


@dataclass(frozen=True, slots=True)
class Stood:
    """The user's policy of that name, before the case."""

    policy: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Made:
    """In the order it was made."""

    users: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    """ARNs."""
    inline: dict[str, str] = field(default_factory=dict)
    """The newest document of each inline policy, as it was sent."""
    groups: list[Place] = field(default_factory=list)
    streams: list[tuple[str, str, str]] = field(default_factory=list)
    switched_on: list[Place] = field(default_factory=list)
    secrets: list[Place] = field(default_factory=list)
    """In older journals without their Region."""
    filled: list[str] = field(default_factory=list)
    """Secrets that were there and got a new version."""
    versions: set[str] = field(default_factory=set)


def made(done: Sequence[Call]) -> Made:
    found = Made()
    for call in done:
        _take(found, call)
    for (gives, what), call in given(done).items():
        if gives == "AttachUserPolicy":
            found.attached.append(what)
        elif gives == "PutUserPolicy":
            found.inline[what] = str(call.params["PolicyDocument"])
    return found


def _take(found: Made, call: Call) -> None:
    def named(name: str) -> str:
        return str(call.params.get(name) or "")

    place = (named("logGroupName") or named("logGroupIdentifier"), call.region or "")
    match call.operation:
        case "CreateUser":
            _add(found.users, named("UserName"))
        case "DeleteUser":
            _drop(found.users, named("UserName"))
        case "CreateLogGroup":
            _add(found.groups, place)
        case "DeleteLogGroup":
            _drop(found.groups, place)
            found.streams = [each for each in found.streams if each[:2] != place]
            _drop(found.switched_on, place)
        case "CreateLogStream":
            _add(found.streams, (*place, named("logStreamName")))
        case "DeleteLogStream":
            _drop(found.streams, (*place, named("logStreamName")))
        case "PutBearerTokenAuthentication":
            change = _add if call.params["bearerTokenAuthenticationEnabled"] else _drop
            change(found.switched_on, place)
        case "CreateSecret":
            _add(found.secrets, (named("Name"), call.region or ""))
            found.versions.add(named("ClientRequestToken"))
        case "PutSecretValue":
            if not any(_is_at(each, named("SecretId"), call.region) for each in found.secrets):
                _add(found.filled, named("SecretId"))
            found.versions.add(named("ClientRequestToken"))
        case "DeleteSecret":
            gone = [each for each in found.secrets if _is_at(each, named("SecretId"), call.region)]
            found.secrets = [each for each in found.secrets if each not in gone]


def _is_at(secret: Place, name: str, region: str | None) -> bool:
    """Whether a call there may be about *secret*: in older journals neither says where."""
    return secret[0] == name and (not region or secret[1] in ("", region))


def _add(listed: list[T], what: T) -> None:
    if what not in listed:
        listed.append(what)


def _drop(listed: list[T], what: T) -> None:
    if what in listed:
        listed.remove(what)
