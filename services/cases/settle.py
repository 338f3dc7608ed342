"""Finds out whether a call that was about to be sent, or was never answered, took place."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from services.aws import cloudtrail, iam, logs, organizations, s3
from services.aws.call import Call
from services.aws.errors import Denied, NotFound
from services.aws.inlinepolicies import Holder, get_inline
from services.aws.session import AwsSession
from services.base import clock, documents
from services.cases.provenance import Candidate, Provenance, provenance
from services.cases.state import Doubt, Intent
from services.cases.stored import was_stored
from services.cases.told import at_aws
from services.keys.userkeys import key_named, kind_acted_on
from services.keys.whereabouts import key_of

T = TypeVar("T")

_SLACK = timedelta(seconds=30)
"""A call may have reached AWS so long after it was sent."""

PATIENCE = timedelta(seconds=12)
"""IAM is eventually consistent; outsiders measured up to about four seconds."""

WITH_A_SECRET = (
    "CreateAccessKey",
    "CreateServiceSpecificCredential",
    "ResetServiceSpecificCredential",
    "CreateSecret",
    "PutSecretValue",
)
"""What became of these only AWS's own lists tell: looked at again, all else would seem as it was."""


MAKES = {
    "AttachGroupPolicy": "PolicyArn",
    "AttachPolicy": "PolicyId",
    "AttachRolePolicy": "PolicyArn",
    "AttachUserPolicy": "PolicyArn",
    "AddUserToGroup": "GroupName",
    "CreateBucket": "Bucket",
    "CreateLogGroup": "logGroupName",
    "CreateLogStream": "logStreamName",
    "CreatePolicy": "Name",
    "CreateTrail": "Name",
    "CreateUser": "UserName",
    "PutBucketPolicy": "Bucket",
    "PutEventSelectors": "TrailName",
    "StartLogging": "Name",
    "StopLogging": "Name",
    "UpdateTrail": "Name",
    "PutBearerTokenAuthentication": "logGroupIdentifier",
    "PutGroupPolicy": "PolicyName",
    "PutRolePolicy": "PolicyName",
    "PutUserPolicy": "PolicyName",
    "UpdateAccessKey": "AccessKeyId",
    "UpdateServiceSpecificCredential": "ServiceSpecificCredentialId",
}
"""Calls that bring about what others may have brought about too, and the parameter that says of what."""

STATUSES = (
    "PutBearerTokenAuthentication",
    "PutBucketPolicy",
    "PutEventSelectors",
    "StartLogging",
    "StopLogging",
    "UpdateAccessKey",
    "UpdateServiceSpecificCredential",
    "UpdateTrail",
)
"""Calls that make nothing, and change what is there."""

UNDATED = ("CreateBucket", "CreatePolicy", "CreateTrail")
"""What they make has no time that can be read, and undoing it destroys it: only a record is proof."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """*done* is None where AWS cannot tell; *key_id* is a key that was made by this call.

    *candidates* are what the call may have made or changed, where only the responder can say whether it did;
    *done* is True beside them where it is as the call wanted it, whoever brought that about.
    """

    done: bool | None
    words: str
    key_id: str | None = None
    candidates: tuple[str, ...] = ()

    def as_line(self) -> dict[str, object]:
        """For the journal."""
        line: dict[str, object] = {"done": self.done, "words": self.words}
        line |= {"key_id": self.key_id} if self.key_id else {}
        return line | ({"candidates": list(self.candidates)} if self.candidates else {})


async def settle(
    aws: AwsSession,
    intent: Intent,
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Settlement:
    """Ask AWS what is true; a fresh "not done" is asked again until IAM has had time to agree with itself.

    Patience is counted in what is waited here: neither the journal's times nor this machine's clock can
    make it longer.
    """
    pauses = patience(aws, intent.sent)
    while True:
        answer = await _ask(aws, intent)
        if answer.done is not False:
            return answer
        pause = next(pauses, None)
        if pause is None:
            return answer
        await sleep(pause)


def patience(aws: AwsSession, sent: datetime | None) -> Iterator[float]:
    """Seconds to wait between two looks, one after the other, until IAM must agree with itself.

    None where by AWS's own clock the call was *sent* long enough ago.
    """
    by_aws = aws.clock.now()
    if sent is not None and by_aws is not None and by_aws - sent > PATIENCE + _SLACK:
        return
    for _ in range(math.ceil(PATIENCE.total_seconds())):
        yield 1.0


async def _ask(aws: AwsSession, intent: Intent) -> Settlement:
    params = intent.call.params
    match intent.call.operation:
        case "CreateServiceSpecificCredential" | "CreateAccessKey":
            return await _created(aws, intent)
        case "ResetServiceSpecificCredential":
            return Settlement(
                None,
                "whether the key was reset is unknown: its old secret may no longer work",
                key_id=str(params["ServiceSpecificCredentialId"]),
            )
        case "UpdateServiceSpecificCredential" | "UpdateAccessKey":
            found = await _find(aws, intent)
            status = found.status if found else "gone"
            what = "the access key" if "AccessKeyId" in params else "the key"
            return await _brought_about(
                aws, intent, status == params["Status"], status == "gone", f"{what} is {status}"
            )
        case "DeleteServiceSpecificCredential" | "DeleteAccessKey":
            found = await _find(aws, intent)
            return _said(
                found is None, "the key has been deleted" if found is None else "the key still exists"
            )
        case "PutUserPolicy" | "PutRolePolicy" | "PutGroupPolicy":
            document = await _inline(aws, params)
            # Another text of that name is not this call's.
            sent = documents.mapping(str(params["PolicyDocument"]))
            return await made(aws, intent, there=document is not None and document == sent)
        case "DeleteUserPolicy" | "DeleteRolePolicy" | "DeleteGroupPolicy":
            document = await _inline(aws, params)
            there = "there" if document is not None else "not there"
            return _said(document is None, f"the policy {params['PolicyName']} is {there}")
        case str() as operation if operation.startswith(("Attach", "Detach")) and "PolicyArn" in params:
            attached = await _attached(aws, params)
            if operation.startswith("Attach"):
                return await made(aws, intent, there=params["PolicyArn"] in attached)
            return _absent(params["PolicyArn"], attached)
        case "AddUserToGroup" | "RemoveUserFromGroup" as operation:
            groups = await _of_user(iam.list_groups, aws, str(params["UserName"]))
            if operation == "AddUserToGroup":
                return await made(aws, intent, there=params["GroupName"] in groups)
            return _absent(params["GroupName"], groups)
        case "CreateUser" | "DeleteUser" as operation:
            name = str(params["UserName"])
            user = await _user(aws, name)
            if operation == "CreateUser":
                return await made(aws, intent, there=user is not None, at=user.created if user else None)
            return _absent(name, (name,) if user else ())
        case "PutBearerTokenAuthentication":
            return await _switched(aws, intent)
        case "StartLogging" | "StopLogging" as operation:
            return await _logging(aws, intent, wanted=operation == "StartLogging")
        case "CreateSecret" | "PutSecretValue":
            stored, words = await was_stored(aws, intent.call)
            name = str(params.get("Name") or params["SecretId"])
            return Settlement(stored, words, candidates=(name,) if stored is None else ())
        case "CreateCase" | "CreateCaseComment" | "GetCaseAttachmentUploadUrl":
            return Settlement(*await at_aws(aws, intent.call))
        case operation:
            return Settlement(None, f"how {operation} ended is unknown")


async def _created(aws: AwsSession, intent: Intent) -> Settlement:
    params, before = intent.call.params, set(intent.facts["before"])
    new = [
        found
        for found in await _credentials(aws, intent.call)
        if found.service == params.get("ServiceName", found.service) and found.id not in before
    ]
    expected = intent.facts.get("alias")
    candidates = [Candidate(found.id, found.created, _of_alias(found.alias, expected)) for found in new]
    seen = await provenance(aws, intent.call, intent.sent, candidates)
    if seen.ours:
        return Settlement(True, f"{seen.ours} was made (confirmed by AWS), but its secret is lost", seen.ours)
    if seen.unsure:
        return Settlement(None, _unsure(intent, seen), candidates=tuple(c.id for c in seen.unsure))
    if seen.refused:
        return Settlement(False, f"no key was made: AWS refused it ({seen.refused})")
    if seen.others:
        ids = " and ".join(each.id for each in seen.others)
        return Settlement(False, f"this call made no key (confirmed by AWS); {ids} is not of this call")
    return Settlement(False, "no key was made (confirmed by AWS)")


async def _brought_about(aws: AwsSession, intent: Intent, there: bool, gone: bool, words: str) -> Settlement:
    """Whether it is as the call wanted it, and not by somebody else's call."""
    if gone or not there:
        return _said(gone, words)
    proof = await made(aws, intent, there=True, words=words)
    return proof if proof.done else Settlement(False, f"{words}, but not by this call (confirmed by AWS)")


async def made(
    aws: AwsSession, intent: Intent, *, there: bool, at: datetime | None = None, words: str = ""
) -> Settlement:
    """Whether what is *there*, made *at* that time, is this call's: others may have given that name too."""
    name = str(intent.call.params[MAKES[intent.call.operation]])
    if not there:
        return Settlement(False, f"{name} does not exist (confirmed by AWS)")
    seen = await provenance(aws, intent.call, intent.sent, [Candidate(name, at)])
    if seen.ours:
        return _said(True, words or f"{name} exists")
    if seen.others:
        return Settlement(False, f"{name} exists, but this call did not create it (confirmed by AWS)")
    if at is None and intent.call.operation not in UNDATED:
        # It only says what is to hold, and it holds: whose it is matters once it is to be taken back.
        # What was taken back is not taken back again.
        return _held(intent, words or f"{name} exists", seen, () if intent.undo else (name,))
    return Settlement(None, _unsure(intent, seen), candidates=(name,))


async def exists(aws: AwsSession, call: Call, account: str) -> bool:
    """Whether *account* has what *call*, one of UNDATED, makes."""
    params, region = call.params, call.region or await aws.home()
    match call.operation:
        case "CreateTrail":
            found = await cloudtrail.describe_trails(aws, region)
            return any((each.name, each.account) == (params["Name"], account) for each in found)
        case "CreateBucket":
            try:
                return await s3.find_bucket(aws, str(params["Bucket"]), account) is not None
            except Denied:
                # Another account's: then this call made none.
                return False
        case _:
            return any(each.name == params["Name"] for each in await organizations.list_scps(aws))


async def made_at(aws: AwsSession, call: Call) -> datetime | None:
    """When what *call* names was made, where AWS says that."""
    params, region = call.params, call.region or await aws.home()
    if call.operation == "CreateLogGroup":
        group = await logs.find_log_group(aws, region, str(params["logGroupName"]))
        return group.created if group else None
    return None


async def look_again(aws: AwsSession, doubt: Doubt) -> Settlement | None:
    """What CloudTrail tells by now of what only it can tell; None where that is nothing yet."""
    call, candidates = doubt.intent.call, [Candidate(each) for each in doubt.candidates]
    seen = await provenance(aws, call, doubt.intent.sent, candidates)
    if seen.unsure:
        return None
    if seen.ours is None:
        told = " and ".join(doubt.candidates)
        return Settlement(False, f"{told}: not by this case (recorded by CloudTrail)")
    if kind_acted_on(call.operation) and call.operation not in STATUSES:
        words = f"{seen.ours} was made by this case (recorded by CloudTrail), but its secret is lost"
        return Settlement(True, words, seen.ours)
    return Settlement(True, f"{seen.ours}: by this case (recorded by CloudTrail)")


def _unsure(intent: Intent, seen: Provenance) -> str:
    """Both readings, and what would tell."""
    told = " and ".join(
        f"{each.id} (made {clock.stamp(each.made)}{each.note})" if each.made else each.id
        for each in seen.unsure
    )
    sent = f" of {clock.stamp(intent.sent)}" if intent.sent else ""
    return f"{told} may be what {intent.call.operation}{sent} made, or someone else's: {_untold(seen)}"


def _of_alias(alias: str | None, expected: str | None) -> str:
    """A hint, and no proof: of two keys that are made at once either may get the first alias."""
    if alias and expected and alias != expected:
        return f", alias {alias}, where {expected} was free when the call was planned"
    return ""


def _held(intent: Intent, words: str, seen: Provenance, candidates: tuple[str, ...]) -> Settlement:
    """It is as the call wanted it; *candidates* where whose doing that is may be asked."""
    confirmed = _said(True, words)
    if not candidates:
        return confirmed
    sent = f" of {clock.stamp(intent.sent)}" if intent.sent else ""
    whose = f"by {intent.call.operation}{sent} or by someone else: {_untold(seen)}"
    return replace(confirmed, words=f"{confirmed.words}, {whose}", candidates=candidates)


def _untold(seen: Provenance) -> str:
    unread = seen.recorded.unread
    return f"CloudTrail was not read ({unread})" if unread else "CloudTrail has no record yet that tells"


async def _switched(aws: AwsSession, intent: Intent) -> Settlement:
    params = intent.call.params
    wanted, name = params["bearerTokenAuthenticationEnabled"], str(params["logGroupIdentifier"])
    if group := await logs.find_log_group(aws, str(intent.call.region), name):
        takes = "takes" if group.bearer_enabled else "refuses"
        agrees = group.bearer_enabled is wanted
        return await _brought_about(aws, intent, agrees, False, f"{name} {takes} bearer tokens")
    return Settlement(None, f"the log group {name} does not exist")


async def _of_user(
    read: Callable[[AwsSession, str], Awaitable[tuple[T, ...]]], aws: AwsSession, user: str
) -> tuple[T, ...]:
    """What is read of *user*, and nothing where there is no such user."""
    try:
        return await read(aws, user)
    except NotFound:
        return ()


async def _user(aws: AwsSession, user: str) -> iam.User | None:
    try:
        return await iam.get_user(aws, user)
    except NotFound:
        return None


async def _inline(aws: AwsSession, params: Mapping[str, object]) -> Mapping[str, Any] | None:
    """The inline policy that a call names, of a user or a role."""
    holder = holder_in(params)
    return await get_inline(aws, holder, str(params[f"{holder}Name"]), str(params["PolicyName"]))


def holder_in(params: Mapping[str, object]) -> Holder:
    """Whether a call about policies is of a user, a role or a group."""
    return "Role" if "RoleName" in params else "Group" if "GroupName" in params else "User"


async def _attached(aws: AwsSession, params: Mapping[str, object]) -> tuple[str, ...]:
    holder = holder_in(params)
    try:
        return await iam.list_attached_policies(aws, str(params[f"{holder}Name"]), holder)
    except NotFound:
        return ()


async def _logging(aws: AwsSession, intent: Intent, *, wanted: bool) -> Settlement:
    name, region = str(intent.call.params["Name"]), intent.call.region or await aws.home()
    logging = await cloudtrail.is_logging(aws, region, name)
    if logging is None:
        return Settlement(None, f"the trail {name} does not exist")
    words = f"trail {name} is {'logging' if logging else 'stopped'}"
    return await _brought_about(aws, intent, logging is wanted, False, words)


def _absent(what: object, found: tuple[str, ...]) -> Settlement:
    return _said(what not in found, f"{what} is {'there' if what in found else 'not there'}")


def _said(done: bool, words: str) -> Settlement:
    return Settlement(done, f"{words} (confirmed by AWS)")


async def _find(aws: AwsSession, intent: Intent) -> iam.Credential | None:
    """The key that the call is about, whatever its user is called by now."""
    call = intent.call
    kind, key_id = kind_acted_on(call.operation), key_named(call)
    assert kind is not None
    assert key_id is not None
    # It was planned of the user who had the key then.
    return await key_of(aws, kind, key_id, str(call.params["UserName"]), intent.sent)


async def _credentials(aws: AwsSession, call: Call) -> tuple[iam.Credential, ...]:
    """All keys of its user that are of the kind that *call* acts on."""
    kind = kind_acted_on(call.operation)
    assert kind is not None
    return await _of_user(kind.list, aws, str(call.params["UserName"]))
