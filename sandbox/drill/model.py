"""What a drill is made of: the attacker's ways in, the owner's duties, and what a scenario says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

FootholdKind: TypeAlias = Literal["key", "session", "persistence"]
"""The leaked key itself; what was opened with it; what the attacker made or holds beside it."""

Part: TypeAlias = Literal[
    "detect", "contain", "sessions", "persistence", "recover", "damage", "truth", "untouched", "closed"
]
"""What points are given for."""


@dataclass(slots=True)
class Try:
    """One call, and whether AWS allowed it."""

    at: datetime
    allowed: bool


@dataclass(slots=True)
class Foothold:
    """A way in that the attacker has; `use` makes one call by it and says whether that was allowed."""

    kind: FootholdKind
    name: str
    use: Callable[[], bool]
    manages_keys: bool = False
    """Whether it may make other keys."""
    tries: list[Try] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        return not self.tries or self.tries[-1].allowed

    @property
    def ended(self) -> datetime | None:
        """When it was first refused, after the last time that it was not; None where it still works."""
        found = None
        for each in reversed(self.tries):
            if each.allowed:
                break
            found = each.at
        return found


@dataclass(slots=True)
class Work(Try):
    """A duty done, or not; *leaked* where it was tried with the leaked key."""

    leaked: bool = False


@dataclass(slots=True)
class Duty:
    """Rightful work in the account; `work` says whether it could be done, and whether by the leaked key.

    One that *recovers* ran with the leaked key, and has to run with another one in the end.
    """

    name: str
    work: Callable[[], tuple[bool, bool]]
    recovers: bool = False
    tries: list[Work] = field(default_factory=list)

    @property
    def broken(self) -> list[Work]:
        """What was refused although no leaked key was used."""
        return [each for each in self.tries if not each.allowed and not each.leaked]

    @property
    def recovered(self) -> datetime | None:
        """Since when it has run with another key than the leaked one; None where in the end it does not."""
        found = None
        for each in reversed(self.tries):
            if not each.allowed or each.leaked:
                break
            found = each.at
        return found


@dataclass(slots=True)
class Event:
    """A line of the timeline."""

    at: datetime
    side: Literal["attacker", "responder", "owner"]
    words: str

    def __post_init__(self) -> None:
        self.words = capital(self.words)


def capital(words: str) -> str:
    """A sentence that begins with someone's name, which may be in small letters."""
    return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Difficulty:
    """*pace* stretches the attacker's times; *told* is how much the alert gives away, 2 being the most."""

    name: str
    minutes: int
    pace: float
    told: int


DIFFICULTIES: Mapping[str, Difficulty] = {
    each.name: each
    for each in (
        Difficulty("easy", 45, 1.6, 2),
        Difficulty("normal", 30, 1.0, 1),
        Difficulty("hard", 20, 0.5, 0),
    )
}


@dataclass(frozen=True, slots=True)
class Move:
    """Something that the attacker does *after* so many seconds; it may say what came of it."""

    name: str
    after: float
    act: Callable[[], str | None]
    every: float | None = None


@dataclass(slots=True)
class Staging:
    """A scenario on stage: an account that holds it, and everyone who acts there.

    *leaked* are the ids of the keys that leaked, *subjects* all names by which calls concern them; *recorded*
    says whether CloudTrail can show their use at all; *weights* are the points of each part, 100 together.
    """

    title: str
    alert: str
    weights: Mapping[Part, int]
    leaked: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    recorded: bool = True
    footholds: list[Foothold] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    before: list[Event] = field(default_factory=list)
    """What the attacker had done by the time the drill began."""
    found: str | None = None
    """What was found, a token or the id of an access key, where the alert gives it."""

    def alive(self, *kinds: FootholdKind) -> list[Foothold]:
        return [each for each in self.footholds if each.alive and (not kinds or each.kind in kinds)]
