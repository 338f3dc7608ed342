"""The command that mends each finding: this program's own where it has one, else the AWS CLI's."""

from __future__ import annotations

from typing import LiteralString

from services.aws.accessanalyzer import Analyzed
from services.aws.call import Call
from services.aws.logs import LogGroup
from services.aws.where import Where
from services.keys.inventory import Key


def replace_key(where: Where, key: Key) -> str:
    """A new key with an expiry beside it; the old one goes once nothing misses it."""
    return str(where.stanch("rotate", key.id, options=(("--user", key.user),)))


def deactivate_key(where: Where, key: Key) -> str:
    return _respond(where, key, ("--step", "deactivate"))


def delete_expired(where: Where, key: Key) -> str:
    """No replacement is waited for: it works no more."""
    return _respond(where, key, ("--step", "delete"), ("--override", "it has expired"))


def stop_access_keys(where: Where, key: Key) -> str:
    return _respond(where, key, ("--step", "access-keys"))


def delete_login(where: Where, user: str) -> str:
    return str(where.aws(Call("iam", "DeleteLoginProfile", {"UserName": user})))


def switch_off(where: Where, group: LogGroup) -> str:
    params = {"logGroupIdentifier": group.name, "bearerTokenAuthenticationEnabled": False}
    return str(where.aws(Call("logs", "PutBearerTokenAuthentication", params, group.region)))


def limit_creation(where: Where, user: str) -> str:
    attached = ("--attach-to", f"user:{user}")
    return str(where.stanch("policy", "expiry", options=(("--days", "90"), attached)))


def scope_writes(where: Where, user: str) -> str:
    attached = ("--attach-to", f"user:{user}")
    return str(where.stanch("policy", "write", options=(("--log-group", "NAME"), attached)))


def finding_in_full(where: Where, found: Analyzed) -> str:
    params = {"analyzerArn": found.analyzer.arn, "id": found.id}
    return str(where.aws(Call("accessanalyzer", "GetFindingV2", params, found.analyzer.region)))


def _respond(where: Where, key: Key, *options: tuple[LiteralString, str]) -> str:
    return str(where.stanch("respond", key.id, options=(("--user", key.user), *options)))
