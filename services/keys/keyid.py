"""What the id of an access key says of itself, offline: its kind, and most often its account."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.keys.kinds import KeyKind

KINDS: Mapping[str, KeyKind] = {
    "AKIA": KeyKind.ACCESS_KEY,
    "ASIA": KeyKind.TEMPORARY,
    "ABIA": KeyKind.BEARER,
    "ACCA": KeyKind.CREDENTIAL_ID,
}
OTHER_IDS: Mapping[str, str] = {
    "AIDA": "a user",
    "AROA": "a role",
    "AGPA": "a group",
    "AIPA": "an instance profile",
    "ANPA": "a managed policy",
    "APKA": "a public key",
    "ASCA": "a server certificate",
}
"""Ids of the same make that name no credential."""

_ID = re.compile(r"(?:AKIA|ASIA|ABIA)[A-Z0-9]{16}|ACCA[A-Z0-9]{16,17}")
_TELLING = re.compile(r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}")
_OLD = "IJ"
"""Fifth letters of ids from before about 2019, which tell no account."""
_ACCOUNT_BITS = 0x7FFFFFFFFF80


@dataclass(frozen=True, slots=True)
class KeyId:
    """The *id* of an access key, a session or a credential; *has_secret*: its secret stood beside it."""

    id: str
    has_secret: bool = False

    @property
    def kind(self) -> KeyKind:
        return KINDS[self.id[:4]]

    @property
    def name(self) -> str:
        return self.id

    @property
    def prefix(self) -> str:
        return self.id[:4]

    @property
    def account(self) -> str | None:
        return account_in(self.id)

    @property
    def user(self) -> None:
        return None

    @property
    def service(self) -> None:
        return None

    @property
    def looks_cut(self) -> bool:
        return False

    @property
    def is_example(self) -> bool:
        """Whether it is of those that AWS's documentation has for examples."""
        return "EXAMPLE" in self.id


def is_key_id(text: str) -> bool:
    """Whether *text* has the form of such an id, nothing else around it."""
    return _ID.fullmatch(text) is not None


def account_in(key_id: str) -> str | None:
    """The account that an id tells, None where it tells none: AWS's answer is what counts."""
    if not _TELLING.match(key_id) or key_id[4] in _OLD or "EXAMPLE" in key_id:
        return None
    number = int.from_bytes(base64.b32decode(key_id[4:20])[:6], "big")
    account = f"{(number & _ACCOUNT_BITS) >> 7:012}"
    return account if len(account) == 12 else None
