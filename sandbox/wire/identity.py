"""Who signed a call."""

from __future__ import annotations

from moto.iam.models import iam_backends

from sandbox.account.world import Actor
from sandbox.iam.sessions import session_of
from sandbox.wire.call import Request

NOBODY = Actor("AWSAccount", None, "anonymous", None)


def signer(request: Request) -> Actor:
    """The user or session the access key belongs to; that the key signed was seen before."""
    return signer_of(request.access_key_id)


def signer_of(access_key_id: str | None) -> Actor:
    if session := session_of(access_key_id):
        return Actor(session.kind, session.holder, session.arn, access_key_id, session.issued)
    for account in iam_backends.values():
        key = account["aws"].access_keys.get(access_key_id)
        user = account["aws"].users.get(key.user_name) if key else None
        if user is not None:
            return Actor("IAMUser", user.name, user.arn, access_key_id)
    return NOBODY
