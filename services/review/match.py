"""Which records are the subject's: by a byte search first, and by the decoded record then."""

from __future__ import annotations

from typing import Literal, TypeAlias

from services.review.model import Subject
from services.review.record import Identity, Record
from services.review.search import Needles

Role: TypeAlias = Literal["by", "on"]
"""Done by the subject, or by somebody else to it."""

# These have userNames of their own kinds, which may be spelled as an IAM user's.
_OTHER_KINDS = frozenset(
    {"AssumedRole", "Role", "SAMLUser", "WebIdentityUser", "IdentityCenterUser", "Root", "AWSService"}
)


class Matcher:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.needles = Needles(text for text in (subject.user, subject.key_id) if text)

    def role(self, record: Record) -> Role | None:
        identity = record.identity
        if identity and self._by(identity):
            return "by"
        subject = self.subject
        if record.source != "iam.amazonaws.com" or not record.request:
            return None
        if subject.account and record.recipient and record.recipient != subject.account:
            return None
        return "on" if record.request.get("userName") == subject.user else None

    def _by(self, identity: Identity) -> bool:
        subject = self.subject
        if subject.key_id and identity.credential_id == subject.key_id:
            return True
        if subject.account and identity.account and identity.account != subject.account:
            return False
        issuer = identity.session.issuer if identity.session else None
        if identity.type == "FederatedUser" and issuer:
            return issuer.type == "IAMUser" and issuer.user_name == subject.user
        if identity.type in _OTHER_KINDS:
            return False
        if identity.user_name is not None:
            return identity.user_name == subject.user
        _, _, path = (identity.arn or "").partition(":user/")
        return path.rsplit("/", 1)[-1] == subject.user
