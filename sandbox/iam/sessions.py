"""The temporary credentials that STS has handed out, and when they end."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from moto.iam.models import IAMBackend, iam_backends

SessionKind: TypeAlias = Literal["AssumedRole", "IAMUser", "FederatedUser"]
"""By CloudTrail's names; a session that a user asked for itself is the user's."""

_SESSIONS: dict[str, Session] = {}
"""By access key id; moto's accounts are the process's too."""


@dataclass(frozen=True, slots=True)
class Session:
    """*holder* is the role's or the user's name, *holder_id* its id if it existed at the time."""

    kind: SessionKind
    account: str
    arn: str
    user_id: str
    holder: str
    holder_id: str | None
    access_key_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    issued: datetime
    expires: datetime
    role_arn: str | None = None
    policy: str | None = None
    """What the session is limited to beside its holder's policies."""

    @property
    def principal_arn(self) -> str:
        """What policies call who signs: the role itself, not the session of it."""
        return self.role_arn or self.arn

    @property
    def alive(self) -> bool:
        """Whether the user still exists; an inactive or deleted access key ends no session.

        What a deleted role leaves to its sessions isn't known: here they have the rights of nobody.
        """
        if self.kind == "AssumedRole":
            return True
        iam: IAMBackend = iam_backends[self.account]["aws"]
        user = iam.users.get(self.holder)
        return user is not None and user.id == self.holder_id


def open_session(
    kind: SessionKind,
    *,
    account: str,
    arn: str,
    user_id: str,
    holder: str,
    holder_id: str | None,
    issued: datetime,
    lasts: timedelta,
    role_arn: str | None = None,
    policy: str | None = None,
) -> Session:
    """Hand out credentials; hold world.lock."""
    key = iam_backends[account]["aws"].create_temp_access_key()
    key.role_arn = role_arn
    key.user_name = holder if kind == "IAMUser" else None
    issued = issued.replace(microsecond=0)
    made = Session(
        kind,
        account,
        arn,
        user_id,
        holder,
        holder_id,
        key.access_key_id,
        key.secret_access_key,
        "IQoJ" + base64.b64encode(secrets.token_bytes(180)).decode(),
        issued,
        issued + lasts,
        role_arn,
        policy,
    )
    _SESSIONS[made.access_key_id] = made
    return made


def session_of(access_key_id: str | None) -> Session | None:
    return _SESSIONS.get(access_key_id or "")


def forget_sessions() -> None:
    _SESSIONS.clear()
