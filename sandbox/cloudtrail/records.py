"""Calls as CloudTrail records, in the shape CloudTrail documents."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import iam_backends

from sandbox.account.world import ApiCall, BearerCall

Record = dict[str, Any]

DATA_RESOURCE = "AWS::Logs::LogGroupAuthorization"
MANTLE_RESOURCE = "AWS::BedrockMantle::Project"

# requestParameters and responseElements that name a resource LookupEvents can search by.
_RESOURCE_TYPES = {
    "userName": "AWS::IAM::User",
    "groupName": "AWS::IAM::Group",
    "roleName": "AWS::IAM::Role",
    "roleArn": "AWS::IAM::Role",
    "assumedRoleId": "AWS::STS::AssumedRole",
    "policyArn": "AWS::IAM::Policy",
    "accessKeyId": "AWS::IAM::AccessKey",
    "bucketName": "AWS::S3::Bucket",
    "bucket": "AWS::S3::Bucket",
    "s3BucketName": "AWS::S3::Bucket",
    "trailName": "AWS::CloudTrail::Trail",
    "logGroupName": "AWS::Logs::LogGroup",
    "logGroupIdentifier": "AWS::Logs::LogGroup",
    "secretId": "AWS::SecretsManager::Secret",
}


def management_record(call: ApiCall) -> Record:
    """The record of a signed call; what it asks and answers is already spelled as CloudTrail spells it."""
    user_identity: Record = {"type": call.actor.kind}
    if call.actor.kind == "IAMUser" and call.actor.name:
        user_identity["principalId"] = principal_id(call.account, call.actor.name)
    elif call.actor.kind == "Root":
        user_identity["principalId"] = call.account
    elif call.actor.principal:
        user_identity["principalId"] = call.actor.principal
    user_identity |= {"arn": call.actor.arn, "accountId": call.account}
    if call.actor.access_key_id:
        user_identity["accessKeyId"] = call.actor.access_key_id
    if call.actor.kind == "IAMUser" and call.actor.name:
        user_identity["userName"] = call.actor.name
    if call.actor.issued:
        began = f"{call.actor.issued:%Y-%m-%dT%H:%M:%SZ}"
        issuer = {"sessionIssuer": dict(call.actor.issuer)} if call.actor.issuer else {}
        attributes = {"creationDate": began, "mfaAuthenticated": "false"}
        user_identity["sessionContext"] = {**issuer, "attributes": attributes}
    record = _record(
        time=call.time,
        identity=user_identity,
        source=f"{call.service}.amazonaws.com",
        name=call.operation,
        region=call.region,
        source_ip=call.source_ip,
        user_agent=call.user_agent,
        error=(call.error_code, call.error_message),
        request=dict(call.params) or None,
        response=dict(call.response) if call.response else None,
        request_id=call.request_id,
        read_only=call.read_only,
        account=call.account,
    )
    return record | {"managementEvent": True, "eventCategory": "Management"}


def data_record(call: BearerCall, *, credential_ids: bool) -> Record:
    """The record of a bearer call.

    No sample of such a record has been published: this is the general shape of a data event with the
    resource type and event name that the CloudWatch Logs documentation gives. Whether AWS fills in
    ``credentialId`` is not known, so it is the caller's choice.
    """
    user = call.user or ""
    identity: Record = {
        "type": "IAMUser",
        "principalId": principal_id(call.account, user),
        "arn": f"arn:aws:iam::{call.account}:user/{user}",
        "accountId": call.account,
        "userName": user,
    }
    if credential_ids and call.credential_id:
        identity["credentialId"] = call.credential_id
    mantle = call.service == "bedrock-mantle"
    asked = {"logGroupName": call.log_group, "logStreamName": call.log_stream}
    record = _record(
        time=call.time,
        identity=identity,
        source=f"{call.service}.amazonaws.com",
        name="CreateInference" if mantle else "CallWithBearerToken",
        region=call.region,
        source_ip=call.source_ip,
        user_agent=call.user_agent,
        error=_bearer_error(call),
        request={"callWithBearerToken": True, "bearerTokenType": "LONG_TERM"} if mantle else asked,
        response=None,
        request_id=call.request_id,
        read_only=False,
        account=call.account,
    )
    if mantle:
        arn = f"arn:aws:bedrock-mantle:{call.region}:{call.account}:project/default"
        record["resources"] = [{"accountId": call.account, "type": MANTLE_RESOURCE, "ARN": arn}]
    elif call.log_group:
        arn = f"arn:aws:logs:{call.region}:{call.account}:log-group:{call.log_group}"
        record["resources"] = [{"accountId": call.account, "type": DATA_RESOURCE, "ARN": arn}]
    else:
        record["resources"] = [{"accountId": call.account, "type": DATA_RESOURCE}]
    return record | {"managementEvent": False, "eventCategory": "Data"}


def lookup_resources(record: Record) -> list[dict[str, str]]:
    """The resources a record names, as LookupEvents lists them."""
    found: dict[tuple[str, str], None] = {}
    for part in (record["requestParameters"], record["responseElements"]):
        _collect(part, found)
    match record["eventSource"], record["requestParameters"]:
        case "cloudtrail.amazonaws.com", {"name": str(name)}:
            found["AWS::CloudTrail::Trail", name] = None
        case "secretsmanager.amazonaws.com", {"name": str(name)}:
            found["AWS::SecretsManager::Secret", name] = None
    return [{"ResourceType": kind, "ResourceName": name} for kind, name in found]


def lookup_username(record: Record) -> str | None:
    """The actor as LookupEvents names it."""
    identity = record["userIdentity"]
    if identity["type"] == "Root":
        return "root"
    name = identity.get("userName") or identity.get("arn", "").rpartition("/")[2]
    return str(name) or None


def principal_id(account: str, user: str) -> str:
    """The user's unique id, or a stable stand-in where the user is gone."""
    known = iam_backends[account]["aws"].users.get(user)
    if known is not None:
        return str(known.id)
    digest = uuid.uuid5(uuid.NAMESPACE_URL, f"{account}/{user}").hex.upper()
    return f"AIDA{digest[:17]}"


def _record(
    *,
    time: datetime,
    identity: Record,
    source: str,
    name: str,
    region: str,
    source_ip: str,
    user_agent: str,
    error: tuple[str | None, str | None],
    request: Record | None,
    response: Record | None,
    request_id: str,
    read_only: bool,
    account: str,
) -> Record:
    code, message = error
    record: Record = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": source_ip,
        "userAgent": user_agent,
    }
    if code:
        record["errorCode"] = code
        if message:
            record["errorMessage"] = message
    return record | {
        "requestParameters": request,
        "responseElements": response,
        "requestID": request_id,
        "eventID": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{request_id}/{source}/{name}")),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "recipientAccountId": account,
    }


def _bearer_error(call: BearerCall) -> tuple[str | None, str | None]:
    if call.status < 400:
        return None, None
    fallback = {401: "UnrecognizedClientException", 403: "AccessDenied"}.get(call.status)
    return call.error_code or fallback or "ValidationException", call.error_message


def _collect(part: Any, found: dict[tuple[str, str], None]) -> None:
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        kind = _RESOURCE_TYPES.get(key)
        if kind and isinstance(value, str):
            found[kind, value] = None
        elif isinstance(value, dict):
            _collect(value, found)
