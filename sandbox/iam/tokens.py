"""Bearer tokens of API keys: whose one says that it is, and whether that is so."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

from moto.iam.models import iam_backends

from sandbox.account.account import iam_backend
from sandbox.account.world import ACCOUNT
from sandbox.iam.credentials import PREFIXES, Credential, account_of_alias
from sandbox.iam.grants import Past, Present
from sandbox.iam.policy import Access, Decision, Grants, evaluate
from sandbox.wire.call import Request

_ALIAS = re.compile(r"(.+?)(?:\+\d+)?-at-(\d{12})")


class Refused(Exception):
    """Why a call was not accepted."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Token:
    """*credential* is None unless the token is genuine and its key active."""

    account: str = ACCOUNT
    user: str | None = None
    credential_id: str | None = None
    credential: Credential | None = None

    def proved(self) -> Credential:
        """The key; raises Refused where the token proves none."""
        if self.credential is None:
            raise Refused(401, "UnauthorizedException", "The bearer token is invalid or has expired.")
        return self.credential


def permit(grants: Grants, access: Access, user: str, account: str) -> None:
    """Raise Refused, in AWS's words, unless *grants* allow the access."""
    decision = evaluate(grants, access)
    if decision is Decision.ALLOWED:
        return
    because = (
        "with an explicit deny in an identity-based policy"
        if decision is Decision.EXPLICITLY_DENIED
        else f"because no identity-based policy allows the {access.action} action"
    )
    raise Refused(
        403,
        "AccessDeniedException",
        f"User: arn:aws:iam::{account}:user/{user} is not authorized to perform: "
        f"{access.action} on resource: {access.resource} {because}",
    )


def read_token(request: Request, service: str, iam: Present | Past, now: datetime) -> Token:
    """The token of the Authorization header, for the API of *service*."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    of, alias = _named(token.strip())
    if scheme.lower() != "bearer" or of is None or alias is None:
        return Token()
    found = iam.credential(of, alias)
    if found is None:
        owner = _ALIAS.fullmatch(alias)
        return Token(owner[2], owner[1]) if owner and _is_user(owner[1], owner[2]) else Token()
    genuine = of == service and hmac.compare_digest(found.token.encode(), token.strip().encode())
    active = found if genuine and found.status(now) == "Active" else None
    return Token(account_of_alias(alias), found.user, found.id, active)


def _is_user(name: str, account: str) -> bool:
    return account in iam_backends and name in iam_backend(account).users


def _named(token: str) -> tuple[str | None, str | None]:
    """The service and the alias a token speaks of, whether or not it is genuine."""
    for service, prefix in PREFIXES.items():
        if prefix and token.startswith(prefix):
            try:
                decoded = base64.b64decode(token.removeprefix(prefix), validate=True).decode()
            except ValueError:
                return service, None
            return service, decoded.rpartition(":")[0] or None
    return None, None
