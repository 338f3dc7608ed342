"""What an account's keys were like when somebody last looked, so that what changed since can be marked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from services.base import documents, files
from services.base.folders import make_private
from services.keys.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Seen:
    """A key as it was."""

    user: str
    status: str


@dataclass(frozen=True, slots=True)
class Look:
    """All keys of an account at one moment."""

    at: datetime
    keys: Mapping[str, Seen]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise than at a look: *words* by key id, and the ids of keys that are *gone*."""

    since: datetime
    words: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


def take(inventory: Inventory, now: datetime) -> Look:
    return Look(now, {key.id: Seen(key.user, key.status) for key in inventory.keys})


def compare(before: Look, inventory: Inventory) -> Changes:
    words: dict[str, str] = {}
    for key in inventory.keys:
        if (seen := before.keys.get(key.id)) is None:
            words[key.id] = "new"
        elif seen.status != key.status:
            words[key.id] = f"was {seen.status.lower()}"
        elif seen.user != key.user:
            words[key.id] = f"was of {seen.user}"
    there = {key.id for key in inventory.keys}
    return Changes(before.at, words, tuple(key_id for key_id in before.keys if key_id not in there))


def read(state_dir: Path, account: str) -> Look | None:
    """The last look at *account*, None where there was none or it cannot be read."""
    with suppress(OSError, ValueError):
        return documents.decode(files.read(_path(state_dir, account)), Look)
    return None


def write(state_dir: Path, account: str, look: Look) -> None:
    """Keep *look* for the next time; without it nothing is marked, so failing to is no error."""
    path = _path(state_dir, account)
    with suppress(OSError):
        make_private(state_dir)
        make_private(path.parent)
        files.replace(path, msgspec.json.encode(look))


def _path(state_dir: Path, account: str) -> Path:
    return state_dir / "looks" / f"{account}.json"
