"""Whether it was this very call that made what is there now, or another's: never guessed.

Evidence, the strongest first: CloudTrail's record of the request that carried the call's mark; a record that
another request made it; the time at which it was made, by AWS's clock, against the call's own window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from services.aws.call import Call
from services.aws.session import AwsSession
from services.cases.recorded import Recorded, look_up
from services.cases.window import Fit, Window


class Maker(Enum):
    """Who made something."""

    OURS = "ours"
    ANOTHER = "another"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may have come of the call; *expected* is False where it is not what the call would have made."""

    id: str
    made: datetime | None = None
    expected: bool = True


@dataclass(frozen=True, slots=True)
class Provenance:
    """*ours* is what the call made; *unsure* is what it may have made; *refused* says it made nothing."""

    ours: str | None = None
    unsure: tuple[Candidate, ...] = ()
    others: tuple[Candidate, ...] = ()
    refused: str | None = None
    recorded: Recorded = field(default_factory=Recorded)


async def provenance(
    aws: AwsSession, call: Call, window: Window, candidates: Sequence[Candidate]
) -> Provenance:
    """Of *candidates*, which were not there before the call; asks CloudTrail where there are any."""
    if not candidates:
        return Provenance()
    recorded = await look_up(aws, call, window.sent)
    if recorded.refused:
        return Provenance(others=tuple(candidates), refused=recorded.refused, recorded=recorded)
    if recorded.ours is not None:
        ours = [each for each in candidates if names(recorded.ours, each.id)]
        rest = tuple(each for each in candidates if each not in ours)
        return Provenance(ours[0].id if ours else None, others=rest, recorded=recorded)
    makers = {each.id: _maker(each, window, recorded) for each in candidates}
    others = tuple(each for each in candidates if makers[each.id] is Maker.ANOTHER)
    left = [each for each in candidates if each not in others]
    if len(left) == 1 and makers[left[0].id] is Maker.OURS:
        return Provenance(left[0].id, others=others, recorded=recorded)
    return Provenance(unsure=tuple(left), others=others, recorded=recorded)


def _maker(candidate: Candidate, window: Window, recorded: Recorded) -> Maker:
    if any(names(record, candidate.id) for record in recorded.others):
        return Maker.ANOTHER
    fit = window.fit(candidate.made)
    if fit is Fit.OUTSIDE:
        return Maker.ANOTHER
    return Maker.OURS if fit is Fit.INSIDE and candidate.expected else Maker.UNKNOWN


def names(record: Mapping[str, Any], entity: str) -> bool:
    """Whether what was asked or answered says *entity* somewhere."""
    return _says(record.get("responseElements"), entity) or _says(record.get("requestParameters"), entity)


def _says(value: Any, entity: str) -> bool:
    match value:
        case Mapping():
            return any(_says(inner, entity) for inner in value.values())
        case list():
            return any(_says(inner, entity) for inner in value)
        case _:
            return bool(value == entity)
