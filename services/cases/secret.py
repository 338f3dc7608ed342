"""Where a new secret goes: it is sent there once, and kept nowhere else."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.aws.call import SECRET, Call
from services.base import files
from services.base.files import Reserved
from services.base.folders import expanded
from services.cases.errors import Refused, RunbookError
from services.keys.token import TokenError, decode


class Secret:
    """Holds a secret between the call that made it and its delivery; shows itself nowhere.

    *called* names the secret where it is used together with something else, and *beside* is that: a
    password's user name, an access key's id.
    """

    __slots__ = ("_beside", "_called", "_value")

    def __init__(self, value: str, called: str = "", beside: Mapping[str, str] | None = None) -> None:
        self._value: str | None = value
        self._called = called
        self._beside = dict(beside or {})

    @classmethod
    def of(cls, made: Mapping[str, Any]) -> Secret:
        """From what the answer to Create or Reset has of the key."""
        if key := made.get("ServiceCredentialSecret"):
            return cls(key)
        if key := made.get("SecretAccessKey"):
            return cls(key, "SecretAccessKey", {"AccessKeyId": str(made["AccessKeyId"])})
        user_name = made.get("ServiceUserName")
        if user_name is None:
            return cls(made["ServicePassword"])
        return cls(made["ServicePassword"], "password", {"username": str(user_name)})

    def reveal(self) -> str:
        """The API key, or JSON of all that is used together, as Secrets Manager keeps such pairs."""
        if self._value is None:
            raise RunbookError("The secret was delivered and is not kept.")
        if not self._beside:
            return self._value
        return json.dumps({**self._beside, self._called: self._value})

    def forget(self) -> None:
        self._value = None

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not serialised")


@dataclass(frozen=True, slots=True)
class ToSecretsManager:
    """A secret of that *name*; None for one of the key's own that nobody can guess.

    *kms_key* (id, alias or ARN; None for the account's own) and *tags* are for a secret that is new. With
    *anyway* it goes into one that is there though others may read it.
    """

    name: str | None = None
    kms_key: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class ToFile:
    """A new file of mode 0600; an existing path is refused."""

    path: Path


@dataclass(frozen=True, slots=True)
class ToScreen:
    """Handed to the caller, who shows it because the responder asked."""


_SECRET_NAME = re.compile(r"[\w/+=.@-]{1,512}", re.ASCII)

Destination = ToSecretsManager | ToFile | ToScreen


def parse_destination(text: str) -> Destination:
    """``secretsmanager``, ``secretsmanager:NAME``, ``file:PATH`` or ``screen``; raises ValueError."""
    kind, _, rest = text.partition(":")
    match kind:
        case "secretsmanager":
            return ToSecretsManager(rest or None)
        case "file" if rest:
            return ToFile(expanded(rest).absolute())
        case "screen" if not rest:
            return ToScreen()
        case _:
            raise ValueError(
                f"{text!r} isn't a valid place for a secret (use secretsmanager, "
                "secretsmanager:NAME, file:PATH or screen)."
            )


def parse_tag(text: str) -> tuple[str, str]:
    """``KEY=VALUE``; raises ValueError."""
    key, equals, value = (part.strip() for part in text.partition("="))
    if not key or not equals:
        raise ValueError(f"{text!r} isn't a valid tag (use KEY=VALUE).")
    if key.lower().startswith("aws:"):
        raise ValueError(f"{text!r} isn't a valid tag: names that begin with aws: are reserved by AWS.")
    return key, value


def problem(destination: Destination) -> str | None:
    """Why the secret could not go there, found out before a key is made; None where it can."""
    if isinstance(destination, ToSecretsManager):
        name = destination.name
        if name and not name.startswith("arn:") and not _SECRET_NAME.fullmatch(name):
            signs = "letters, digits and / _ + = . @ -, 512 at most"
            return f"{name!r} isn't a valid secret name: {signs}"
        return None
    if isinstance(destination, ToScreen):
        return None
    path = destination.path
    if os.path.lexists(path) and not files.is_abandoned(path):
        return f"{path} already exists: choose a new file, so that nothing is overwritten"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if not os.access(path.parent, os.W_OK):
        return f"{path.parent} cannot be written to"
    return None


def reserve_room(path: Path) -> Reserved:
    """Take the room for a secret that is yet to be made; raises Refused where there is none."""
    try:
        return files.reserve(path)
    except OSError as error:
        raise Refused(
            f"No key was made or reset: its secret has nowhere to go, as {path} cannot be written "
            f"({error.strerror}). Send it elsewhere (--secret-to)."
        ) from None


def write_file(path: Path, secret: Secret, room: Reserved | None = None) -> None:
    """Write the secret to *room*, or to a new file of mode 0600; it is on disk then, or nothing of it is."""
    taken = None
    try:
        taken = room or files.reserve(path)
        taken.fill(f"{secret.reveal()}\n".encode())
    except OSError as error:
        if taken:
            taken.give_up()
        raise RunbookError(f"The secret could not be written to {path} ({error.strerror}).") from None


def was_written(path: Path, alias: str | None, key_id: str) -> bool:
    """Whether *path*, not there when the key was planned, holds a whole secret, for this user alone.

    An API key says whose it is, and an access key's id stands beside its secret: one of another *alias* or
    *key_id* was not written for this key.
    """
    try:
        found = path.lstat()
        ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
        content = files.read(path) if ours and found.st_size < _MOST_BYTES else b""
    except OSError:
        return False
    if not content.endswith(b"\n"):
        return False
    if key_id.startswith("AKIA"):
        return f'"AccessKeyId": "{key_id}", "SecretAccessKey"'.encode() in content
    try:
        return alias is None or decode(content.decode().strip()).alias == alias
    except UnicodeDecodeError:
        return False
    except TokenError:
        # A password says nothing of itself.
        return b'"password"' in content


_MOST_BYTES = 16_384


def with_secret(call: Call, secret: Secret | None) -> Call:
    """*call* as it is sent, the placeholder replaced."""
    if secret is None or SECRET not in call.params.values():
        return call
    params = {name: secret.reveal() if value == SECRET else value for name, value in call.params.items()}
    return Call(call.service, call.operation, params, call.region, call.mark)
