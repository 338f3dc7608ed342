"""Who signed a call."""

from __future__ import annotations

from moto.iam.models import iam_backends

from sandbox.account.world import Actor
from sandbox.iam.sessions import Session, session_of
from sandbox.wire.call import Request

NOBODY = Actor("AWSAccount", None, "anonymous", None)


def signer(request: Request) -> Actor:
    """The user or session the access key belongs to; that the key signed was seen before."""
    return signer_of(request.access_key_id)


def signer_of(access_key_id: str | None) -> Actor:
    if session := session_of(access_key_id):
        return actor_of(session)
    for account in iam_backends.values():
        key = account["aws"].access_keys.get(access_key_id)
        user = account["aws"].users.get(key.user_name) if key else None
        if user is not None:
            return Actor("IAMUser", user.name, user.arn, access_key_id)
    return NOBODY


def actor_of(session: Session) -> Actor:
    return Actor(
        session.kind,
        session.holder,
        session.arn,
        session.access_key_id,
        session.issued,
        session.user_id,
        _issuer(session),
    )


def _issuer(session: Session) -> dict[str, str] | None:
    """A session that a user asked for itself has none."""
    if session.kind == "IAMUser":
        return None
    role = session.role_arn
    return {
        "type": "Role" if role else "IAMUser",
        "principalId": session.holder_id or "",
        "arn": role or f"arn:aws:iam::{session.account}:user/{session.holder}",
        "accountId": session.account,
        "userName": session.holder,
    }
