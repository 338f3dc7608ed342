"""Where one can go, as data that knows no screen; the app's table knows which screen each leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from services.goals.governance.documents import Wanted
    from services.goals.governance.targets import Target
    from services.incident.handling import Handling
    from services.keys.inventory import Key
    from tui.settings.context import Subject


class Route(msgspec.Struct, frozen=True):
    """One place to go; its fields are what the screen there is about."""


class ToInventory(Route, frozen=True):
    """Back to the first screen, with the cursor on *key_id*."""

    key_id: str | None = None


class ToOrganization(Route, frozen=True):
    """The keys of every account."""


class ToKey(Route, frozen=True):
    """All that is known of *key*; *change* says what is otherwise than at the last look."""

    key: Key
    change: str | None = None


class ToRunbook(Route, frozen=True):
    key_id: str
    user: str | None = None
    case: str | None = None


class ToEvents(Route, frozen=True):
    """With a *handling* that key's review, kept in its case; else the user's, kept nowhere."""

    user: str
    key_id: str | None = None
    service: str | None = None
    handling: Handling | None = None


class ToSweep(Route, frozen=True):
    """What else the user of that key holds."""

    handling: Handling


class ToRotation(Route, frozen=True):
    key_id: str
    user: str | None = None


class ToCases(Route, frozen=True):
    pass


class ToTraffic(Route, frozen=True):
    """All graphs, or the one of the log group *large* (its Region and its name)."""

    log_groups: tuple[str, ...] = ()
    large: tuple[str, str] | None = None
    all_groups: bool = False


class ToLogGroups(Route, frozen=True):
    """With the cursor on *chosen* (NAME@REGION)."""

    chosen: str | None = None


class ToIdentify(Route, frozen=True):
    pasted: str | None = None


class ToScan(Route, frozen=True):
    pass


class ToAudit(Route, frozen=True):
    pass


class ToPolicy(Route, frozen=True):
    """For *target*, or for the user of the key *subject*."""

    target: Target | None = None
    wanted: Wanted | None = None
    subject: Subject | None = None


class ToSetup(Route, frozen=True):
    """*wanted* is what a case says of an earlier one."""

    wanted: Mapping[str, Any] | None = None


class ToIssue(Route, frozen=True):
    """*wanted* is what a case says of an earlier one, or a user and a service."""

    wanted: Mapping[str, Any] | None = None


class ToHarden(Route, frozen=True):
    """*wanted* is what a case says of an earlier one."""

    wanted: Mapping[str, Any] | None = None


class ToErrors(Route, frozen=True):
    pass


class ToCalls(Route, frozen=True):
    pass


class ToHook(Route, frozen=True):
    """Runs a command of the responder's own; asked first with *confirm*."""

    name: str
    argv: tuple[str, ...]
    confirm: bool


class ToSettings(Route, frozen=True):
    pass


class ToHelp(Route, frozen=True):
    """What can be done on the screen *scope*; *reasons* say why not, by the commands' ids."""

    scope: str
    reasons: Mapping[str, str]
    has_lists: bool
    do: Callable[[str], Awaitable[None]]
    """Does a command there, by its id."""


class ToPalette(Route, frozen=True):
    """The commands of the screen *scope*; *reasons* say why not, by the commands' ids.

    *recent* are the ids of those that were chosen here before, the last first.
    """

    scope: str
    reasons: Mapping[str, str]
    recent: tuple[str, ...] = ()
