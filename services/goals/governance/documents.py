"""The policies that govern keys: AWS's own examples with their traps closed.

The traps: a deny of CreateServiceSpecificCredential without a condition hits every service's keys; a deny of
an age too high does not catch an age left out, which means never; Bedrock's tokens go by two action names;
service names are taken in any case; StringEquals does not know ``*``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.base.keyservices import ACCESS_KEY, KeyService, full_service, short_service
from services.base.nearest import nearest
from services.rights.policies import USE_ACTIONS

SERVICE_KEY = "iam:ServiceSpecificCredentialServiceName"
AGE_KEY = "iam:ServiceSpecificCredentialAgeDays"
CREATE = "iam:CreateServiceSpecificCredential"
GENERATE = (CREATE, "iam:ResetServiceSpecificCredential")
"""A reset hands out a new secret as well."""

SERVICES: tuple[str, ...] = tuple(service for service in USE_ACTIONS if service != ACCESS_KEY)
MOST_DAYS = 36600

Document = dict[str, Any]
Statement = dict[str, Any]


class Kind(StrEnum):
    """What a policy is for."""

    DENY = "deny"
    DENY_USE = "deny-use"
    EXPIRY = "expiry"
    WRITE = "write"

    @property
    def told(self) -> str:
        return _TOLD[self]


_TOLD = {
    Kind.DENY: "no key may be created, reset or used",
    Kind.DENY_USE: "no key may be used",
    Kind.EXPIRY: "new keys must expire within so many days",
    Kind.WRITE: "logs may be sent with a key to the log groups named",
}


_BESIDE: Mapping[str, str] = {
    KeyService.CODECOMMIT: "Git pulls and pushes over SSH and with signed requests are denied too",
    KeyService.KEYSPACES: "signed calls to Keyspaces are denied too",
}
"""What a deny of passwords' use hits besides: AWS has no action of their own for it."""


class BadDocument(Exception):
    """What was asked for makes no policy; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A policy in a few words; *allow* adds the grant itself to `expiry`, for whoever makes the keys.

    *more* are other services that it is for as well; what it grants to one *user* is on that user alone.
    """

    kind: Kind
    service: str = KeyService.LOGS
    days: int = 90
    allow: bool = False
    log_groups: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    user: str | None = None

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.service, *self.more)))

    @property
    def short_service(self) -> str:
        """Of all its services, as a name and a sentence have them."""
        return "+".join(short_service(each) for each in self.services)

    @property
    def name(self) -> str:
        """The policy's name wherever it is attached: it is recognised, replaced and removed by that."""
        return f"stanch-{self.kind}-{self.short_service}"

    @property
    def beside(self) -> tuple[str, ...]:
        """What its denies hit besides keys."""
        if self.kind not in (Kind.DENY, Kind.DENY_USE):
            return ()
        return tuple(_BESIDE[each] for each in self.services if each in _BESIDE)

    @property
    def told(self) -> str:
        """What holds once it is attached: of each service only what the document denies."""
        return "; ".join((self.kind.told, *self.beside))


def service_named(name: str) -> str:
    """The full name of a service told as ``logs`` or ``logs.amazonaws.com``; raises BadDocument."""
    full = full_service(name.lower())
    if full not in SERVICES:
        known = ", ".join(short_service(each) for each in SERVICES)
        near = nearest(short_service(name), known.split(", "))
        advice = f"did you mean {near}?" if near else f"use one of {known}."
        raise BadDocument(f"{name} has no such keys: {advice}")
    return full


def document(wanted: Wanted) -> Document:
    """The policy's JSON; raises BadDocument."""
    if wanted.kind is Kind.WRITE:
        found = _allow_writes(wanted)
    else:
        found = [each for service in wanted.services for each in _of_kind(wanted, service)]
    return {"Version": "2012-10-17", "Statement": found}


def _of_kind(wanted: Wanted, service: str) -> list[Statement]:
    match wanted.kind:
        case Kind.DENY:
            return [_deny_generate(service), _deny_use(service)]
        case Kind.DENY_USE:
            return [_deny_use(service)]
        case _:
            granted = [_allow_within(wanted, service)] if wanted.allow else []
            return [*_limit_age(wanted, service), *granted]


def _deny_generate(service: str) -> Statement:
    return {
        "Sid": f"Deny{_title(service)}KeyMaking",
        "Effect": "Deny",
        "Action": list(GENERATE),
        "Resource": "*",
        "Condition": _of_service(service),
    }


def _deny_use(service: str) -> Statement:
    actions = list(USE_ACTIONS[service])
    return {"Sid": f"Deny{_title(service)}KeyUse", "Effect": "Deny", "Action": actions, "Resource": "*"}


def _limit_age(wanted: Wanted, service: str) -> list[Statement]:
    """Two denies, for one alone would let a key through that never expires."""
    if not 1 <= wanted.days <= MOST_DAYS:
        raise BadDocument(f"A key's life must be 1 to {MOST_DAYS} days.")
    deny = {"Effect": "Deny", "Action": CREATE, "Resource": "*"}
    too_long = {"NumericGreaterThan": {AGE_KEY: str(wanted.days)}}
    never = {"Null": {AGE_KEY: "true"}}
    return [
        {"Sid": f"Deny{_title(service)}KeysTooLong", **deny, "Condition": _of_service(service) | too_long},
        {"Sid": f"Deny{_title(service)}KeysForEver", **deny, "Condition": _of_service(service) | never},
    ]


def _allow_within(wanted: Wanted, service: str) -> Statement:
    return {
        "Sid": f"Allow{_title(service)}KeysThatExpire",
        "Effect": "Allow",
        "Action": CREATE,
        "Resource": _whose_keys(wanted.user),
        "Condition": _of_service(service) | {"NumericLessThanEquals": {AGE_KEY: str(wanted.days)}},
    }


def _whose_keys(user: str | None) -> str | list[str]:
    """The user of that name alone, with whatever path, or everyone."""
    if user is None:
        return "arn:*:iam::*:user/*"
    return [f"arn:*:iam::*:user/{user}", f"arn:*:iam::*:user/*/{user}"]


def _allow_writes(wanted: Wanted) -> list[Statement]:
    if wanted.services != (KeyService.LOGS,):
        raise BadDocument("Only Logs keys can be limited to log groups.")
    if not wanted.log_groups:
        raise BadDocument("Name the log groups it may write to (--log-group NAME).")
    return [
        {"Sid": "UseOfKeys", "Effect": "Allow", "Action": "logs:CallWithBearerToken", "Resource": "*"},
        {
            "Sid": "Writes",
            "Effect": "Allow",
            "Action": "logs:PutLogEvents",
            "Resource": _streams(wanted.log_groups),
        },
        {
            "Sid": "EncryptedLogGroups",
            "Effect": "Allow",
            "Action": ["kms:Describe*", "kms:GenerateDataKey*", "kms:Decrypt"],
            "Resource": "arn:*:kms:*:*:key/*",
            # StringEquals would look for the asterisk itself.
            "Condition": {"StringLike": {"kms:ViaService": "logs.*.amazonaws.com"}},
        },
    ]


def _streams(groups: Sequence[str]) -> list[str]:
    return [f"arn:*:logs:*:*:log-group:{group.removesuffix(':*')}:*" for group in groups]


def _of_service(service: str) -> dict[str, dict[str, str]]:
    # IAM takes a service's name in any case.
    return {"StringEqualsIgnoreCase": {SERVICE_KEY: service}}


def _title(service: str) -> str:
    return "".join(part.capitalize() for part in short_service(service).split("-"))
