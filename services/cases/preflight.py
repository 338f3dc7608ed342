"""Whether a plan's calls would be allowed, asked before any is sent; never while a step is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.aws import iam, s3
from services.aws.call import Call
from services.aws.errors import AwsError, NotFound
from services.aws.session import AwsSession
from services.aws.simulation import Context
from services.aws.sts import Caller
from services.cases.plan import Plan
from services.rights.permissions import CAVEAT, May, Question, check

_OF_A_USER = {
    "AttachUserPolicy",
    "CreateAccessKey",
    "CreateServiceSpecificCredential",
    "CreateUser",
    "DeleteAccessKey",
    "DeleteServiceSpecificCredential",
    "DeleteUser",
    "DeleteUserPolicy",
    "DetachUserPolicy",
    "PutUserPolicy",
    "ResetServiceSpecificCredential",
    "UpdateAccessKey",
    "UpdateServiceSpecificCredential",
}
_OF_A_ROLE = {"AttachRolePolicy", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePolicy"}
_OF_NOTHING = {"cloudtrail:DescribeTrails", "cloudtrail:LookupEvents"}
"""Actions that no policy can limit to a resource."""

_CONDITIONED: Mapping[str, str] = {
    "CredentialAgeDays": "iam:ServiceSpecificCredentialAgeDays",
    "PermissionsBoundary": "iam:PermissionsBoundary",
    "PolicyArn": "iam:PolicyARN",
    "ServiceName": "iam:ServiceSpecificCredentialServiceName",
}
"""Condition keys by the parameter that they judge."""


_BESIDE: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("iam", "CreateUser"): {"iam:TagUser": "Tags"},
    ("secretsmanager", "CreateSecret"): {"secretsmanager:TagResource": "Tags"},
    ("s3", "CreateBucket"): {"s3:PutBucketOwnershipControls": "ObjectOwnership"},
}
"""Permissions that a call needs beside its own where it has that parameter."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """What turns a call into a question; *users* and *roles* are the ARNs that are known, by name."""

    caller: Caller
    region: str
    service: str | None
    users: Mapping[str, str]
    roles: Mapping[str, str]

    def question(self, call: Call) -> Question | None:
        """None where the resource that a policy would name cannot be told from the call."""
        named = s3.PERMISSIONS if call.service == "s3" else {}
        action = f"{call.service}:{named.get(call.operation, call.operation)}"
        resource = "*" if action in _OF_NOTHING else self._resource(call)
        return Question(action, resource, self._context(call)) if resource else None

    def questions(self, call: Call) -> list[Question]:
        """What *call* needs; tags that are given with it need a permission of their own."""
        asked = self.question(call)
        if asked is None:
            return []
        more = [
            action
            for action, param in _BESIDE.get((call.service, call.operation), {}).items()
            if param in call.params
        ]
        return [asked, *(Question(action, asked.resource) for action in more)]

    def _resource(self, call: Call) -> str | None:
        params, region = call.params, call.region or self.region
        match call.service, call.operation:
            case "iam", operation if operation in _OF_A_USER:
                return self.users.get(str(params["UserName"]))
            case "iam", operation if operation in _OF_A_ROLE:
                return self.roles.get(str(params["RoleName"]))
            case "logs", "CreateLogStream" | "DeleteLogStream":
                stream = f"log-group:{params['logGroupName']}:log-stream:{params['logStreamName']}"
                return _arn(self.caller, "logs", region, stream)
            case "logs", "PutBearerTokenAuthentication" | "CreateLogGroup" | "DeleteLogGroup":
                name = str(params.get("logGroupIdentifier") or params["logGroupName"]).removesuffix(":*")
                # AWS asks for the form with :* behind the group.
                return _arn(self.caller, "logs", region, f"log-group:{name}", name) + ":*"
            case "secretsmanager", "CreateSecret" | "PutSecretValue" | "DeleteSecret":
                name = str(params.get("Name") or params.get("SecretId"))
                # AWS puts a hyphen and six characters behind a secret's name.
                return _arn(self.caller, "secretsmanager", region, f"secret:{name}-AbCdEf", name)
            case "cloudtrail", _ if trail := params.get("Name") or params.get("TrailName"):
                return _arn(self.caller, "cloudtrail", region, f"trail/{trail}")
            case "s3", _:
                return f"arn:{self.caller.arn.split(':')[1]}:s3:::{params['Bucket']}"
        return None

    def _context(self, call: Call) -> Context:
        keys: dict[str, str | int] = {}
        if "ServiceSpecificCredential" in call.operation and self.service:
            keys[_CONDITIONED["ServiceName"]] = self.service
        if call.service == "iam":
            for name, key in _CONDITIONED.items():
                if isinstance(value := call.params.get(name), str | int):
                    keys[key] = value
        return tuple(keys.items())


async def missing(
    aws: AwsSession, caller: Caller, plan: Plan, *, service: str | None = None
) -> tuple[str, ...]:
    """The actions that *plan* needs and the caller lacks; none where AWS does not let one ask.

    *service* is that of the key the plan is about. Raises nothing of AWS's.
    """
    calls = plan.calls
    made = {
        str(call.params["UserName"]): str(call.params.get("Path") or "/")
        for call in calls
        if call.operation == "CreateUser"
    }
    users = {name: _arn(caller, "iam", "", f"user{path}{name}") for name, path in made.items()}
    there = {str(call.params["UserName"]) for call in calls if call.operation in _OF_A_USER} - made.keys()
    arns = await asyncio.gather(*(_user_arn(aws, caller, name) for name in there))
    users |= {name: arn for name, arn in zip(there, arns, strict=True) if arn}
    named = {str(call.params["RoleName"]) for call in calls if call.operation in _OF_A_ROLE}
    found = await asyncio.gather(*(_role_arn(aws, name) for name in named))
    roles = {name: arn for name, arn in zip(named, found, strict=True) if arn}
    asking = _Asking(caller, await aws.home(), service, users, roles)
    asked = tuple(question for call in calls for question in asking.questions(call))
    answers = await check(aws, caller, *asked)
    return tuple(dict.fromkeys(answer.action for answer in answers if answer.may is May.NO))


def warned(plan: Plan, lacking: tuple[str, ...]) -> Plan:
    """*plan* with a warning that names what is lacking, said first and once."""
    if not lacking:
        return plan
    it = "it" if len(lacking) == 1 else "them"
    warning = (
        f"You may not: {', '.join(lacking)} ({CAVEAT}). Ask for {it} first, or use a profile that has {it}."
    )
    return replace(plan, warnings=tuple(dict.fromkeys((warning, *plan.warnings))))


async def _user_arn(aws: AwsSession, caller: Caller, name: str) -> str | None:
    """With the user's path, which calls leave out and policies may go by; None where it cannot be read."""
    try:
        return (await iam.get_user(aws, name)).arn
    except NotFound:
        return _arn(caller, "iam", "", f"user/{name}")
    except AwsError:
        return None


async def _role_arn(aws: AwsSession, name: str) -> str | None:
    try:
        return (await iam.get_role(aws, name)).arn
    except AwsError:
        return None


def _arn(caller: Caller, service: str, region: str, what: str, given: str = "") -> str:
    """The ARN of *what* in the caller's account, but where *given* is an ARN itself."""
    if given.startswith("arn:"):
        return given
    return f"arn:{caller.arn.split(':')[1]}:{service}:{region}:{caller.account}:{what}"
