"""How the recording of keys' use is told."""

from __future__ import annotations

from collections.abc import Sequence

from services.base.keyservices import short_service
from services.goals.hardening.choice import Chosen, Wish
from services.goals.told import Told

PRICE = (
    "Data events cost money: about $0.10 per 100,000 according to AWS's CloudTrail price page "
    "(check it for your Region), plus S3 storage. Each use of a key is one event."
)


def keys_of(wish: Wish) -> str:
    """``logs and bedrock keys``."""
    return f"{' and '.join(short_service(service) for service in wish.services)} keys"


def anybody(types: Sequence[str]) -> str:
    return f"{' and '.join(types)} cover everyone's calls of that kind, not only the keys': that may be many."


def told(chosen: Chosen, wish: Wish) -> Told:
    by = f"by {'a new ' if chosen.made else ''}trail {chosen.trail}"
    whose = " of every account of the organization" if chosen.organization else ""
    return Told(
        title=f"Record the use of {keys_of(wish)}{whose} {by}",
        stops="Nothing: from then on every use is recorded, in every Region.",
        leaves="Earlier use: whether a key was used before stays unknown.",
        undo=(
            "Delete the trail, and its bucket if it is empty."
            if chosen.made
            else "Restore its selectors, Regions and logging."
        ),
        done=f"use of {keys_of(wish)}{whose} is recorded by trail {chosen.trail} in every Region",
    )


def told_back(chosen: Chosen, wish: Wish, left: str = "", *, unproven: bool = False) -> Told:
    """*unproven* is a trail that is left, as it may be another's."""
    after = "is left as it is" if unproven else "deleted" if chosen.made else "is as it was before"
    done = f"trail {chosen.trail} {after}"
    but = "; " if chosen.made else ", but "
    return Told(
        title=f"{'Delete' if chosen.made else 'Restore'} trail {chosen.trail}",
        stops=f"Recording of the use of {keys_of(wish)} by this trail.",
        leaves="What it has already recorded.",
        undo="Harden again; use in between is not recorded.",
        done=f"{done}{but}{left}" if left else done,
    )
