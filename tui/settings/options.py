"""What the program was started with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from services.base import clock
from tui.settings.config import Colour, ThemeConfig
from tui.settings.hooks import HookConfig
from tui.settings.place import Place

if TYPE_CHECKING:
    from services.aws.credentials.signer import Prompt
    from services.aws.session import AwsSession
    from tui.look.graphs import GraphStyle

Connect = Callable[[], "AbstractAsyncContextManager[AwsSession]"]
"""Opens the way to AWS on entering and closes it on leaving; raises AwsError."""


Go = Callable[["Options", Place, "Prompt"], "Options"]
"""The options in force, where to go, and who asks a person on the way; raises AwsError."""


class Start(msgspec.Struct, frozen=True):
    """The screen to open first, and what it is about."""

    screen: Literal["inventory", "runbook", "events", "traffic", "cases"] = "inventory"
    key_id: str | None = None
    user: str | None = None
    case: str | None = None
    log_groups: tuple[str, ...] = ()


class Exercise(Protocol):
    """What plays a drill, as far as a screen shows it."""

    over: threading.Event
    """Set once its time is over."""

    @property
    def ends(self) -> datetime | None: ...

    @property
    def alert(self) -> str | None: ...

    @property
    def found(self) -> str | None: ...


class DrillClock(msgspec.Struct, frozen=True):
    """A drill that is played on the screen; when it ends and what leaked is known once it has begun."""

    name: str
    exercise: Exercise


@dataclass(frozen=True, slots=True)
class Options:
    """Everything the screens need to know of the command line.

    *connect* is entered after the first paint, while the screen says *connecting*; None stands for the
    standard credential chain with *profile* and *regions*.
    """

    state_dir: Path
    profile: str | None = None
    """The one of the option; what AWS_PROFILE names is found anew by whoever signs in."""
    signing_profile: str | None = None
    """The profile that signs, where one is named at all."""
    regions: tuple[str, ...] = ()
    read_only: bool = False
    mouse: bool = True
    period_seconds: int = 60
    poll_seconds: float = 60
    list_seconds: float = 30
    """Between two readings of a list while it is in sight, where a reading takes no more than a second."""
    demo: bool = False
    start: Start = field(default_factory=Start)
    connect: Connect | None = None
    go: Go | None = None
    """Makes the options of another place; None where there is only one."""
    connecting: str = "connecting to AWS…"
    leaked: Callable[[], str | None] | None = None
    """The demo's leaked token, once its account is there."""
    drill: DrillClock | None = None
    graphs: GraphStyle = "blocks"
    theme: str | None = None
    themes: Mapping[str, ThemeConfig] = field(default_factory=dict)
    """Themes of one's own, by name."""
    plain: bool = False
    """For screen readers: no lines and boxes, graphs as numbers."""
    colour: Colour | None = None
    """The profile's own, for the status line."""
    more_regions: tuple[str, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other keys for commands, by the commands' ids."""
    config_file: Path | None = None
    """Where settings are written; None where none count in this run."""
    hooks: tuple[HookConfig, ...] = ()
    """Commands of the responder's own."""
    decoy_accounts: tuple[str, ...] = ()
    """Accounts of one's own whose access keys are bait."""
    now: Callable[[], datetime] = clock.now
