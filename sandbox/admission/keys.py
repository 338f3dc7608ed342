"""What the account knows of an access key that signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends


@dataclass(frozen=True, slots=True)
class SigningKey:
    """*token* and *expires* are a session's; a user's own key has neither."""

    secret: str = field(repr=False)
    active: bool = True
    token: str | None = field(default=None, repr=False)
    expires: datetime | None = None


def find_key(access_key_id: str) -> SigningKey | None:
    """The key of that id in any of the accounts; hold world.lock."""
    for account, backends in iam_backends.items():
        found = backends["aws"].access_keys.get(access_key_id)
        if found is None:
            continue
        if found.role_arn is None:
            return SigningKey(found.secret_access_key, found.status == "Active")
        for role in sts_backends[account]["aws"].assumed_roles:
            if role.access_key_id == access_key_id:
                return SigningKey(role.secret_access_key, True, role.session_token, role.expiration)
    return None
