"""Which records are the subject's: by a byte search first, and by the decoded record then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

from services.base.arn import account_in
from services.review.follow import OPENING, Followed
from services.review.model import Subject
from services.review.record import Identity, Issuer, Record, credential_of
from services.review.search import Needles
from services.review.timestamp import parse_timestamp

NOBODY = Followed()

Role: TypeAlias = Literal["by", "on"]
"""Done by the subject, or by somebody else to it."""

# These have userNames of their own kinds, which may be spelled as an IAM user's.
_OTHER_KINDS = frozenset(
    {"AssumedRole", "Role", "SAMLUser", "WebIdentityUser", "IdentityCenterUser", "Root", "AWSService"}
)


class Matcher:
    """Looks for *texts*, which are all of the subject's and of whom is *followed* if not said."""

    def __init__(
        self, subject: Subject, followed: Followed = NOBODY, texts: Iterable[str] | None = None
    ) -> None:
        self.subject = subject
        self.followed = followed
        own = (text for text in (subject.user, subject.key_id) if text)
        self.texts = tuple(texts) if texts is not None else (*own, *followed.texts)
        self.needles = Needles(self.texts)

    def role(self, record: Record) -> Role | None:
        identity = record.identity
        if identity and (self._by(identity, record) or self.followed.session_of(record)):
            return "by"
        if record.shared in self.followed.shared and record.name in OPENING:
            # The same call, as the other account saw it.
            return "by"
        subject = self.subject
        if record.source != "iam.amazonaws.com" or not record.request:
            return None
        account = record.recipient or _account(identity)
        if subject.account and account and account != subject.account:
            return None
        about = record.request.get("userName"), record.request.get("newUserName")
        return "on" if any(each and self._is_named(each, record) for each in about) else None

    def _by(self, identity: Identity, record: Record) -> bool:
        subject = self.subject
        signed = credential_of(record), identity.access_key_id
        if subject.key_id and subject.key_id in signed:
            return True
        if self.followed.keys and not self.followed.keys.isdisjoint(filter(None, signed)):
            return True
        if not subject.user:
            return False
        account = _account(identity) or record.recipient
        if subject.account and account and account != subject.account:
            return False
        issuer = identity.session.issuer if identity.session else None
        if identity.type == "FederatedUser" and issuer:
            return issuer.type in ("IAMUser", None) and self._is_named(_user(issuer), record)
        if identity.type in _OTHER_KINDS:
            return False
        return self._is_named(_user(identity), record)

    def _is_named(self, name: object, record: Record) -> bool:
        """Whether the user was called *name* when the call was made."""
        if not self.followed.names:
            return name == self.subject.user
        account = record.recipient or _account(record.identity)
        return self.followed.is_named(name, self.subject.user, _when(record), account)


def _user(who: Identity | Issuer) -> str:
    """The name of an IAM user, also where only its ARN says it."""
    _, _, path = (who.arn or "").partition(":user/")
    return who.user_name or path.rsplit("/", 1)[-1]


def _account(identity: Identity | None) -> str | None:
    """Whose account the caller is of, also where only its ARN says so."""
    if identity is None:
        return None
    return identity.account or account_in(identity.arn or "") or None


def _when(record: Record) -> datetime | None:
    return parse_timestamp(record.time) or parse_timestamp(record.logged)
