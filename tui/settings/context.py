"""What every screen shows of where it is: the account, the caller, the Regions, the case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.settings.config import Colour
from tui.settings.options import DrillClock

if TYPE_CHECKING:
    from services.aws.where import Where
    from services.cases.leftopen import LeftOpen


@dataclass(frozen=True, slots=True)
class Subject:
    """The key that commands act on."""

    key_id: str
    user: str
    service: str | None = None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """The case on screen, for its clock; *closed* stops it."""

    case: str
    opened: datetime
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """*waiting* says what is awaited while the account is not known; *trouble* why it will not be."""

    account: str | None = None
    alias: str | None = None
    caller: str | None = None
    regions: tuple[str, ...] = ()
    endpoint: str | None = None
    """What is asked in place of AWS's own; it stays in sight whatever the width."""
    profile: str | None = None
    """The profile that signs, where one is named."""
    colour: Colour | None = None
    """The profile's own, if it is to be in sight whatever the width."""
    read_only: bool = False
    demo: bool = False
    drill: DrillClock | None = None
    """The drill that is played, which is told in front of all else, whatever the width."""
    waiting: str | None = None
    trouble: str | None = None
    case: OpenCase | None = None
    credentials: str | None = None
    """Which credentials sign, and from where ("profile incident, role Responder"), once they are found."""
    left_open: tuple[LeftOpen, ...] = ()
    """Incidents that nobody closed, the newest first; those of the screen too."""
    left_read: bool = False
    """Whether those were looked for already."""
    where: Where | None = None
    """Where AWS is asked, once it said which account that is."""

    @property
    def signed(self) -> str:
        """Who signs, and with which credentials, as far as that is known."""
        parts = (self.caller, self.credentials and f"({self.credentials})")
        return " ".join(part for part in parts if part)

    def introduced(self, account: str, caller: str, source: object) -> Context:
        """The same, once AWS has said who is asking; *source* is where the credentials are from."""
        signed = str(source) if source else None
        return replace(self, account=account, caller=caller, credentials=signed, waiting=None, trouble=None)
