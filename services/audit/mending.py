"""The command that mends each finding: this program's own where it has one, else the AWS CLI's."""

from __future__ import annotations

import shlex

from services.aws.accessanalyzer import Analyzed
from services.aws.call import Call
from services.aws.logs import LogGroup
from services.keys.inventory import Key


def replace_key(key: Key) -> str:
    """A new key with an expiry beside it; the old one goes once nothing misses it."""
    return f"stanch rotate {key.id} --user {shlex.quote(key.user)}"


def deactivate_key(key: Key) -> str:
    return f"{_respond(key)} --step deactivate"


def delete_expired(key: Key) -> str:
    """No replacement is waited for: it works no more."""
    return f"{_respond(key)} --step delete --override 'it has expired'"


def stop_access_keys(key: Key) -> str:
    return f"{_respond(key)} --step access-keys"


def delete_login(user: str) -> str:
    return Call("iam", "DeleteLoginProfile", {"UserName": user}).cli


def switch_off(group: LogGroup) -> str:
    params = {"logGroupIdentifier": group.name, "bearerTokenAuthenticationEnabled": False}
    return Call("logs", "PutBearerTokenAuthentication", params, group.region).cli


def limit_creation(user: str) -> str:
    return f"stanch policy expiry --days 90 --attach-to {shlex.quote('user:' + user)}"


def scope_writes(user: str) -> str:
    return f"stanch policy write --log-group NAME --attach-to {shlex.quote('user:' + user)}"


def finding_in_full(found: Analyzed) -> str:
    params = {"analyzerArn": found.analyzer.arn, "id": found.id}
    return Call("accessanalyzer", "GetFindingV2", params, found.analyzer.region).cli


def _respond(key: Key) -> str:
    return f"stanch respond {key.id} --user {shlex.quote(key.user)}"
