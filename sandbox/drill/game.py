"""A drill under way: a clock, an attacker who goes on, an owner who works, and what comes of it."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal, TypeAlias

from sandbox.drill.caller import Callers
from sandbox.drill.claims import Claim, Facts, about, claimed, judge
from sandbox.drill.debrief import Ending, result
from sandbox.drill.model import DIFFICULTIES, Event, Foothold, Try, Work
from sandbox.drill.record import Record
from sandbox.drill.registry import SCENARIOS
from sandbox.drill.score import Standing
from sandbox.drill.stage import Stage
from sandbox.wire.server import Sandbox

EndedBy: TypeAlias = Literal["responder", "time"]
ROUND = 12.0
"""Seconds between two tries of each way in and of each duty, at the normal pace."""


class Drill:
    """Acts when it is told that time has passed: tick() by the account's clock, advance() pushes that on."""

    def __init__(
        self,
        sandbox: Sandbox,
        scenario: str,
        *,
        seed: int = 1,
        difficulty: str = "normal",
        every: float = ROUND,
    ) -> None:
        self.scenario, self.seed, self.difficulty = scenario, seed, DIFFICULTIES[difficulty]
        self.length = timedelta(minutes=self.difficulty.minutes)
        self._world, self._callers = sandbox.world, Callers(sandbox.endpoint_url)
        self._world.settings.enforce_policies = True
        # An exact text: hash() of a tuple is another one in each process.
        rng = random.Random(f"{scenario}/{seed}/{difficulty}")
        stage = Stage(sandbox, self._callers, rng, self.difficulty)
        self.staging = SCENARIOS[scenario](stage)
        self.events: list[Event] = []
        self.record = Record(self._subjects, self.events.append)
        self.began = self._world.clock.now()
        self._order, self._due = count(), list[tuple[float, int, Callable[[], object], float | None]]()
        self._in(0.0, self._round, every * self.difficulty.pace)
        for move in self.staging.moves:
            stretched = move.every and move.every * self.difficulty.pace
            self._in(move.after * self.difficulty.pace, self._telling(move.act), stretched)
        self._world.on_api_call.append(self.record.on_api_call)

    @property
    def plan(self) -> list[tuple[float, str]]:
        """What the attacker will try and when, in seconds: the same for the same seed."""
        return sorted((round(move.after * self.difficulty.pace, 3), move.name) for move in self.staging.moves)

    @property
    def now(self) -> datetime:
        return self._world.clock.now()

    @property
    def left(self) -> timedelta:
        return max(timedelta(), self.began + self.length - self._world.clock.now())

    def tick(self) -> None:
        """Let everyone do what is due by now, and no more than the drill is long."""
        elapsed = (self._world.clock.now() - self.began).total_seconds()
        while self._due and self._due[0][0] <= min(elapsed, self.length.total_seconds()):
            self._act()

    def advance(self, seconds: float) -> None:
        """Push the account's clock on, with everything done in its own moment."""
        end = self._world.clock.now() + timedelta(seconds=seconds)
        while self._due and self.began + timedelta(seconds=self._due[0][0]) <= end:
            self._to(self.began + timedelta(seconds=self._due[0][0]))
            self._act()
        self._to(end)

    def so_far(self) -> dict[str, Any]:
        """The result as it would stand, told as unfinished."""
        return self._result(None, ())

    def end(self, *reports: Mapping[str, Any], by: EndedBy = "responder") -> dict[str, Any]:
        """Everyone tries once more, and that is how it stands; the newest of the *reports* comes first."""
        self._round()
        done = self._result(by, reports)
        self.close()
        return done

    def close(self) -> None:
        if self.record.on_api_call in self._world.on_api_call:
            self._world.on_api_call.remove(self.record.on_api_call)
        self._callers.close()

    def _to(self, moment: Any) -> None:
        self._world.clock.advance(max(timedelta(), moment - self._world.clock.now()))

    def _in(self, seconds: float, act: Callable[[], object], every: float | None) -> None:
        heapq.heappush(self._due, (seconds, next(self._order), act, every))

    def _act(self) -> None:
        seconds, _, act, every = heapq.heappop(self._due)
        act()
        if every:
            self._in(seconds + every, act, every)

    def _telling(self, act: Callable[[], str | None]) -> Callable[[], object]:
        def told() -> None:
            if words := act():
                self.events.append(Event(self._world.clock.now(), "attacker", words))

        return told

    def _subjects(self) -> frozenset[str]:
        return frozenset(self.staging.subjects)

    def _round(self) -> None:
        for foothold in list(self.staging.footholds):
            self._try(foothold)
        for duty in self.staging.duties:
            before = duty.tries[-1] if duty.tries else None
            could, leaked = duty.work()
            work = Work(self._world.clock.now(), could, leaked)
            duty.tries.append(work)
            if before and before.allowed != could:
                how = "works again" if could else "is denied"
                self._tell("owner", f"{duty.name} {how}{', with the leaked key' if leaked else ''}.")
            elif before and before.leaked and not leaked:
                self._tell("owner", f"{duty.name} runs with a new key.")

    def _try(self, foothold: Foothold) -> None:
        was, allowed = foothold.alive, foothold.use()
        foothold.tries.append(Try(self._world.clock.now(), allowed))
        if was != allowed:
            self._tell("attacker", f"{foothold.name} {'works again' if allowed else 'is denied'}.")

    def _tell(self, side: Literal["attacker", "owner"], words: str) -> None:
        self.events.append(Event(self._world.clock.now(), side, words))

    def _claims(self, reports: Sequence[Mapping[str, Any]]) -> list[Claim] | None:
        if not reports:
            return None
        staging = self.staging
        sessions = [each for each in staging.footholds if each.kind == "session"]
        facts = Facts(
            recorded=staging.recorded,
            stopped=not staging.alive("key"),
            sessions_ended=not staging.alive("session") if sessions else None,
            nothing_left=not staging.alive(),
        )
        return judge(claimed(about(reports, self.staging.leaked)), facts)

    def _result(self, by: EndedBy | None, reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        standing = Standing(
            staging=self.staging,
            began=self.began,
            now=self._world.clock.now(),
            length=self.length,
            detected=self.record.detected,
            changes=tuple(self.record.changes),
            claims=self._claims(reports),
            closed=by == "responder",
        )
        ending = Ending(self.scenario, self.seed, self.difficulty, by, tuple(self.events))
        return result(standing, ending)
