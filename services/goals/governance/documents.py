"""The policies that govern keys: AWS's own examples with their traps closed.

The traps: a deny of CreateServiceSpecificCredential without a condition hits every service's keys; a deny of
an age too high does not catch an age left out, which means never; Bedrock's tokens go by two action names;
service names are taken in any case; StringEquals does not know ``*``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.base.keyservices import KeyService, full_service, short_service
from services.base.nearest import nearest
from services.rights.policies import BEARER_ACTIONS

SERVICE_KEY = "iam:ServiceSpecificCredentialServiceName"
AGE_KEY = "iam:ServiceSpecificCredentialAgeDays"
CREATE = "iam:CreateServiceSpecificCredential"
GENERATE = (CREATE, "iam:ResetServiceSpecificCredential")
"""A reset hands out a new secret as well."""

SERVICES: tuple[str, ...] = (
    *BEARER_ACTIONS,
    KeyService.CODECOMMIT,
    KeyService.KEYSPACES,
)
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
    Kind.EXPIRY: "keys may be created only with an expiry within so many days",
    Kind.WRITE: "logs may be sent with a key, but only to the log groups named",
}


class BadDocument(Exception):
    """What was asked for makes no policy; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A policy in a few words; *allow* adds the grant itself to `expiry`, for whoever makes the keys."""

    kind: Kind
    service: str = KeyService.LOGS
    days: int = 90
    allow: bool = False
    log_groups: tuple[str, ...] = ()

    @property
    def short_service(self) -> str:
        return short_service(self.service)

    @property
    def name(self) -> str:
        """The policy's name wherever it is attached: it is recognised, replaced and removed by that."""
        return f"stanch-{self.kind}-{self.short_service}"


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
    match wanted.kind:
        case Kind.DENY:
            found = [_deny_generate(wanted), *_deny_use(wanted, needed=False)]
        case Kind.DENY_USE:
            found = _deny_use(wanted, needed=True)
        case Kind.EXPIRY:
            found = [*_limit_age(wanted), *([_allow_within(wanted)] if wanted.allow else [])]
        case Kind.WRITE:
            found = _allow_writes(wanted)
    return {"Version": "2012-10-17", "Statement": found}


def _deny_generate(wanted: Wanted) -> Statement:
    return {
        "Sid": f"Deny{_title(wanted)}KeyMaking",
        "Effect": "Deny",
        "Action": list(GENERATE),
        "Resource": "*",
        "Condition": _of_service(wanted),
    }


def _deny_use(wanted: Wanted, *, needed: bool) -> list[Statement]:
    actions = BEARER_ACTIONS.get(wanted.service)
    if actions is None:
        if needed:
            raise BadDocument(
                f"{wanted.short_service} keys are passwords, so no bearer action can be denied for them."
            )
        return []
    sid = f"Deny{_title(wanted)}KeyUse"
    return [{"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": "*"}]


def _limit_age(wanted: Wanted) -> list[Statement]:
    """Two denies, for one alone would let a key through that never expires."""
    if not 1 <= wanted.days <= MOST_DAYS:
        raise BadDocument(f"A key's life must be 1 to {MOST_DAYS} days.")
    deny = {"Effect": "Deny", "Action": CREATE, "Resource": "*"}
    too_long = {"NumericGreaterThan": {AGE_KEY: str(wanted.days)}}
    never = {"Null": {AGE_KEY: "true"}}
    return [
        {"Sid": f"Deny{_title(wanted)}KeysTooLong", **deny, "Condition": _of_service(wanted) | too_long},
        {"Sid": f"Deny{_title(wanted)}KeysForEver", **deny, "Condition": _of_service(wanted) | never},
    ]


def _allow_within(wanted: Wanted) -> Statement:
    return {
        "Sid": f"Allow{_title(wanted)}KeysThatExpire",
        "Effect": "Allow",
        "Action": CREATE,
        "Resource": "arn:*:iam::*:user/*",
        "Condition": _of_service(wanted) | {"NumericLessThanEquals": {AGE_KEY: str(wanted.days)}},
    }


def _allow_writes(wanted: Wanted) -> list[Statement]:
    if wanted.service != KeyService.LOGS:
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


def _of_service(wanted: Wanted) -> dict[str, dict[str, str]]:
    # IAM takes a service's name in any case.
    return {"StringEqualsIgnoreCase": {SERVICE_KEY: wanted.service}}


def _title(wanted: Wanted) -> str:
    return "".join(part.capitalize() for part in wanted.short_service.split("-"))
