"""The command that lets a Region's use of keys be recorded, worked out from the trails there are."""

from __future__ import annotations

from collections.abc import Sequence

from services.aws.where import Where
from services.review.trails import TrailState


def to_record(where: Where, region: str, trails: Sequence[TrailState]) -> str:
    """Of this program, which chooses the trail itself where one needs no more than selectors.

    Else the trail that is nearest to recording it is named; an organization's is not ours to change.
    """
    ours = [state for state in trails if not state.trail.organization and state.trouble is None]
    if any(state.trail.multi_region and _works(state) for state in ours):
        return str(where.stanch("harden"))
    near = [state for state in ours if not _fails(state)]
    here = [state for state in near if state.trail.multi_region or state.trail.home_region == region]
    if not near:
        return str(where.stanch("harden"))
    trail = (here or near)[0].trail
    # Of one Region alone, so it is seen from there alone.
    home = None if trail.multi_region else trail.home_region
    return str(where.stanch("harden", options=(("--trail", trail.name),), region=home))


def _works(state: TrailState) -> bool:
    return state.status is not None and state.status.logging and not _fails(state)


def _fails(state: TrailState) -> bool:
    return state.status is not None and state.status.delivery_error is not None
