"""A family of routes as the matrices know it: which there are, their calls, and how one is begun."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from sandbox.wire.server import Sandbox
from services.aws.call import Call
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from tests.services.matrices.killing import Way

HOME = ("us-east-1",)


@dataclass
class Desk:
    """What a family's subjects are made of, each with a *number* and a place of its own."""

    sandbox: Sandbox
    boto: Callable[..., Any]
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)
    once: dict[str, Any] = field(default_factory=dict)
    """What all subjects share."""

    def subject(self, route: str) -> str:
        return f"{route.replace(' ', '-')}-{next(self.numbers)}"


@dataclass(frozen=True)
class Killing:
    """Of which other routes' boundaries are *known*; the others are as `points` has them."""

    known: Sequence[str] = ()
    lines: bool = False
    torn: bool = False
    anew: str = ""


@dataclass(frozen=True)
class Family:
    """*begin* makes a subject on a route; *calls* has where faults strike, by route.

    *every* are its routes, on which no call is made that no fault strikes but those of tests *elsewhere*.
    *told* are faults at reads that end nothing: what could not be read is named.
    """

    begin: Callable[[Desk, str], Way]
    every: Collection[str]
    calls: Mapping[str, Sequence[str]]
    kills: Mapping[str, Killing]
    regions: tuple[str, ...] = HOME
    told: Collection[tuple[str, str]] = ()
    elsewhere: Collection[str] = ()

    def changes(self, route: str) -> list[str]:
        return [call for call in self.calls.get(route, ()) if not Call("", call).reads]


@dataclass
class Struck:
    """A subject on its way in this process."""

    way: Way
    aws: AwsSession

    @cached_property
    def book(self) -> CaseBook:
        return CaseBook(self.way.state)

    async def take(self) -> None:
        await self.way.take(self.aws, self.book)

    def check(self) -> None:
        self.way.check()
