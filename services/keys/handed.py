"""What a responder hands in, as text: a token over several lines, a header, JSON, an id, a whole mail."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypeGuard

from services.keys.keyid import OTHER_IDS, KeyId
from services.keys.recognise import AnyKey, Sighting, sightings
from services.keys.shortterm import ShortTermKey
from services.keys.token import Token, TokenError, decode

MOST = 1 << 20
"""Characters."""

_LINE_BREAKS = re.compile(rb"[\r\n]+")
_BEFORE, _AFTER = " \t>|│┃║".encode(), " \t|│┃║".encode()
"""What stands beside a token's lines where it was copied out of a mail, or out of a frame on a terminal."""
_SECRET = re.compile(r"[A-Za-z0-9+/]{40}")


def handed_in(text: str) -> tuple[AnyKey, ...]:
    """Every credential in *text*, each once, in order; raises TokenError where there is none."""
    if len(text) > MOST:
        raise TokenError(
            "This is too long (more than 1 MB). Paste only the part with the key, or use `stanch scan`."
        )
    data = text.encode("utf-8", "replace")
    # A line may be broken anywhere, in the middle of a prefix too.
    lines = (line.lstrip(_BEFORE).rstrip(_AFTER) for line in _LINE_BREAKS.split(data))
    unbroken = b"".join(line.removesuffix(b"=") for line in lines)
    found = _each_once([*sightings(data, ids=True), *_whole(sightings(unbroken, ids=True))])
    return found or (_the_only_one(text),)


def the_token(text: str) -> Token:
    """The one API key in *text*; raises TokenError where there is another number of them."""
    keys = handed_in(text)
    tokens = [key for key in keys if isinstance(key, Token)]
    if len(tokens) > 1:
        raise TokenError(f"There are {len(tokens)} API keys in this text: hand in one of them.")
    if not tokens:
        raise TokenError(f"This is no API key's token, but {_a(keys[0].kind.label)}: see `stanch identify`.")
    return tokens[0]


def _a(title: str) -> str:
    return title if title.endswith("s") else f"a{'n' * (title[0] in 'aeiouAEIOU')} {title}"


def _whole(found: list[Sighting]) -> list[Sighting]:
    return [each for each in found if not each.key.looks_cut]


def _each_once(found: list[Sighting]) -> tuple[AnyKey, ...]:
    keys: dict[tuple[object, str], AnyKey] = {}
    for key in (each.key for each in found):
        known = keys.setdefault((key.kind, key.name), key)
        if isinstance(known, KeyId) and isinstance(key, KeyId) and key.has_secret:
            keys[key.kind, key.name] = replace(known, has_secret=True)
        elif known.looks_cut and not key.looks_cut:
            keys[key.kind, key.name] = key
    told = {
        key.alias if isinstance(key, Token) else key.access_key_id for key in keys.values() if _tells(key)
    }
    return tuple(key for key in keys.values() if _tells(key) or key.name not in told or _has_secret(key))


def _tells(key: AnyKey) -> TypeGuard[Token | ShortTermKey]:
    """Whether it holds another name in itself, which is no other credential."""
    return isinstance(key, Token | ShortTermKey)


def _has_secret(key: AnyKey) -> bool:
    return isinstance(key, KeyId) and key.has_secret


def _the_only_one(text: str) -> Token:
    """A token of a service that is not known yet, or why there is nothing."""
    words = text.split()
    joined = "".join(words)
    if joined[:4] in OTHER_IDS and re.fullmatch(r"[A-Z0-9]{20,21}", joined):
        raise TokenError(f"This is the id of {OTHER_IDS[joined[:4]]}, not of a credential.")
    if _SECRET.fullmatch(joined):
        raise TokenError(
            "This looks like a secret access key, which doesn't say whose it is: hand in the access key id "
            "it belongs to (AKIA… or ASIA…)."
        )
    try:
        return decode(joined if len(words) > 1 else text)
    except TokenError as error:
        if len(words) > 1:
            raise TokenError(
                "No credential was recognised in this text: no API key, access key id or short-term key."
            ) from None
        raise error from None
