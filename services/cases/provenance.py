"""Whether it was this very call that made what is there now, or another's: never guessed.

Evidence that it was: CloudTrail's record of the request that carried the call's mark. Evidence that it was
not: a record that another request made it, or that it was made when this call cannot have been under way.
That it was made just then is neither: two responders work in the same seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.aws.call import Call
from services.aws.session import AwsSession
from services.cases.recorded import Recorded, look_up
from services.cases.window import outside


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may have come of the call, and when it was made; *note* is what else the responder may go by."""

    id: str
    made: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """*ours* is what the call made; *unsure* is what it may have made; *refused* says it made nothing."""

    ours: str | None = None
    unsure: tuple[Candidate, ...] = ()
    others: tuple[Candidate, ...] = ()
    refused: str | None = None
    recorded: Recorded = field(default_factory=Recorded)


async def provenance(
    aws: AwsSession, call: Call, sent: datetime | None, candidates: Sequence[Candidate]
) -> Provenance:
    """Of *candidates*, which were not there before the call; asks CloudTrail where there are any."""
    if not candidates:
        return Provenance()
    recorded = await look_up(aws, call, sent)
    if recorded.refused:
        return Provenance(others=tuple(candidates), refused=recorded.refused, recorded=recorded)
    if recorded.ours is not None:
        ours = [each for each in candidates if names(recorded.ours, each.id)]
        rest = tuple(each for each in candidates if each not in ours)
        if not ours:
            # It made something, and the record does not say what.
            return Provenance(unsure=rest, recorded=recorded)
        return Provenance(ours[0].id, others=rest, recorded=recorded)
    others = tuple(each for each in candidates if _anothers(each, call, sent, recorded))
    left = tuple(each for each in candidates if each not in others)
    return Provenance(unsure=left, others=others, recorded=recorded)


_WHOSE = ("UserName", "RoleName", "GroupName", "TargetId", "logGroupName")
"""Parameters that say whom, or what, a call did something to."""


def _anothers(candidate: Candidate, call: Call, sent: datetime | None, recorded: Recorded) -> bool:
    return outside(sent, candidate.made) or any(
        names(record, candidate.id) and _to_the_same(record, call, candidate.id) for record in recorded.others
    )


def _to_the_same(record: Mapping[str, Any], call: Call, entity: str) -> bool:
    """Whether *record* is of the same user, role, group or target: others have such an *entity* too."""
    if entity not in call.params.values():
        return True
    whose = (call.params[name] for name in _WHOSE if call.params.get(name, entity) != entity)
    return all(_says(record.get("requestParameters"), str(each)) for each in whose)


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
