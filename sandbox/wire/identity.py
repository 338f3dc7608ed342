"""Who signed a call."""

from __future__ import annotations

from sandbox.account.account import RESPONDER, iam_backend
from sandbox.account.world import ACCOUNT, Actor
from sandbox.wire.call import Request


def signer(request: Request) -> Actor:
    """The user or role session the access key belongs to.

    A key the account does not know is taken for the responder's: the sandbox checks no signature.
    """
    key = iam_backend().access_keys.get(request.access_key_id)
    if key is not None and key.role_arn:
        role = key.role_arn.rpartition("/")[2]
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session"
        return Actor("AssumedRole", role, arn, request.access_key_id)
    user = iam_backend().users.get(key.user_name if key else RESPONDER)
    if user is None:
        return Actor("IAMUser", RESPONDER, f"arn:aws:iam::{ACCOUNT}:user/{RESPONDER}", request.access_key_id)
    return Actor("IAMUser", user.name, user.arn, request.access_key_id)
