"""What a credential says of itself, offline: as JSON for scripts, and as sentences for people."""

from __future__ import annotations

from datetime import datetime

from services.base import clock
from services.keys.keyid import KeyId
from services.keys.kinds import KeyKind
from services.keys.recognise import AnyKey
from services.keys.shortterm import ShortTermKey
from services.keys.token import Token
from services.keys.username import UserName


def key_json(key: AnyKey) -> dict[str, object]:
    """The fields that every door gives of a credential, whatever its kind."""
    expires = key.expires if isinstance(key, ShortTermKey) else None
    return {
        "kind": key.kind.value,
        "service": key.service,
        "prefix": key.prefix,
        "alias": alias_of(key),
        "user": key.user,
        "or_user": or_user_of(key),
        "account": key.account,
        "access_key_id": access_key_id_of(key),
        "has_secret": key.has_secret if isinstance(key, KeyId) else not isinstance(key, UserName),
        "expires": clock.rfc3339(expires) if expires else None,
        "looks_cut": key.looks_cut,
    }


def alias_of(key: AnyKey) -> str | None:
    return key.alias if isinstance(key, Token | UserName) else None


def or_user_of(key: AnyKey) -> str | None:
    return key.or_user if isinstance(key, Token | UserName) else None


def access_key_id_of(key: AnyKey) -> str | None:
    """The access key that it is, or that signed it."""
    match key:
        case ShortTermKey():
            return key.access_key_id
        case KeyId(kind=KeyKind.ACCESS_KEY | KeyKind.TEMPORARY | KeyKind.BEARER):
            return key.id
    return None


def title_of(key: AnyKey) -> str:
    """What it is, in few words: ``logs.amazonaws.com API key of user web``."""
    service = f"{key.service} " if key.service else ""
    user = f" of user {key.user}" if key.user else ""
    return f"{service}{key.kind.label}{user}"


def offline_facts(key: AnyKey, now: datetime) -> list[str]:
    """What can be told of it without asking anybody, and what cannot; one sentence each."""
    said: list[str] = []
    if or_user := or_user_of(key):
        said.append(f"The alias can also be that of a user who is called {or_user}.")
    if key.looks_cut:
        said.append("It looks truncated: it names its key, but would not work as it is.")
    match key:
        case KeyId():
            said += _of_id(key)
        case ShortTermKey():
            said += _of_short_term(key, now)
        case UserName():
            said.append(
                "It is the user name for a password of CodeCommit or Keyspaces, or the alias of an "
                "API key: both are found by it."
            )
        case Token(service=None):
            said.append("Its prefix is not one that is known, so its service isn't either.")
    return said


def _of_id(key: KeyId) -> list[str]:
    said = []
    if key.is_example:
        return ["It is one of the examples in AWS's documentation, and no real key."]
    if key.account is None:
        said.append("This id doesn't tell its account; AWS can (sts:GetAccessKeyInfo).")
    match key.kind:
        case KeyKind.TEMPORARY:
            said.append(
                "It belongs to a session, which ends by itself after at most 36 hours; the id tells neither "
                "when nor whose. CloudTrail has it under this access key id."
            )
        case KeyKind.BEARER:
            said.append("AWS made it for a service that calls with a bearer token of a session.")
        case KeyKind.CREDENTIAL_ID:
            said.append("It is the id of an API key or a password, not the secret itself.")
    return said


def _of_short_term(key: ShortTermKey, now: datetime) -> list[str]:
    said = []
    if key.expires and key.expires <= now:
        said.append(f"It expired at {clock.stamp(key.expires)}.")
    elif key.expires:
        said.append(f"It expires at {clock.stamp(key.expires)}, or with its session if that ends earlier.")
    else:
        said.append("When it expires cannot be read from it.")
    if key.access_key_id.startswith("ASIA"):
        said.append(
            f"It was made from the session {key.access_key_id}. Deactivating long-term keys does not stop "
            "it: end the session, or deny bearer calls to its user or role."
        )
    else:
        said.append(
            f"It was signed with the access key {key.access_key_id}, not with a session: respond to that "
            "key too, and deny bearer calls to its user."
        )
    return said
