"""How the recording of keys' use is told."""

from __future__ import annotations

from collections.abc import Sequence

from services.base.keyservices import short_service
from services.goals.hardening.choice import Chosen, Wish
from services.goals.told import Told

PRICE = (
    "Data events are paid for: about $0.10 for 100,000 of them, says AWS's CloudTrail price page (look there "
    "for your Region), and what S3 takes for keeping them. Each use of a key is one."
)


def keys_of(wish: Wish) -> str:
    """``logs and bedrock keys``."""
    return f"{' and '.join(short_service(service) for service in wish.services)} keys"


def anybody(types: Sequence[str]) -> str:
    return f"{' and '.join(types)} are everybody's calls of that kind, not the keys' alone: that may be many."


def told(chosen: Chosen, wish: Wish) -> Told:
    by = f"by {'a new ' if chosen.made else ''}trail {chosen.trail}"
    whose = " of every account of the organization" if chosen.organization else ""
    return Told(
        title=f"Record the use of {keys_of(wish)}{whose} {by}",
        stops="Nothing: from then on each use is recorded, in every Region.",
        leaves="What was done before: whether a key was used then stays unknown.",
        undo=(
            "Delete the trail, and its bucket while nothing is in it."
            if chosen.made
            else "Put its selectors, its Regions and its logging back as they were."
        ),
        done=f"use of {keys_of(wish)}{whose} is recorded by trail {chosen.trail} in every Region",
    )


def told_back(chosen: Chosen, wish: Wish, left: str | None) -> Told:
    done = f"trail {chosen.trail} {'deleted' if chosen.made else 'is as it was before'}"
    return Told(
        title=f"{'Delete' if chosen.made else 'Put back'} trail {chosen.trail}",
        stops=f"The recording of the use of {keys_of(wish)} by it.",
        leaves="What it has recorded.",
        undo="Harden again; what is done meanwhile is not recorded.",
        done=f"{done}; {left}" if left else done,
    )
