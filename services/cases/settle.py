"""Finds out whether a call that was about to be sent, or was never answered, took place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from services.aws import iam, logs, secretsmanager
from services.aws.errors import NotFound
from services.aws.session import AwsSession
from services.cases.state import Intent

T = TypeVar("T")

PATIENCE = timedelta(seconds=12)
"""IAM is eventually consistent; outsiders measured up to about four seconds."""

WITH_A_SECRET = (
    "CreateServiceSpecificCredential",
    "ResetServiceSpecificCredential",
    "CreateSecret",
    "PutSecretValue",
)
"""What became of these only AWS's own lists tell: looked at again, all else would seem as it was."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """*done* is None where AWS cannot tell; *key_id* is a key that was made meanwhile."""

    done: bool | None
    words: str
    key_id: str | None = None


async def settle(
    aws: AwsSession,
    intent: Intent,
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Settlement:
    """Ask AWS what is true; a fresh "not done" is asked again until IAM has had time to agree with itself."""
    while True:
        answer = await _ask(aws, intent)
        if answer.done is not False or now() - intent.at > PATIENCE:
            return answer
        await sleep(1.0)


async def _ask(aws: AwsSession, intent: Intent) -> Settlement:
    params = intent.call.params
    match intent.call.operation:
        case "CreateServiceSpecificCredential":
            return await _created(aws, intent)
        case "ResetServiceSpecificCredential":
            return Settlement(
                None,
                "whether the key was reset is unknown: its old secret may no longer work",
                key_id=str(params["ServiceSpecificCredentialId"]),
            )
        case "UpdateServiceSpecificCredential":
            found = await _find(aws, str(params["UserName"]), str(params["ServiceSpecificCredentialId"]))
            status = found.status if found else "gone"
            return _said(status == params["Status"] or status == "gone", f"the key is {status}")
        case "DeleteServiceSpecificCredential":
            found = await _find(aws, str(params["UserName"]), str(params["ServiceSpecificCredentialId"]))
            return _said(
                found is None, "the key has been deleted" if found is None else "the key still exists"
            )
        case "PutUserPolicy" | "DeleteUserPolicy" as operation:
            document = await iam.get_user_policy(aws, str(params["UserName"]), str(params["PolicyName"]))
            present = document is not None
            words = f"the policy {params['PolicyName']} is {'present' if present else 'absent'}"
            return _said(present == (operation == "PutUserPolicy"), words)
        case "AttachUserPolicy" | "DetachUserPolicy" as operation:
            attached = await _of_user(iam.list_attached_policies, aws, str(params["UserName"]))
            return _present(params["PolicyArn"], attached, operation == "AttachUserPolicy")
        case "AddUserToGroup" | "RemoveUserFromGroup" as operation:
            groups = await _of_user(iam.list_groups, aws, str(params["UserName"]))
            return _present(params["GroupName"], groups, operation == "AddUserToGroup")
        case "CreateUser" | "DeleteUser" as operation:
            name = str(params["UserName"])
            users = (name,) if await _user_exists(aws, name) else ()
            return _present(name, users, operation == "CreateUser")
        case "UpdateAccessKey":
            keys = await _of_user(iam.list_access_keys, aws, str(params["UserName"]))
            status = next((key.status for key in keys if key.id == params["AccessKeyId"]), "gone")
            return _said(status in (params["Status"], "gone"), f"the access key is {status}")
        case "PutBearerTokenAuthentication":
            return await _switched(aws, intent)
        case "CreateSecret" | "PutSecretValue":
            name = str(params.get("Name") or params["SecretId"])
            secret = await secretsmanager.describe(aws, name)
            stored = secret is not None and params["ClientRequestToken"] in secret.versions
            return _said(stored, f"the secret {name} {'was' if stored else 'was not'} stored")
        case operation:
            return Settlement(None, f"how {operation} ended is unknown")


async def _created(aws: AwsSession, intent: Intent) -> Settlement:
    params, before = intent.call.params, set(intent.facts["before"])
    new = [
        found
        for found in await _credentials(aws, str(params["UserName"]))
        if found.service == params["ServiceName"] and found.id not in before
    ]
    if not new:
        return Settlement(False, "no key was made (confirmed by AWS)")
    newest = max(new, key=lambda found: found.created)
    return Settlement(True, f"{newest.id} was made (confirmed by AWS), but its secret is lost", newest.id)


async def _switched(aws: AwsSession, intent: Intent) -> Settlement:
    params = intent.call.params
    wanted, name = params["bearerTokenAuthenticationEnabled"], str(params["logGroupIdentifier"])
    if group := await logs.find_log_group(aws, str(intent.call.region), name):
        takes = "accepts" if group.bearer_enabled else "refuses"
        return _said(group.bearer_enabled is wanted, f"{name} {takes} bearer tokens")
    return Settlement(None, f"the log group {name} does not exist")


async def _of_user(
    read: Callable[[AwsSession, str], Awaitable[tuple[T, ...]]], aws: AwsSession, user: str
) -> tuple[T, ...]:
    """What is read of *user*, and nothing where there is no such user."""
    try:
        return await read(aws, user)
    except NotFound:
        return ()


async def _user_exists(aws: AwsSession, user: str) -> bool:
    try:
        await iam.get_user(aws, user)
    except NotFound:
        return False
    return True


def _present(what: object, found: tuple[str, ...], wanted: bool) -> Settlement:
    there = what in found
    return _said(there is wanted, f"{what} is {'present' if there else 'absent'}")


def _said(done: bool, words: str) -> Settlement:
    return Settlement(done, f"{words} (confirmed by AWS)")


async def _find(aws: AwsSession, user: str, key_id: str) -> iam.Credential | None:
    return next((found for found in await _credentials(aws, user) if found.id == key_id), None)


async def _credentials(aws: AwsSession, user: str) -> tuple[iam.Credential, ...]:
    return await _of_user(iam.list_credentials, aws, user)
