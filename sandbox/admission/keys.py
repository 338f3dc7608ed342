"""What the account knows of an access key that signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from moto.iam.models import iam_backends

from sandbox.iam.sessions import session_of


@dataclass(frozen=True, slots=True)
class SigningKey:
    """*token* and *expires* are a session's; a user's own key has neither."""

    secret: str = field(repr=False)
    active: bool = True
    token: str | None = field(default=None, repr=False)
    expires: datetime | None = None
    may_use_iam: bool = True
    """AWS refuses IAM to sessions of users that were opened without a second factor."""


def find_key(access_key_id: str) -> SigningKey | None:
    """The key of that id in any of the accounts; hold world.lock."""
    if session := session_of(access_key_id):
        of_role = session.kind == "AssumedRole"
        return SigningKey(session.secret, session.alive, session.token, session.expires, of_role)
    for account in iam_backends.values():
        found = account["aws"].access_keys.get(access_key_id)
        # Temporary ones are sessions', or moto's own, which nobody checks.
        if found is not None and found.role_arn is None:
            return SigningKey(found.secret_access_key, found.status == "Active")
    return None
