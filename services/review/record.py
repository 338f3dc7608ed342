"""A CloudTrail record: decoded from its JSON, and the event that is shown of it."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Any, TypeVar, get_args

import msgspec

from services.base import clock, documents
from services.base.text import clean
from services.review.spill import Spilled
from services.review.timestamp import parse_timestamp

LOG_GROUP_AUTHORIZATION = "AWS::Logs::LogGroupAuthorization"
BEARER_CALL = "CallWithBearerToken"

# The code AWS gives for a refused token is not known: these are how its services name a refusal.
_REFUSAL = re.compile(
    r"Denied|Unauthorized|NotAuthorized|Unrecognized|Expired(?!NextToken|Iterator)|Forbidden|Authenticat"
    r"|Invalid\w*(ClientTokenId|SecurityToken|AccessKey\w*|A(pi|PI)_?Key|BearerToken|Credentials?)"
    r"|Invalid(Identity|Access|Auth\w*)?(Token|Key)(Exception|Error|Fault)?$"
    r"|Inactive|AuthFailure|SignatureDoesNotMatch"
)
# Of a signed call, those that come before anybody asks what the key may do.
_NOT_TAKEN = re.compile(
    r"InvalidClientTokenId|UnrecognizedClient|InvalidAccessKey|AuthFailure|SignatureDoesNotMatch"
    r"|InvalidSecurityToken|InvalidToken|ExpiredToken|IncompleteSignature|NotSignedUp"
)
_OVERLOAD = re.compile(r"Throttl|TooManyRequests|SlowDown|Internal|ServiceUnavailable|LimitExceeded")


_CREDENTIAL = re.compile(r"ACCA[A-Z0-9]{12,124}")


class BadRecord(ValueError):
    """The record cannot be made an event; the message says why."""


class Issuer(msgspec.Struct):
    type: str | None = None
    user_name: str | None = msgspec.field(default=None, name="userName")
    arn: str | None = None


class SessionContext(msgspec.Struct):
    attributes: dict[str, Any] | None = None
    issuer: Issuer | None = msgspec.field(default=None, name="sessionIssuer")


class Identity(msgspec.Struct):
    type: str | None = None
    principal: str | None = msgspec.field(default=None, name="principalId")
    user_name: str | None = msgspec.field(default=None, name="userName")
    arn: str | None = None
    account: str | None = msgspec.field(default=None, name="accountId")
    access_key_id: str | None = msgspec.field(default=None, name="accessKeyId")
    credential_id: str | None = msgspec.field(default=None, name="credentialId")
    invoked_by: str | None = msgspec.field(default=None, name="invokedBy")
    session: SessionContext | None = msgspec.field(default=None, name="sessionContext")


class Resource(msgspec.Struct):
    type: str | None = None
    arn: str | None = msgspec.field(default=None, name="ARN")


class Record(msgspec.Struct):
    """The fields that matter, of what CloudTrail wrote."""

    time: str | int | float | None = msgspec.field(default=None, name="eventTime")
    name: str | None = msgspec.field(default=None, name="eventName")
    source: str | None = msgspec.field(default=None, name="eventSource")
    region: str | None = msgspec.field(default=None, name="awsRegion")
    source_ip: str | None = msgspec.field(default=None, name="sourceIPAddress")
    user_agent: str | None = msgspec.field(default=None, name="userAgent")
    event_id: str | None = msgspec.field(default=None, name="eventID")
    error_code: str | None = msgspec.field(default=None, name="errorCode")
    error_message: str | None = msgspec.field(default=None, name="errorMessage")
    read_only: bool | None = msgspec.field(default=None, name="readOnly")
    recipient: str | None = msgspec.field(default=None, name="recipientAccountId")
    request_id: str | None = msgspec.field(default=None, name="requestID")
    shared: str | None = msgspec.field(default=None, name="sharedEventID")
    identity: Identity | None = msgspec.field(default=None, name="userIdentity")
    resources: list[Resource] | None = None
    request: dict[str, Any] | None = msgspec.field(default=None, name="requestParameters")
    response: dict[str, Any] | None = msgspec.field(default=None, name="responseElements")
    additional: dict[str, Any] | None = msgspec.field(default=None, name="additionalEventData")
    logged: str | int | float | None = msgspec.field(default=None, name="@timestamp")
    """What a log shipper puts in the place of eventTime."""


@dataclass(frozen=True, slots=True)
class Event:
    """One call as it is shown: every string cleaned. *raw* alone is the record's own, untouched bytes.

    *bearer* tells a call with an API key from the user's other calls; *credential_id* is None where the
    record does not say which key. *target* is the user the call was about.
    """

    time: datetime
    name: str
    source: str
    region: str
    source_ip: str
    user_agent: str
    user: str
    access_key_id: str | None
    credential_id: str | None
    error: str | None
    event_id: str
    summary: str
    error_message: str | None = None
    resources: tuple[str, ...] = ()
    bearer: bool = False
    short_term: bool = False
    """Whether its API key was made from a session, and so is none of the user's own keys."""
    protocol: str | None = None
    account: str | None = None
    request_id: str | None = None
    session: str | None = None
    """The id of the session it was made by, where the subject opened that session."""
    read_only: bool | None = None
    log_group: str | None = None
    target: str | None = None
    stored: bytes | Spilled = field(default=b"", repr=False, compare=False)

    @property
    def raw(self) -> bytes:
        return self.stored if isinstance(self.stored, bytes) else self.stored.read()

    @property
    def refused(self) -> bool:
        return self.error is not None and _REFUSAL.search(self.error) is not None

    @property
    def alike(self) -> tuple[str, str, str | None]:
        """What was called, and how it failed."""
        return self.source, self.name, self.error

    @property
    def key_refused(self) -> bool:
        """Whether the key that signed the call was refused itself, whatever its user may do."""
        return self.error is not None and _NOT_TAKEN.search(self.error) is not None

    @property
    def overload(self) -> bool:
        return self.error is not None and _OVERLOAD.search(self.error) is not None

    @property
    def let_in(self) -> bool:
        """Whether the caller's credentials were good: a call that failed for another reason passed too."""
        return not (self.refused or self.overload)

    def as_json(self) -> dict[str, object]:
        return {
            "time": clock.rfc3339(self.time),
            "name": self.name,
            "source": self.source,
            "region": self.region,
            "source_ip": self.source_ip,
            "user_agent": self.user_agent,
            "user": self.user,
            "access_key_id": self.access_key_id,
            "credential_id": self.credential_id,
            "error": self.error,
            "event_id": self.event_id,
            "summary": self.summary,
            "resources": list(self.resources),
            "bearer": self.bearer,
            "short_term": self.short_term,
            "protocol": self.protocol,
            "account": self.account,
            "request_id": self.request_id,
            "session": self.session,
            "read_only": self.read_only,
            "log_group": self.log_group,
            "target": self.target,
        }


_decoder = msgspec.json.Decoder(Record)
_SURROGATES = re.compile("[\ud800-\udfff]")
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def decode(raw: bytes) -> Record:
    """The record in *raw*; fields of a wrong type are left out. Raises BadRecord."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _leniently(raw)
    except RecursionError:
        raise BadRecord("nested too deep") from None


def _leniently(raw: bytes) -> Record:
    """Also takes lone surrogates, broken UTF-8 and NaN, which AWS should not write."""
    try:
        tree = json.loads(raw.decode("utf-8", "replace"))
        if b"\\u" in raw:
            # Only once decoded is a surrogate seen to be alone, in a value or in a key.
            tree = json.loads(_SURROGATES.sub("\ufffd", json.dumps(tree, ensure_ascii=False)))
    except RecursionError:
        raise BadRecord("nested too deep") from None
    except ValueError:
        raise BadRecord("not JSON") from None
    if not isinstance(tree, dict):
        raise BadRecord("not a JSON object")
    return _mend(Record, tree)


def _mend(kind: type[_Struct], tree: dict[str, Any]) -> _Struct:
    kept: dict[str, Any] = {}
    for known in msgspec.structs.fields(kind):
        value = tree.get(known.encode_name)
        try:
            kept[known.name] = msgspec.convert(value, known.type)
        except msgspec.ValidationError:
            inner = next((t for t in get_args(known.type) if _is_struct(t)), None)
            if isinstance(value, str):
                # Some tools write what is nested as text.
                value = _parsed(value)
                with suppress(msgspec.ValidationError):
                    kept[known.name] = msgspec.convert(value, known.type)
                    continue
            if inner and isinstance(value, dict):
                kept[known.name] = _mend(inner, value)
    return kind(**kept)


def _parsed(text: str) -> object:
    try:
        return documents.parse(text)
    except ValueError:
        return None


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def event(record: Record, raw: bytes) -> Event:
    """*record* as an event; raises BadRecord where it has no time."""
    identity = record.identity or Identity()
    request = record.request or {}
    name = _clean(record.name or "(no name)", 128)
    log_group, target = _log_group(record), _text(request.get("userName"))
    return Event(
        time=_time(record),
        # The same few texts in many events are kept once.
        name=intern(name),
        source=intern(_clean(record.source or "", 128)),
        region=intern(_clean(record.region or "", 64)),
        source_ip=intern(_clean(record.source_ip or "", 256)),
        user_agent=intern(_clean(record.user_agent or "", 1024)),
        user=intern(actor(identity)),
        access_key_id=_text(identity.access_key_id),
        credential_id=credential_of(record),
        error=_error(record),
        error_message=_text(record.error_message),
        # Without an id the same bytes are still the same event.
        event_id=_text(record.event_id) or id_without(raw),
        summary=_summary(name, log_group, target, request),
        resources=tuple(_clean(each.arn) for each in record.resources or () if each.arn),
        bearer=is_bearer(record),
        short_term=_is_short_term(record),
        protocol=_text((record.additional or {}).get("protocol")),
        request_id=_text(record.request_id),
        account=_text(record.recipient) or _text(identity.account),
        read_only=record.read_only,
        log_group=log_group,
        target=target,
        stored=raw,
    )


def id_without(raw: bytes) -> str:
    """What stands for the id of a record that has none of its own."""
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def credential_of(record: Record) -> str | None:
    """The id of the key that the call was made with: by its identity, or else beside it."""
    within = record.identity.credential_id if record.identity else None
    said = (within, *(record.additional or {}).values())
    # What has another form is no key's id: it does not tell one key from another.
    return next((each for each in said if isinstance(each, str) and is_credential_id(each)), None)


def is_credential_id(text: str) -> bool:
    """Whether *text* has the form of an API key's id."""
    return _CREDENTIAL.fullmatch(text) is not None


def is_bearer(record: Record) -> bool:
    """Whether the call was made with an API key; Bedrock's records say so in either of two places."""
    if record.name == BEARER_CALL:
        return True
    if any(resource.type == LOG_GROUP_AUTHORIZATION for resource in record.resources or ()):
        return True
    said = (part.get("callWithBearerToken") for part in (record.additional, record.request) if part)
    return any(value is True or (isinstance(value, str) and value.lower() == "true") for value in said)


def _is_short_term(record: Record) -> bool:
    said = (part.get("bearerTokenType") for part in (record.additional, record.request) if part)
    return any(isinstance(value, str) and value.upper().startswith("SHORT") for value in said)


def actor(identity: Identity) -> str:
    """The shortest name a person would know the caller by."""
    if identity.user_name:
        return _clean(identity.user_name, 128)
    if identity.type == "Root":
        return "root"
    if identity.arn:
        return _clean(identity.arn.rsplit(":", 1)[-1].removeprefix("assumed-role/"), 256)
    return _clean(identity.invoked_by or identity.type or "", 128)


def _time(record: Record) -> datetime:
    when = parse_timestamp(record.time) or parse_timestamp(record.logged)
    if when is None:
        raise BadRecord("no readable eventTime")
    return when


def _error(record: Record) -> str | None:
    if said := _text(record.error_code) or _text(record.error_message):
        return said
    return "Failure" if (record.response or {}).get("ConsoleLogin") == "Failure" else None


def _log_group(record: Record) -> str | None:
    request = record.request or {}
    named = _text(request.get("logGroupName")) or _text(request.get("logGroupIdentifier"))
    arns = (resource.arn for resource in record.resources or () if resource.arn)
    found = named or next((_clean(arn) for arn in arns if ":log-group:" in arn), None)
    return found.partition(":log-group:")[2].removesuffix(":*") if found and ":log-group:" in found else found


# What a call was about, most telling first.
_ABOUT = (
    "userName",
    "roleName",
    "groupName",
    "policyArn",
    "policyName",
    "name",
    "trailName",
    "bucketName",
    "functionName",
    "secretId",
    "modelId",
    "instanceId",
    "repositoryName",
)


def _summary(name: str, log_group: str | None, target: str | None, request: dict[str, Any]) -> str:
    if log_group:
        return f"{name} on {log_group}"
    about = target or next((text for key in _ABOUT if key in request and (text := _text(request[key]))), None)
    return f"{name} for {about}" if about else name


def _text(value: object) -> str | None:
    return _clean(value) if isinstance(value, str) and value else None


def _clean(text: str, limit: int = 1024) -> str:
    # Nearly all text is harmless, and this is asked millions of times: nothing unsafe is printable.
    return text if text.isprintable() and len(text) <= limit else clean(text, limit=limit)
