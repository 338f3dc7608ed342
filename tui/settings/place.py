"""Where to work instead: another account, or another profile."""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True):
    """What is None stays as it is, but that a profile brings its own account; *role* leads to *account*."""

    account: str | None = None
    profile: str | None = None
    regions: tuple[str, ...] | None = None
    role: str | None = None

    def __str__(self) -> str:
        named = (
            f"account {self.account}" if self.account else None,
            f"profile {self.profile}" if self.profile else None,
            ", ".join(self.regions) if self.regions else None,
        )
        return ", ".join(filter(None, named))
