"""What a followed credential made or changed: each thing with the record that proves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from services.base import clock
from services.review import record as records
from services.review.facts import Facts
from services.review.record import Event, Record
from services.review.theirs import theirs

Kind: TypeAlias = Literal[
    "user",
    "role",
    "access key",
    "API key",
    "console password",
    "attached policy",
    "inline policy",
    "trust policy",
    "group member",
    "MFA device",
    "identity provider",
    "log group",
    "trail stopped",
    "trail deleted",
    "trail changed",
]
Holder: TypeAlias = Literal["User", "Role", "Group", ""]

_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_ID = re.compile(r"\w{16,128}", re.ASCII)
_POLICY = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[!-~]{1,640}", re.ASCII)
_PROVIDER = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(saml|oidc)-provider/[!-~]{1,512}", re.ASCII)
_DEVICE = re.compile(r"[\w+=/:,.@-]{9,256}", re.ASCII)
_GROUP = re.compile(r"[\w./#-]{1,512}", re.ASCII)
_TRAIL = re.compile(r"(arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:trail/)?[\w.-]{3,128}", re.ASCII)
_LONGEST = 131_072
"""Characters that IAM takes as a document."""


@dataclass(frozen=True, slots=True)
class Made:
    """One thing, and the newest record of its making; *also* are the ids of earlier records of the same.

    *whose* is the user, the role or the group that it is about, of which *holder* tells the kind; *name* is
    the thing's own, and *unique* AWS's id of a user or a role, which no namesake has. *usual* is whether it
    was made from an address that the user's calls came from before.
    """

    kind: Kind
    event_id: str
    at: datetime
    event_name: str
    by: str
    source_ip: str
    holder: Holder = ""
    whose: str = ""
    name: str = ""
    unique: str = ""
    document: str = field(default="", repr=False)
    region: str = ""
    account: str | None = None
    usual: bool = False
    also: tuple[str, ...] = ()

    @property
    def same(self) -> tuple[str, ...]:
        """What two records of the same thing have alike."""
        return (self.kind, self.holder, self.whose, self.name, self.unique, self.region)

    @property
    def text(self) -> str:
        """``access key AKIA… of user svc``, ``role backdoor``."""
        of = f"{self.holder.lower()} {self.whose}"
        match self.kind:
            case "user" | "role" | "identity provider" | "trail deleted" | "trail changed":
                return f"{self.kind.removesuffix(' deleted').removesuffix(' changed')} {self.name}"
            case "trail stopped":
                return f"the stop of trail {self.name} in {self.region}"
            case "log group":
                return f"bearer tokens on log group {self.name} in {self.region}"
            case "console password":
                return f"console password of {of}"
            case "trust policy":
                return f"trust policy of {of}"
            case "group member":
                return f"membership of {of} in group {self.name}"
            case "attached policy":
                return f"policy {self.name.rpartition('/')[2]} attached to {of}"
            case "inline policy":
                return f"inline policy {self.name} of {of}"
        return f"{self.kind} {self.name} of {of}"

    @property
    def proof(self) -> str:
        """Who made it, when and from where, by which record."""
        return (
            f"{self.event_name} by {self.by} from {self.source_ip or 'an unnamed address'} at "
            f"{clock.rfc3339(self.at)}, event {self.event_id}"
        )

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = msgspec.to_builtins(self)
        return told | {"at": clock.rfc3339(self.at), "text": self.text, "proof": self.proof}


def made(facts: Facts) -> tuple[Made, ...]:
    """In order of their making; the same thing made again counts once."""
    found: dict[tuple[str, ...], Made] = {}
    for event, by in theirs(facts):
        if (one := made_by(event, by.words(facts.subject))) is None:
            continue
        one = replace(one, usual=facts.baseline.from_known_address(event))
        if before := found.pop(one.same, None):
            one = replace(one, also=(*before.also, before.event_id))
        found[one.same] = one
    return tuple(found.values())


def made_by(event: Event, by: str) -> Made | None:
    """What that call made, where it is one of those that are known and its record names what."""
    read = _READERS.get(event.name)
    if read is None or event.error is not None or event.source != read[0]:
        return None
    try:
        record = records.decode(event.raw)
    except records.BadRecord:
        return None
    parts = read[1](event, record)
    if parts is None:
        return None
    return Made(
        event_id=event.event_id,
        at=event.time,
        event_name=event.name,
        by=by,
        source_ip=event.source_ip,
        account=event.account,
        **parts,
    )


_Parts: TypeAlias = dict[str, Any] | None
_Reader: TypeAlias = Callable[[Event, Record], _Parts]


def _user(event: Event, record: Record) -> _Parts:
    answer = _part(record, "user")
    return _named("user", _text(answer.get("userName"), _NAME), unique=_text(answer.get("userId"), _ID))


def _role(event: Event, record: Record) -> _Parts:
    answer = _part(record, "role")
    return _named("role", _text(answer.get("roleName"), _NAME), unique=_text(answer.get("roleId"), _ID))


def _access_key(event: Event, record: Record) -> _Parts:
    answer, asked = _part(record, "accessKey"), record.request or {}
    if event.name == "UpdateAccessKey" and asked.get("status") != "Active":
        return None
    which = answer.get("accessKeyId") or asked.get("accessKeyId")
    return _of_user("access key", _whose(event, record, answer), _text(which, _ID))


def _api_key(event: Event, record: Record) -> _Parts:
    answer, asked = _part(record, "serviceSpecificCredential"), record.request or {}
    if event.name == "UpdateServiceSpecificCredential" and asked.get("status") != "Active":
        return None
    which = answer.get("serviceSpecificCredentialId") or asked.get("serviceSpecificCredentialId")
    return _of_user("API key", _whose(event, record, answer), _text(which, _ID))


def _password(event: Event, record: Record) -> _Parts:
    whose = _whose(event, record, _part(record, "loginProfile"))
    return _of_user("console password", whose, whose)


def _device(event: Event, record: Record) -> _Parts:
    serial = _text((record.request or {}).get("serialNumber"), _DEVICE)
    return _of_user("MFA device", _whose(event, record), serial)


def _member(event: Event, record: Record) -> _Parts:
    return _of_user(
        "group member", _whose(event, record), _text((record.request or {}).get("groupName"), _NAME)
    )


def _attached(event: Event, record: Record) -> _Parts:
    return _held("attached policy", event, record, _text((record.request or {}).get("policyArn"), _POLICY))


def _inline(event: Event, record: Record) -> _Parts:
    asked = record.request or {}
    held = _held("inline policy", event, record, _text(asked.get("policyName"), _NAME))
    document = asked.get("policyDocument")
    if held is None or not isinstance(document, str) or len(document) > _LONGEST:
        return None
    return held | {"document": document}


def _trust(event: Event, record: Record) -> _Parts:
    asked = record.request or {}
    held, document = _text(asked.get("roleName"), _NAME), asked.get("policyDocument")
    if not held or not isinstance(document, str) or len(document) > _LONGEST:
        return None
    return {"kind": "trust policy", "holder": "Role", "whose": held, "name": held, "document": document}


def _provider(event: Event, record: Record) -> _Parts:
    answers = (record.response or {}).values()
    return _named("identity provider", next((each for each in answers if _text(each, _PROVIDER)), ""))


def _log_group(event: Event, record: Record) -> _Parts:
    if (record.request or {}).get("bearerTokenAuthenticationEnabled") is not True:
        return None
    named = _named("log group", _text(event.log_group, _GROUP))
    return named and named | {"region": event.region}


def _trail(kind: Kind) -> _Reader:
    def read(event: Event, record: Record) -> _Parts:
        asked = record.request or {}
        text = _text(asked.get("trailName") or asked.get("name"), _TRAIL)
        named = _named(kind, text.rpartition("/")[2])
        return named and named | {"region": event.region}

    return read


def _named(kind: Kind, name: str, unique: str = "") -> _Parts:
    return {"kind": kind, "name": name, "unique": unique} if name else None


def _of_user(kind: Kind, user: str, name: str) -> _Parts:
    return {"kind": kind, "holder": "User", "whose": user, "name": name} if user and name else None


def _held(kind: Kind, event: Event, record: Record, name: str) -> _Parts:
    """Of whichever of the three the call is about."""
    holder = next(each for each in ("User", "Role", "Group") if each in event.name)
    whose = _text((record.request or {}).get(f"{holder.lower()}Name"), _NAME)
    return {"kind": kind, "holder": holder, "whose": whose, "name": name} if whose and name else None


def _whose(event: Event, record: Record, answer: Mapping[str, Any] | None = None) -> str:
    """The user that is named, or else the caller: IAM takes a call without a name for the caller's own."""
    named = (answer or {}).get("userName") or (record.request or {}).get("userName")
    identity = record.identity
    if named is None and identity is not None and identity.type == "IAMUser":
        named = identity.user_name
    return _text(named, _NAME)


def _part(record: Record, name: str) -> Mapping[str, Any]:
    found = (record.response or {}).get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: object, shape: re.Pattern[str]) -> str:
    """*value* where it has that shape: calls are made of it."""
    return value if isinstance(value, str) and shape.fullmatch(value) else ""


_IAM, _LOGS, _TRAILS = "iam.amazonaws.com", "logs.amazonaws.com", "cloudtrail.amazonaws.com"
_READERS: Mapping[str, tuple[str, _Reader]] = {
    "CreateUser": (_IAM, _user),
    "CreateRole": (_IAM, _role),
    "CreateAccessKey": (_IAM, _access_key),
    "UpdateAccessKey": (_IAM, _access_key),
    "CreateServiceSpecificCredential": (_IAM, _api_key),
    "ResetServiceSpecificCredential": (_IAM, _api_key),
    "UpdateServiceSpecificCredential": (_IAM, _api_key),
    "CreateLoginProfile": (_IAM, _password),
    "UpdateLoginProfile": (_IAM, _password),
    "EnableMFADevice": (_IAM, _device),
    "AddUserToGroup": (_IAM, _member),
    "AttachUserPolicy": (_IAM, _attached),
    "AttachRolePolicy": (_IAM, _attached),
    "AttachGroupPolicy": (_IAM, _attached),
    "PutUserPolicy": (_IAM, _inline),
    "PutRolePolicy": (_IAM, _inline),
    "PutGroupPolicy": (_IAM, _inline),
    "UpdateAssumeRolePolicy": (_IAM, _trust),
    "CreateSAMLProvider": (_IAM, _provider),
    "CreateOpenIDConnectProvider": (_IAM, _provider),
    "PutBearerTokenAuthentication": (_LOGS, _log_group),
    "StopLogging": (_TRAILS, _trail("trail stopped")),
    "DeleteTrail": (_TRAILS, _trail("trail deleted")),
    "PutEventSelectors": (_TRAILS, _trail("trail changed")),
    "UpdateTrail": (_TRAILS, _trail("trail changed")),
}
"""By the call: the service that it counts of, and what reads its record."""
