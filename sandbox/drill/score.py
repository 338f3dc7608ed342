"""Points for what came of it in the account, each part with the reason for its points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.account.world import ApiCall
from sandbox.drill.claims import Claim, earned
from sandbox.drill.model import Foothold, FootholdKind, Part, Staging

TIMES: dict[Part, tuple[float, float]] = {
    "detect": (0.1, 0.5),
    "contain": (1 / 3, 1.0),
    "recover": (2 / 3, 1.0),
    "closed": (0.2, 1.0),
}
"""As shares of the drill's length: all points until the first, none from the second on, evenly between."""

TITLES: dict[Part, str] = {
    "detect": "Time to detect",
    "contain": "Time to contain",
    "sessions": "Sessions ended",
    "persistence": "Persistence removed",
    "recover": "Time to recover",
    "damage": "No needless damage",
    "truth": "Claims that the evidence bears",
    "untouched": "Nothing touched",
    "closed": "Time to close",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """All that is scored; *claims* is None where no report was handed in."""

    staging: Staging
    began: datetime
    now: datetime
    length: timedelta
    detected: datetime | None
    changes: Sequence[ApiCall]
    claims: Sequence[Claim] | None
    closed: bool
    """Whether the responder ended it, and not the clock."""


@dataclass(frozen=True, slots=True)
class Scored:
    part: Part
    points: int
    of: int
    why: str


def scored(standing: Standing) -> list[Scored]:
    found = []
    for part, of in standing.staging.weights.items():
        share, why = _PARTS[part](standing)
        found.append(Scored(part, round(of * share), of, why))
    return found


def _timed(part: Part, when: datetime | None, standing: Standing, done: str, never: str) -> tuple[float, str]:
    if when is None:
        return 0.0, never
    after = when - standing.began
    full, none = TIMES[part]
    share = (none - after / standing.length) / (none - full)
    return min(1.0, max(0.0, share)), f"{done} after {lasting(after)}."


def _detect(standing: Standing) -> tuple[float, str]:
    never = "No call of the responder's concerned the leaked key or its user."
    return _timed("detect", standing.detected, standing, "The key was first looked at", never)


def _contain(standing: Standing) -> tuple[float, str]:
    keys = [each for each in standing.staging.footholds if each.kind == "key"]
    ends = [each.ended for each in keys]
    when = None if None in ends else max(each for each in ends if each)
    return _timed("contain", when, standing, "The leaked key was denied", "The leaked key works to the end.")


def _gone(kind: FootholdKind, what: str) -> Callable[[Standing], tuple[float, str]]:
    def judged(standing: Standing) -> tuple[float, str]:
        held = [each for each in standing.staging.footholds if each.kind == kind]
        left = [each for each in held if each.alive]
        if not held:
            return 1.0, f"There were no {what}."
        if not left:
            return 1.0, f"None of the {what} works any more."
        return 1 - len(left) / len(held), f"{len(left)} of {len(held)} {what} still work: {_names(left)}."

    return judged


def _names(footholds: Sequence[Foothold]) -> str:
    return ", ".join(each.name for each in footholds)


def _recover(standing: Standing) -> tuple[float, str]:
    duties = [each for each in standing.staging.duties if each.recovers]
    times = [each.recovered for each in duties]
    if None in times:
        never = [each.name for each in duties if each.recovered is None]
        return 0.0, f"Not running with a new key in the end: {', '.join(never)}."
    when = max((each for each in times if each), default=None)
    return _timed("recover", when, standing, "The owner ran with a new key", "Nothing ran with a new key.")


def _damage(standing: Standing) -> tuple[float, str]:
    broken = [each for each in standing.staging.duties if each.broken]
    if not broken:
        return 1.0, "Nobody who had a right to work was denied."
    still = [each for each in broken if not each.tries[-1].allowed]
    told = ", ".join(f"{each.name} ({len(each.broken)} times)" for each in broken)
    share = 0.0 if still else max(0.0, 1 - len(broken) / 2)
    return share, f"Denied, though no leaked key was used: {told}{'; to the end' if still else ''}."


def _truth(standing: Standing) -> tuple[float, str]:
    if standing.claims is None:
        return 0.0, "No report was handed in."
    wrong = [each for each in standing.claims if each.worth < 1]
    if not wrong:
        return 1.0, "The evidence bears all that the report claims."
    told = " ".join(
        f"{QUESTION_TITLES[each.question]}: {each.said or 'not said'}. {each.why}" for each in wrong
    )
    return earned(list(standing.claims)), told


QUESTION_TITLES = {
    "use": "Was the key used",
    "stopped": "Was the key stopped",
    "sessions_ended": "Were its sessions ended",
    "nothing_left": "Is nothing left to do",
}


def _untouched(standing: Standing) -> tuple[float, str]:
    if not standing.changes:
        return 1.0, "Nothing in the account was changed."
    done = ", ".join(dict.fromkeys(each.operation for each in standing.changes))
    return 0.0, f"The key opens nothing here, and still this was done: {done}."


def _closed(standing: Standing) -> tuple[float, str]:
    never = "It was never told from a real leak: the time ran out."
    return _timed("closed", standing.now if standing.closed else None, standing, "Closed", never)


_PARTS: dict[Part, Callable[[Standing], tuple[float, str]]] = {
    "detect": _detect,
    "contain": _contain,
    "sessions": _gone("session", "sessions"),
    "persistence": _gone("persistence", "other ways in"),
    "recover": _recover,
    "damage": _damage,
    "truth": _truth,
    "untouched": _untouched,
    "closed": _closed,
}


def lasting(time: timedelta) -> str:
    """``3 min 10 s``"""
    minutes, seconds = divmod(max(0, round(time.total_seconds())), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
