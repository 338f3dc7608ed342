"""The kinds of long-lived keys that an IAM user holds: how each is listed, switched, made and deleted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.aws import iam
from services.aws.call import Call
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.base.keyservices import ACCESS_KEY


@dataclass(frozen=True, slots=True)
class UserKeyKind:
    """One kind, by the names that IAM's operations have for it.

    *thing* is what operations end with, *parameter* names the key's id in a call and *answer* what holds the
    key in an answer. A key that *resets* gets a new secret in place; one that *expires* can be made to.
    """

    thing: str
    parameter: str
    answer: str
    resets: bool
    expires: bool
    list: Callable[[AwsSession, str], Awaitable[tuple[Credential, ...]]]

    def which(self, key: Credential) -> dict[str, object]:
        """The parameters that name a key; without UserName it would be one of the caller's own."""
        return {"UserName": key.user, self.parameter: key.id}

    def switch(self, key: Credential, status: str) -> Call:
        return Call("iam", f"Update{self.thing}", {**self.which(key), "Status": status})

    def delete(self, key: Credential) -> Call:
        return Call("iam", f"Delete{self.thing}", self.which(key))

    def create(self, user: str, service: str, age_days: int | None) -> Call:
        params: dict[str, object] = {"UserName": user}
        if self.thing != "AccessKey":
            params["ServiceName"] = service
        if age_days is not None and self.expires:
            params["CredentialAgeDays"] = age_days
        return Call("iam", f"Create{self.thing}", params)


async def list_access_keys(aws: AwsSession, user: str) -> tuple[Credential, ...]:
    """The user's access keys, told as all keys are."""
    return tuple(
        Credential(key.id, key.user, ACCESS_KEY, key.status, key.created)
        for key in await iam.list_access_keys(aws, user)
    )


API_KEYS = UserKeyKind(
    thing="ServiceSpecificCredential",
    parameter="ServiceSpecificCredentialId",
    answer="ServiceSpecificCredential",
    resets=True,
    expires=True,
    list=iam.list_credentials,
)
ACCESS_KEYS = UserKeyKind(
    thing="AccessKey",
    parameter="AccessKeyId",
    answer="AccessKey",
    resets=False,
    expires=False,
    list=list_access_keys,
)
KINDS = (API_KEYS, ACCESS_KEYS)


def kind_of(service: str) -> UserKeyKind:
    """The kind of the keys of *service*, as a Credential has it."""
    return ACCESS_KEYS if service == ACCESS_KEY else API_KEYS


def kind_acted_on(operation: str) -> UserKeyKind | None:
    """The kind that *operation* makes, switches, resets or deletes; None where it is none of those."""
    for kind in KINDS:
        if operation in {f"{verb}{kind.thing}" for verb in ("Create", "Update", "Reset", "Delete")}:
            return kind
    return None


def made_by(operation: str, answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The key in the answer to a call that gives a secret; None for any other call."""
    kind = kind_acted_on(operation)
    if kind is None or not operation.startswith(("Create", "Reset")):
        return None
    made = answer.get(kind.answer)
    return made if isinstance(made, Mapping) else {}


def key_named(call: Call) -> str | None:
    """The id of the key that *call* is about, where it is about one."""
    kind = kind_acted_on(call.operation)
    named = call.params.get(kind.parameter) if kind else None
    return str(named) if named else None


def id_of(made: Mapping[str, Any]) -> str | None:
    """The id of a key as an answer has it."""
    found = made.get("ServiceSpecificCredentialId") or made.get("AccessKeyId")
    return str(found) if found else None


def secret_in(made: Mapping[str, Any]) -> bool:
    """Whether an answer has the secret of the key it tells of."""
    names = ("ServiceCredentialSecret", "ServicePassword", "SecretAccessKey")
    return any(made.get(name) for name in names)
