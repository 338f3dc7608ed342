"""How much whoever has an access key may do."""

from __future__ import annotations

from services.aws import iam
from services.aws.errors import AwsError
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.base.keyservices import ACCESS_KEY
from services.rights.administrator import Administrator, administrator


async def triage(aws: AwsSession, key: Credential) -> Administrator | None:
    """Whether whoever has an access key is an administrator; None of other keys."""
    if key.service != ACCESS_KEY:
        return None
    try:
        arn = (await iam.get_user(aws, key.user)).arn
    except AwsError as error:
        return Administrator(None, f"unknown whether it is an administrator: {error}")
    return await administrator(aws, arn)
