"""Where a new secret goes, as calls, as the journal says it, and in words."""

from __future__ import annotations

import uuid

from services.aws import secretsmanager
from services.aws.call import SECRET, Call
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.runbook.secret import Destination, ToFile, ToScreen, ToSecretsManager


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


async def deposit_of(
    aws: AwsSession, destination: Destination, user: str, description: str
) -> tuple[tuple[Call, ...], list[str]]:
    """The call that takes a secret of *user* to Secrets Manager, and what to be warned of; none elsewhere."""
    if not isinstance(destination, ToSecretsManager):
        return (), []
    name = destination.name or default_name(user)
    warnings: list[str] = []
    try:
        exists = await secretsmanager.describe(aws, name) is not None
    except AwsError as error:
        exists = False
        warnings.append(f"Whether the secret {name} exists could not be read: {error}")
    params: dict[str, object] = {"SecretId": name} if exists else {"Name": name}
    params |= {"SecretString": SECRET, "ClientRequestToken": str(uuid.uuid4())}
    if exists:
        warnings.append(f"The secret {name} exists: it gets a new version, and keeps the old one.")
        if destination.kms_key or destination.tags:
            warnings.append(f"{name} keeps its KMS key and its tags: those named are for a new secret.")
        return (Call("secretsmanager", "PutSecretValue", params),), warnings
    params["Description"] = description
    if destination.kms_key:
        params["KmsKeyId"] = destination.kms_key
    if destination.tags:
        params["Tags"] = [{"Key": key, "Value": value} for key, value in destination.tags]
    return (Call("secretsmanager", "CreateSecret", params),), warnings
