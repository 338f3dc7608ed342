"""Where a new secret goes, as calls, as the journal says it, and in words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from services.aws import secretsmanager
from services.aws.call import SECRET, Call
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.cases.secret import Destination, ToFile, ToScreen, ToSecretsManager, problem


def default_name(user: str) -> str:
    return f"stanch/{user}"


def delivered_to(destination: Destination, user: str) -> str:
    """``kind:name``, as the journal says it."""
    match destination:
        case ToSecretsManager(name=name):
            return f"secretsmanager:{name or default_name(user)}"
        case ToFile(path):
            return f"file:{path}"
        case ToScreen():
            return "screen"


def words_of(delivered: str) -> str:
    """The same for a person."""
    kind, _, name = delivered.partition(":")
    return {"secretsmanager": f"Secrets Manager as {name}", "file": f"the file {name}"}.get(kind, kind)


@dataclass(frozen=True, slots=True)
class Deposit:
    """The *calls* that take a secret there, none but for Secrets Manager; *blocked* says why it cannot go."""

    calls: tuple[Call, ...] = ()
    warnings: tuple[str, ...] = ()
    blocked: str | None = None


async def deposit_of(aws: AwsSession, destination: Destination, user: str, description: str) -> Deposit:
    """How a secret of *user* goes to *destination*; what may not be read is warned of."""
    if trouble := problem(destination):
        return Deposit(blocked=f"The secret has nowhere to go: {trouble}.")
    if not isinstance(destination, ToSecretsManager):
        return Deposit()
    name = destination.name or default_name(user)
    warnings: list[str] = []
    try:
        found = await secretsmanager.describe(aws, name)
    except AwsError as error:
        found = None
        warnings.append(f"Whether the secret {name} exists could not be read: {error}")
    if found and found.deleted:
        restore = aws.where.aws(Call("secretsmanager", "RestoreSecret", {"SecretId": name}))
        return Deposit(
            blocked=f"The secret {name} is scheduled for deletion and accepts no value: "
            f"restore it (`{restore}`), or choose another (--secret-to)."
        )
    params: dict[str, object] = {"SecretId": name} if found else {"Name": name}
    params |= {"SecretString": SECRET, "ClientRequestToken": str(uuid.uuid4())}
    if found:
        warnings.append(f"The secret {name} already exists: it gets a new version and keeps the old one.")
        if destination.kms_key or destination.tags:
            warnings.append(f"{name} keeps its KMS key and its tags: the ones given are for a new secret.")
        return Deposit((Call("secretsmanager", "PutSecretValue", params),), tuple(warnings))
    params["Description"] = description
    if destination.kms_key:
        params["KmsKeyId"] = destination.kms_key
    if destination.tags:
        params["Tags"] = [{"Key": key, "Value": value} for key, value in destination.tags]
    return Deposit((Call("secretsmanager", "CreateSecret", params),), tuple(warnings))
