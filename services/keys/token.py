"""Reads what a leaked API key says about itself, offline; its secret part is dropped on the way."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.base.keyservices import KeyService
from services.base.text import clean
from services.keys.kinds import KeyKind

LONGEST = 4096
"""Characters; the longest alias and secret known stay well under this."""

SECRET_LENGTH = 60
"""Characters after the colon, in every token seen so far."""

SERVICE_OF_PREFIX: Mapping[str, str] = {
    "APIAACWM": KeyService.CLOUDWATCH,
    "ACWL": KeyService.LOGS,
    "ABSK": KeyService.BEDROCK,
    "AEAA": KeyService.CLAUDE,
}
_ALIAS = re.compile(r"(?P<user>[\w+=,.@-]{1,64})-at-(?P<account>\d{12})", re.ASCII)
_PREFIX_LIKE = re.compile(r"[A-Z]{4,8}")


class TokenError(ValueError):
    """The text is no API key that can be read; the message says why, and never quotes the text."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token names: *service* is None for a prefix that is not known; never the secret itself.

    *user* is the name the alias was made from: a renamed user's keys keep the old one. An alias that ends in
    a number may as well be the first key of *or_user*, who is called so.
    """

    prefix: str
    service: str | None
    alias: str
    user: str | None
    account: str | None
    looks_cut: bool = False
    or_user: str | None = None

    @property
    def kind(self) -> KeyKind:
        return KeyKind.API_KEY

    @property
    def name(self) -> str:
        return self.alias


def decode(text: str) -> Token:
    """The token in *text*, surrounded by white space or not; raises TokenError."""
    # Measured before anything else touches it: a paste of megabytes must cost nothing.
    if len(text) > LONGEST * 4:
        raise TokenError("This is far too long for an API key. Paste only the key.")
    text = text.strip().removeprefix("Bearer ").strip().strip("\"'")
    if not text:
        raise TokenError("Nothing was entered. Paste the leaked key.")
    if len(text) > LONGEST:
        raise TokenError("This is far too long for an API key. Paste only the key.")
    if len(text.split()) > 1:
        raise TokenError("There is a space or a line break inside. Paste only the key, as one line.")
    if text.startswith(("AKIA", "ASIA")) and len(text) == 20:
        raise TokenError("This is an access key id, not an API key: use `stanch respond` with it.")
    if text.startswith("ACCA") and len(text) < 40:
        raise TokenError("This is a key's id, not its token: use `stanch respond` with it.")
    for prefix in SERVICE_OF_PREFIX:
        if text.startswith(prefix):
            return _read(prefix, text.removeprefix(prefix))
    if (unknown := _PREFIX_LIKE.match(text)) is None:
        raise TokenError(
            "This does not look like any AWS key. A key or its ID begins with ACWL, ABSK, APIAACWM, AEAA, "
            "bedrock-api-key-, ACCA, AKIA or ASIA: paste it whole."
        )
    # A service that is not known yet: its prefix may be of any length, so let the alias say where it ends.
    for length in range(4, len(unknown[0]) + 1):
        try:
            return _read(text[:length], text[length:])
        except TokenError:
            continue
    raise TokenError("This does not look like any known API key, and no user can be read from it.")


def _read(prefix: str, encoded: str) -> Token:
    encoded = encoded.rstrip("=")
    try:
        # A token that was cut still names its user: read as many whole groups as there are.
        whole_groups = encoded if len(encoded) % 4 != 1 else encoded[:-1]
        plain = base64.b64decode(whole_groups + "=" * (-len(whole_groups) % 4), validate=True).decode("ascii")
    except ValueError:
        raise TokenError(
            "It looks like an API key but cannot be decoded: it is truncated or altered. Paste the whole key."
        ) from None
    alias, colon, secret = plain.partition(":")
    token = token_of_alias(prefix, alias, looks_cut=len(secret) < SECRET_LENGTH) if colon else None
    if token is None:
        raise TokenError("It looks like an API key but names no user: it is truncated or altered.")
    return token


def token_of_alias(prefix: str, alias: str, *, looks_cut: bool) -> Token | None:
    """The token of that alias; None where it is none."""
    found = _ALIAS.fullmatch(alias)
    if found is None:
        return None
    user, or_user = users_of(found["user"])
    return Token(
        prefix, SERVICE_OF_PREFIX.get(prefix), clean(alias), user, found["account"], looks_cut, or_user
    )


def users_of(name: str) -> tuple[str, str | None]:
    """Whose a key of the alias ``NAME-at-ACCOUNT`` is: the likely user, and the other that it may be."""
    user = re.sub(r"(?<=.)\+\d+$", "", name)
    return clean(user), clean(name) if user != name else None
