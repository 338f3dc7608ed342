"""What IAM is asked of a signed call: which action, on which resource, with which condition keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.account.account import iam_backend
from sandbox.account.world import ACCOUNT, Actor, World
from sandbox.iam.credentials import CredentialStore
from sandbox.iam.policy import Access
from sandbox.iam.sessions import session_of
from sandbox.wire.call import Request
from sandbox.wire.identity import signer

# Where the permission is not named for the operation.
S3_ACTIONS = {
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
ALL_USERS = {"ListUsers"}
UNRESTRICTED = {"sts:GetCallerIdentity"}
"""Nobody needs a permission for these, and no policy can take them away."""


def action(request: Request) -> str:
    """The permission a call needs, as `s3:ListBucket`."""
    if request.service == "accessanalyzer":
        return f"access-analyzer:{request.operation.removesuffix('V2')}"
    name = S3_ACTIONS.get(request.operation, request.operation) if request.service == "s3" else None
    return f"{request.service}:{name or request.operation}"


def access(world: World, request: Request) -> Access:
    """All that a policy may judge the call by; hold world.lock."""
    context = _principal(request) | _keys(world, request)
    return Access(action(request), resource_arn(request), context)


def resource_arn(request: Request) -> str:
    match request.service:
        case "iam":
            return _iam(request.operation, request.form_fields, signer(request))
        case "logs":
            return _logs(request)
        case "s3":
            return f"arn:aws:s3:::{request.path.strip('/')}"
        case "secretsmanager":
            name = str(request.json_fields.get("SecretId") or request.json_fields.get("Name") or "")
            # AWS puts a hyphen and six characters behind each secret's name.
            return _arn(request, f"secret:{name}-AbCdEf", name)
        case "cloudtrail":
            name = str(request.json_fields.get("TrailName") or request.json_fields.get("Name") or "")
            return _arn(request, f"trail/{name}", name) if name else "*"
        case "sts":
            return request.form_fields.get("RoleArn", "*")
        case _:
            return "*"


def user_arn(name: str, account: str = ACCOUNT) -> str:
    user = iam_backend(account).users.get(name)
    return str(user.arn) if user else f"arn:aws:iam::{account}:user/{name}"


def _iam(operation: str, fields: Mapping[str, str], caller: Actor) -> str:
    named, account = fields.get, caller.account
    if arn := named("PolicySourceArn") or named("Arn"):
        return arn
    if group := named("GroupName"):
        return f"arn:aws:iam::{account}:group/{group}"
    if user := named("UserName"):
        if operation == "CreateUser":
            return f"arn:aws:iam::{account}:user{named('Path') or '/'}{user}"
        return user_arn(user, account)
    if role := named("RoleName"):
        found = next((each for each in iam_backend(account).get_roles() if each.name == role), None)
        return str(found.arn) if found else f"arn:aws:iam::{account}:role/{role}"
    if arn := named("PolicyArn"):
        return arn
    if operation in ALL_USERS or named("AllUsers") == "true":
        return f"arn:aws:iam::{account}:user/"
    if "ServiceSpecificCredential" in operation or operation in {"GetUser", "ListAccessKeys"}:
        return caller.arn
    return "*"


def _logs(request: Request) -> str:
    asked = request.json_fields
    group = str(asked.get("logGroupName") or asked.get("logGroupIdentifier") or "")
    return _arn(request, f"log-group:{group}:log-stream:{asked.get('logStreamName') or ''}", group)


def _arn(request: Request, what: str, given: str) -> str:
    """The ARN of *what* in the call's Region, but where an ARN was *given*."""
    if given.startswith("arn:"):
        return given
    return f"arn:aws:{request.service}:{request.region}:{signer(request).account}:{what}"


def _principal(request: Request) -> dict[str, str]:
    actor, session = signer(request), session_of(request.access_key_id)
    keys = {
        "aws:principalarn": session.principal_arn if session else actor.arn,
        "aws:requestedregion": request.region,
        "aws:sourceip": request.remote_addr or "",
        "aws:securetransport": "false",
    }
    if session:
        # Only temporary credentials have these: a key of a user's is not touched by a deny of them.
        keys["aws:tokenissuetime"] = session.issued.isoformat()
        keys["aws:multifactorauthpresent"] = "false"
    return keys | ({"aws:username": actor.name} if actor.kind == "IAMUser" and actor.name else {})


def _keys(world: World, request: Request) -> dict[str, str]:
    """The condition keys that the services themselves bring."""
    fields: Mapping[str, Any] = request.form_fields if request.service == "iam" else {}
    keys: dict[str, str] = {}
    if "ServiceSpecificCredential" in request.operation and not request.operation.startswith("List"):
        found = (
            world.part(CredentialStore)
            .of_account(signer(request).account)
            .get(fields.get("ServiceSpecificCredentialId", ""))
        )
        if service := found.service if found else fields.get("ServiceName", "").lower():
            keys["iam:servicespecificcredentialservicename"] = service
        if age := fields.get("CredentialAgeDays"):
            keys["iam:servicespecificcredentialagedays"] = age
    if "PolicyArn" in fields and "UserName" in fields:
        keys["iam:policyarn"] = fields["PolicyArn"]
    return keys
