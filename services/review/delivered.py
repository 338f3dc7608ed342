"""Up to when the trails that record the use of a key have delivered all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.review.deliveries import Ledger
from services.review.trails import TrailState


def delivered_until(ledger: Ledger, trails: Sequence[TrailState], service: str | None) -> datetime | None:
    """As far as deliveries show; None where they do not show it for all that these trails record.

    Each Region's records come by the trail that is ahead, where any of them records all use; trails that
    record parts of it are needed all of them. One that records no use tells nothing, however new it is.
    """
    scopes = {_scope(state) for state in trails}
    found = [_of_scope(ledger, trails, service, scope) for scope in scopes]
    told = [each for each in found if each is not None]
    return min(told) if told and len(told) == len(found) else None


def of_trail(ledger: Ledger, trails: Iterable[TrailState], state: TrailState) -> datetime | None:
    """Up to when *state*'s own deliveries are complete; *trails* are all that were read."""
    # Trails that share a place are read once, in the name of one of them.
    sources = {each.source for each in trails if each.place == state.place}
    return ledger.until(sources, state.status.delivered if state.status else None, _scope(state))


def _scope(state: TrailState) -> str | None:
    """The only Region that is recorded, None where all are."""
    return None if state.trail.multi_region else state.trail.home_region


def _of_scope(
    ledger: Ledger, trails: Sequence[TrailState], service: str | None, scope: str | None
) -> datetime | None:
    there = [state for state in trails if _scope(state) in (None, scope)]
    takes = {state.trail.arn: state.takes(service).covers for state in there}
    whole = [state for state in there if takes[state.trail.arn] == "yes"]
    parts = [state for state in there if takes[state.trail.arn] == "partly"]
    until = {state.trail.arn: of_trail(ledger, trails, state) for state in there}
    known = [when for state in (whole or parts or there) if (when := until[state.trail.arn])]
    if whole:
        return max(known, default=None)
    return min(known) if known and len(known) == len(parts or there) else None
