"""Accounts that are known to belong to decoy services: a key of theirs is bait, and opens nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Decoy:
    """Whose the account is, and who says so."""

    service: str
    source: str

    def as_json(self) -> dict[str, object]:
        return {"service": self.service, "source": self.source}


CONFIGURED = Decoy("a decoy of your own", "decoy_accounts in the configuration")


def decoy_of(account: str | None, configured: Collection[str] = ()) -> Decoy | None:
    """Whose decoy a key of *account* is; None where it is not known to be one."""
    if account is None:
        return None
    return CONFIGURED if account in configured else _known().get(account)


@cache
def _known() -> dict[str, Decoy]:
    text = (files("services.keys") / "decoys.toml").read_text(encoding="utf-8")
    return {
        account: Decoy(each["service"], each["source"])
        for each in tomllib.loads(text)["decoy"]
        for account in each["accounts"]
    }
