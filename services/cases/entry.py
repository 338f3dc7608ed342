"""A secret that is there already: who else may read what is put into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.aws import secretsmanager
from services.aws.errors import AwsError
from services.aws.secretsmanager import SecretInfo
from services.aws.session import AwsSession
from services.base import clock
from services.base.arn import account_in
from services.base.text import clean
from services.rights import policies

_READS = (
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    # Whoever may do this lets themselves read it.
    "secretsmanager:PutResourcePolicy",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """*told* describes it, for the plan; *unsafe* says why a secret put there is not this account's alone."""

    told: str
    unsafe: str | None = None


async def look_into(aws: AwsSession, info: SecretInfo, *, region: str) -> Entry:
    """Raises nothing of AWS's: what may not be read is unsafe."""
    try:
        policy = await secretsmanager.resource_policy(aws, info.name, region=region)
        unread = None
    except AwsError as error:
        policy, unread = None, str(error)
    return Entry(_told(info, policy, unread), next(_unsafe(info, policy, unread, aws.where.account), None))


def _told(info: SecretInfo, policy: Mapping[str, Any] | None, unread: str | None) -> str:
    made = f"made {clock.stamp(info.created)}" if info.created else "made at a time that AWS does not say"
    key = f"encrypted with {info.kms_key}" if info.kms_key else "encrypted with the account's own key"
    shared = "whose policy could not be read" if unread else "with a policy" if policy else "without a policy"
    copies = f"copied to {', '.join(info.replicas)}" if info.replicas else "copied nowhere"
    return f"The secret {info.name} exists: {made}, {key}, {shared}, {copies}."


def _unsafe(
    info: SecretInfo, policy: Mapping[str, Any] | None, unread: str | None, here: str | None
) -> Iterator[str]:
    account = account_in(info.arn)
    if here and account not in ("", here):
        yield f"it is in another account ({account})"
    for key, what in ((info.kms_key, "it"), *((each, "a copy of it") for each in info.replica_keys)):
        if key and account_in(key) not in ("", account):
            yield f"another account's key ({key}) encrypts {what}"
    for reader in _readers(policy):
        yield f"its policy lets others read it ({reader})"
    if unread:
        yield f"whether others may read it could not be read. {unread.rstrip('.')}"


def _readers(policy: Mapping[str, Any] | None) -> Iterator[str]:
    for statement in policies.statements(policy or {}):
        if statement.get("Effect") == "Allow" and _reads(statement):
            principal = statement.get("Principal", "everyone except those it names")
            yield clean(principal if isinstance(principal, str) else _listed(principal), limit=200)


def _reads(statement: Mapping[str, Any]) -> bool:
    if "NotAction" in statement:
        return True
    patterns = policies.words_of(statement.get("Action"))
    return any(policies.covers(pattern, action) for action in _READS for pattern in patterns)


def _listed(principal: object) -> str:
    if not isinstance(principal, Mapping):
        return str(principal)
    return ", ".join(each for value in principal.values() for each in policies.words_of(value))
