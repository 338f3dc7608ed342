"""Where one can go, as data that knows no screen; the app's table knows which screen each leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.goals.governance.documents import Wanted
    from services.goals.governance.targets import Target
    from services.incident.handling import Handling
    from services.keys.inventory import Key
    from tui.settings.context import Subject


@dataclass(frozen=True, slots=True)
class Route:
    """One place to go; its fields are what the screen there is about."""


@dataclass(frozen=True, slots=True)
class ToInventory(Route):
    """Back to the first screen, with the cursor on *key_id*."""

    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToOrganization(Route):
    """The keys of every account."""


@dataclass(frozen=True, slots=True)
class ToKey(Route):
    """All that is known of *key*; *change* says what is otherwise than at the last look."""

    key: Key
    change: str | None = None


@dataclass(frozen=True, slots=True)
class ToRunbook(Route):
    key_id: str
    user: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class ToEvents(Route):
    """With a *handling* that key's review, kept in its case; else the user's, kept nowhere."""

    user: str
    key_id: str | None = None
    service: str | None = None
    handling: Handling | None = None


@dataclass(frozen=True, slots=True)
class ToSweep(Route):
    """What else the user of that key holds."""

    handling: Handling


@dataclass(frozen=True, slots=True)
class ToRotation(Route):
    key_id: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class ToCases(Route):
    pass


@dataclass(frozen=True, slots=True)
class ToTraffic(Route):
    """All graphs, or the one of the log group *large* (its Region and its name)."""

    log_groups: tuple[str, ...] = ()
    large: tuple[str, str] | None = None
    all_groups: bool = False


@dataclass(frozen=True, slots=True)
class ToLogGroups(Route):
    """With the cursor on *chosen* (NAME@REGION)."""

    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class ToIdentify(Route):
    pasted: str | None = None


@dataclass(frozen=True, slots=True)
class ToScan(Route):
    pass


@dataclass(frozen=True, slots=True)
class ToAudit(Route):
    pass


@dataclass(frozen=True, slots=True)
class ToPolicy(Route):
    """For *target*, or for the user of the key *subject*."""

    target: Target | None = None
    wanted: Wanted | None = None
    subject: Subject | None = None


@dataclass(frozen=True, slots=True)
class ToSetup(Route):
    """*wanted* is what a case says of an earlier one."""

    wanted: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ToIssue(Route):
    """*wanted* is what a case says of an earlier one, or a user and a service."""

    wanted: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ToHarden(Route):
    """*wanted* is what a case says of an earlier one."""

    wanted: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ToErrors(Route):
    pass


@dataclass(frozen=True, slots=True)
class ToCalls(Route):
    pass


@dataclass(frozen=True, slots=True)
class ToHook(Route):
    """Runs a command of the responder's own; asked first with *confirm*."""

    name: str
    argv: tuple[str, ...]
    confirm: bool


@dataclass(frozen=True, slots=True)
class ToSettings(Route):
    pass


@dataclass(frozen=True, slots=True)
class ToHelp(Route):
    """What can be done on the screen *scope*; *reasons* say why not, by the commands' ids."""

    scope: str
    reasons: Mapping[str, str]
    has_lists: bool
    do: Callable[[str], Awaitable[None]]
    """Does a command there, by its id."""


@dataclass(frozen=True, slots=True)
class ToPalette(Route):
    """The commands of the screen *scope*; *reasons* say why not, by the commands' ids.

    *recent* are the ids of those that were chosen here before, the last first.
    """

    scope: str
    reasons: Mapping[str, str]
    recent: tuple[str, ...] = ()
