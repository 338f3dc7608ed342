"""The name an account goes by among people."""

from __future__ import annotations

from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.base.text import clean


async def get_alias(aws: AwsSession) -> str | None:
    """The account's alias, or None where it has none or may not be asked: it is a comfort only."""
    try:
        body = await aws.read("iam", "ListAccountAliases")
    except AwsError:
        return None
    return next((clean(alias) for alias in body["AccountAliases"]), None)
