"""What is worth worry about a key, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.aws.iam import Credential
from services.base.keyservices import ACCESS_KEY

OLD = timedelta(days=90)
SOON = timedelta(days=7)
PRACTICALLY_NEVER = timedelta(days=3653)
"""An expiry about ten years away counts as none."""


@dataclass(frozen=True, slots=True)
class Risk:
    """*name* is what scripts and filters match; *level* is high, medium or info."""

    name: str
    level: str
    words: str


NEVER_EXPIRES = Risk("never-expires", "high", "never expires")
OLD_KEY = Risk("old", "medium", "older than 90 days")
EXPIRES_SOON = Risk("expires-soon", "medium", "expires within 7 days")
EXPIRED_PRESENT = Risk(
    "expired-present", "info", "expired, but still there: it counts toward the quota of two"
)
TWO_ACTIVE = Risk("two-active", "medium", "its user has two active keys for this service")
HAS_ACCESS_KEYS = Risk("user-has-access-keys", "medium", "its user also has access keys")
HAS_LOGIN = Risk("user-has-login", "medium", "its user can also sign in to the console")
HOLD = Risk("hold", "info", "a deny policy on its user: no key of this service works")
QUARANTINE = Risk("quarantine", "high", "AWS quarantined its user: its policies say what that stops")


def risks_of(
    credential: Credential, active_of_user: Mapping[tuple[str, str], int], now: datetime
) -> tuple[Risk, ...]:
    """What the listing alone tells; the worst first. Inactive and expired keys worry less."""
    found: list[Risk] = []
    usable = credential.status == "Active"
    expired = credential.status == "Expired" or bool(credential.expires and credential.expires <= now)
    if expired:
        found.append(EXPIRED_PRESENT)
    elif credential.service == ACCESS_KEY:
        # It cannot be made to expire: only its age tells.
        pass
    elif usable and (credential.expires is None or credential.expires - now > PRACTICALLY_NEVER):
        found.append(NEVER_EXPIRES)
    elif usable and credential.expires and credential.expires - now <= SOON:
        found.append(EXPIRES_SOON)
    if usable and not expired and now - credential.created > OLD:
        found.append(OLD_KEY)
    if usable and active_of_user[credential.user, credential.service] > 1:
        found.append(TWO_ACTIVE)
    return tuple(found)


def count_active(credentials: Iterable[Credential]) -> Counter[tuple[str, str]]:
    return Counter((found.user, found.service) for found in credentials if found.status == "Active")
