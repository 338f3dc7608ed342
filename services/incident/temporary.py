"""Sessions and roles by their name alone: whose a session is, the event history tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.aws import iam
from services.aws.cloudtrail import HISTORY_KEPT, Pacer, lookup_events
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.base.keyservices import ROLE, TEMPORARY
from services.base.text import clean
from services.cases.errors import NoSuchKey, Refused
from services.keys.accesskeys import ROLE_ID
from services.keys.named import named
from services.review.eventhistory import Answered
from services.review.follow import ROLE_ARN
from services.review.sources.history import iam_region
from services.review.timestamp import parse_timestamp
from services.review.where import of_history


async def find_role(aws: AwsSession, key_id: str) -> Credential:
    """The role that *key_id* stands for; raises NoSuchName or another AwsError."""
    name = key_id.removeprefix(ROLE_ID)
    async with named(aws, "role", name):
        role = await iam.get_role(aws, name)
    return Credential(f"{ROLE_ID}{role.name}", "", ROLE, "Active", aws.now(), alias=role.arn)


async def find_session(aws: AwsSession, key_id: str, user: str | None) -> Credential:
    """Whose session it is, by its newest record; raises NoSuchKey where there is none, or an AwsError."""
    now = aws.now()
    if user is not None:
        return Credential(key_id, user, TEMPORARY, "Active", now)
    regions, _ = await of_history(aws)
    asked = tuple(dict.fromkeys((*regions, iam_region(regions[0]))))
    answered = Answered()
    for region in asked:
        if identity := await _identity(aws, region, key_id, now, answered):
            return _credential(key_id, identity, now)
    readable = " that can be read" if answered.unread else ""
    raise NoSuchKey(
        f"The event history of {', '.join(asked)} has no record of {key_id}{readable}, so whose session it "
        "is is unknown: search other Regions (--region), name its user (--user), or end the sessions of its "
        "role (respond --role)."
    )


async def _identity(
    aws: AwsSession, region: str, key_id: str, now: datetime, answered: Answered
) -> Mapping[str, Any] | None:
    pages = lookup_events(
        aws, region, Pacer(), attribute=("AccessKeyId", key_id), since=now - HISTORY_KEPT, until=now
    )
    async for page in pages:
        for record in answered.mappings(page):
            found = _mapping(record.get("userIdentity"))
            if found.get("accessKeyId") == key_id:
                return found
    return None


def _credential(key_id: str, identity: Mapping[str, Any], now: datetime) -> Credential:
    context = _mapping(identity.get("sessionContext"))
    issuer = _mapping(context.get("sessionIssuer"))
    opened = parse_timestamp(_mapping(context.get("attributes")).get("creationDate")) or now
    arn = issuer.get("arn")
    match identity.get("type"):
        case "AssumedRole" if isinstance(arn, str) and ROLE_ARN.fullmatch(arn):
            return Credential(key_id, "", TEMPORARY, "Active", opened, alias=arn)
        case "FederatedUser" if issuer.get("type") == "IAMUser" and issuer.get("userName"):
            return Credential(key_id, clean(issuer["userName"]), TEMPORARY, "Active", opened)
        case "IAMUser" if identity.get("userName"):
            return Credential(key_id, clean(identity["userName"]), TEMPORARY, "Active", opened)
        case "Root":
            raise Refused(f"{key_id} is a session of the root user, which no policy can limit: contact AWS.")
    raise NoSuchKey(f"The records of {key_id} name neither its user nor its role: name one (--user, --role).")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
