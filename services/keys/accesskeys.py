"""Access keys by their id: whose they are, and in which account."""

from __future__ import annotations

import re

from services.aws import iam
from services.aws.errors import Denied, NotFound
from services.aws.iam import Credential, LastUse
from services.aws.session import AwsSession
from services.base.keyservices import ACCESS_KEY, ROLE, TEMPORARY
from services.keys.userkeys import ACCESS_KEYS

_ID = re.compile(r"A[KS]IA[A-Z0-9]{12,124}")
ROLE_ID = "role/"
"""With what the id begins that stands for a role, in place of a key's."""


def is_access_key(key_id: str) -> bool:
    """Whether *key_id* can be that of an access key that a user keeps."""
    return key_id.startswith("AKIA") and _ID.fullmatch(key_id) is not None


def service_told_by(key_id: str) -> str | None:
    """What a Credential has in place of a service, where the id alone tells that."""
    if key_id.startswith(ROLE_ID):
        return ROLE
    if _ID.fullmatch(key_id) is None:
        return None
    return TEMPORARY if key_id.startswith("ASIA") else ACCESS_KEY


def owner_of(key: Credential) -> str:
    """The user, or the role whose session it is, as a sentence names them."""
    if key.user:
        return key.user
    return f"role {(key.alias or key.id).rpartition('/')[2]}"


async def last_use(aws: AwsSession, key_id: str) -> LastUse | None:
    """Whose it is and its last use; None where this account has no such key; raises an AwsError."""
    try:
        return await iam.get_last_use(aws, key_id)
    except NotFound:
        return None
    except Denied as denied:
        # AWS answers so for keys of other accounts, and for those that were deleted. A refusal that is of a
        # policy, or not about the key, says nothing of it.
        if denied.reason is None and denied.resource.startswith("access key "):
            return None
        raise


async def find(aws: AwsSession, key_id: str, user: str | None = None) -> Credential | None:
    """The key of that id, of *user* or of whom IAM says it is; raises an AwsError."""
    if user is None:
        used = await last_use(aws, key_id)
        user = used.user if used else None
    if not user:
        return None
    return next((key for key in await ACCESS_KEYS.list(aws, user) if key.id == key_id), None)
