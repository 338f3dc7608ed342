"""What a new secret is called in Secrets Manager where nobody named it: one name a key, and no guessable one.

Whoever can guess the name can make a secret of it beforehand, for the new one to be put into.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from itertools import count
from pathlib import Path

from services.aws.iam import Credential
from services.base.folders import make_private

_SALT_BYTES = 32
_ALIAS = re.compile(r"(?P<user>.+?)(?:\+(?P<number>\d+))?-at-\d{12}")


class SecretNames:
    """*state_dir* keeps what makes the names unguessable, so that a plan shown is the plan that is done.

    Without a folder that can be written to they are this process's own.
    """

    def __init__(self, state_dir: Path | None = None) -> None:
        self._state_dir = state_dir
        self._salt: bytes | None = None

    def of_key(self, user: str, service: str, ordinal: int, *identity: str) -> str:
        """``stanch/USER/SERVICE/ORDINAL-XXXXXXXX``; *identity* is what else tells this key from others."""
        text = "\0".join((user, service, str(ordinal), *identity)).encode()
        unguessable = hmac.new(self._get_salt(), text, hashlib.sha256).hexdigest()[:8]
        return f"{prefix(user, service)}{ordinal}-{unguessable}"

    def _get_salt(self) -> bytes:
        if self._salt is None:
            self._salt = self._read_or_make()
        return self._salt

    def _read_or_make(self) -> bytes:
        made = secrets.token_bytes(_SALT_BYTES)
        if self._state_dir is None:
            return made
        path = self._state_dir / "names.key"
        try:
            return _read(path) or _make(self._state_dir, path, made)
        except OSError:
            return made


def prefix(user: str, service: str) -> str:
    """With what every such name of that user's keys begins."""
    return f"stanch/{user}/{service.removesuffix('.amazonaws.com')}/"


def ordinal_of(key: Credential) -> int:
    """1 for a user's first key of a service, 2 for the second, as their aliases count them."""
    found = _ALIAS.fullmatch(key.alias or "")
    return int(found["number"] or 0) + 1 if found else 1


def next_alias(user: str, account: str, taken: set[str]) -> tuple[str, int]:
    """The alias that a new key gets, and its ordinal, as far as the user's own aliases tell."""
    for number in count():
        alias = f"{user}+{number}-at-{account}" if number else f"{user}-at-{account}"
        if alias not in taken:
            return alias, number + 1
    raise AssertionError


def _read(path: Path) -> bytes | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(fd, "rb") as file:
        found = file.read(_SALT_BYTES)
    return found if len(found) == _SALT_BYTES else None


def _make(folder: Path, path: Path, made: bytes) -> bytes:
    make_private(folder)
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(made)
    try:
        # Of two processes at once the first one's stays.
        path.hardlink_to(beside)
    except FileExistsError:
        return _read(path) or made
    finally:
        beside.unlink()
    return made
