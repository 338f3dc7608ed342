"""What a new secret is called in Secrets Manager where nobody named it: one name a key, and no guessable one.

Whoever can guess the name can make a secret of it beforehand, for the new one to be put into.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

from services.aws.iam import Credential
from services.base import files
from services.base.folders import make_private

_SALT_BYTES = 32
_ALIAS = re.compile(r"(?P<user>.+?)(?:\+(?P<number>\d+))?-at-\d{12}")


class SecretNames:
    """*state_dir* keeps what makes the names unguessable, once a case is there.

    So a plan shown is the plan that is done; without such a folder they are this process's own.
    """

    def __init__(self, state_dir: Path | None = None) -> None:
        self._state_dir = state_dir
        self._salt: bytes | None = None

    def keep(self) -> None:
        """Let the names of later processes be the same; looking at a plan writes nothing."""
        if self._state_dir is not None:
            with suppress(OSError):
                _make(self._state_dir, self._path, self._get_salt())

    def of_key(self, user: str, service: str, ordinal: int, *identity: str) -> str:
        """``stanch/USER/SERVICE/ORDINAL-XXXXXXXX``; *identity* is what else tells this key from others."""
        text = "\0".join((user, service, str(ordinal), *identity)).encode()
        unguessable = hmac.new(self._get_salt(), text, hashlib.sha256).hexdigest()[:8]
        return f"{prefix(user, service)}{ordinal}-{unguessable}"

    @property
    def _path(self) -> Path:
        assert self._state_dir is not None
        return self._state_dir / "names.key"

    def _get_salt(self) -> bytes:
        if self._salt is None:
            kept = None
            if self._state_dir is not None:
                with suppress(OSError):
                    kept = _read(self._path)
            self._salt = kept or secrets.token_hex(_SALT_BYTES).encode()
        return self._salt


@cache
def names_under(state_dir: Path) -> SecretNames:
    """The same for all of a process."""
    return SecretNames(state_dir)


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
        found = files.read(path)
    except FileNotFoundError:
        return None
    return found if len(found) == 2 * _SALT_BYTES else None


def _make(folder: Path, path: Path, salt: bytes) -> None:
    """Of two processes at once the first one's stays."""
    if not path.exists():
        make_private(folder)
        files.create_once(path, salt)
