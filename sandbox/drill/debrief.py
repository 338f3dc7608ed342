"""The result of a drill as one JSON document: points, both sides' timeline, what was missed, advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.drill.model import Difficulty, Event, Part, capital
from sandbox.drill.score import QUESTION_TITLES, TITLES, Standing, scored

FORMAT = 1
"""Of the document: another one is not read."""

ADVICE: dict[Part, str] = {
    "detect": "Go from the alert to the key at once: a token names its user and account, and "
    "`stanch identify` reads it offline.",
    "contain": "Make the key Inactive first, before anything is looked up: that can be undone, and "
    "waiting cannot.",
    "sessions": "An inactive key ends no session. Deny the user's tokens that were issued before now "
    "(aws:TokenIssueTime), and deny again if a session was opened since.",
    "persistence": "Look for what the user and its sessions created, and what else the user holds: other "
    "access keys, new users, new policies. They outlive the key.",
    "recover": "Make the replacement at once, put it where the service reads it, and watch it being used.",
    "damage": "A deny policy on a user stops its replacement too, and one on a group everyone in it. "
    "Remove it as soon as it has done its work.",
    "truth": "Say what the records can show, and no more: without coverage the answer is unknown, never "
    "'not used'.",
    "untouched": "Ask first whose the key is: its id tells the account. A decoy opens nothing, so "
    "nothing has to be stopped.",
    "closed": "Where the answer is that there is nothing to do, say so and close it.",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """Which drill it was, and how it ended; *by* is None while it has not."""

    scenario: str
    seed: int
    difficulty: Difficulty
    by: str | None
    events: tuple[Event, ...]


def result(standing: Standing, ending: Ending) -> dict[str, Any]:
    parts = scored(standing)
    events = sorted([*standing.staging.before, *ending.events], key=lambda each: each.at)
    return {
        "format": FORMAT,
        "state": "finished" if ending.by else "unfinished",
        "ended_by": ending.by,
        "scenario": ending.scenario,
        "title": standing.staging.title,
        "seed": ending.seed,
        "difficulty": ending.difficulty.name,
        "minutes": ending.difficulty.minutes,
        "began": _time(standing.began),
        "ended": _time(standing.now),
        "seconds": round((standing.now - standing.began).total_seconds()),
        "score": sum(each.points for each in parts),
        "parts": [asdict(each) | {"title": TITLES[each.part]} for each in parts],
        "claims": [
            {
                "question": QUESTION_TITLES[each.question],
                "said": each.said,
                "borne": each.worth,
                "why": each.why,
            }
            for each in standing.claims or ()
        ],
        "missed": [capital(each) for each in _missed(standing)],
        "advice": [ADVICE[each.part] for each in parts if each.points < each.of],
        "timeline": [
            {
                "at": _time(each.at),
                "seconds": round((each.at - standing.began).total_seconds()),
                "side": each.side,
                "words": each.words,
            }
            for each in events
        ],
    }


def _missed(standing: Standing) -> Iterator[str]:
    for foothold in standing.staging.alive():
        yield f"{foothold.name} still works."
    for duty in standing.staging.duties:
        if duty.tries and not duty.tries[-1].allowed:
            yield f"{duty.name} is denied in the end."
        elif duty.recovers and duty.recovered is None:
            yield f"{duty.name} still runs with the leaked key."


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
