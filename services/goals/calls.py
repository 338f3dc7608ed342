"""When two calls of a goal are the same deed."""

from __future__ import annotations

from services.aws.call import Call
from services.goals.proposal import Proposal

_MADE_MEANWHILE = ("PolicyId", "ClientRequestToken")
"""Of what is made on the way the id does not count."""


def same(one: Call, other: Call) -> bool:
    """The same deed."""

    def key(call: Call) -> tuple[str, object]:
        params = {name: value for name, value in call.params.items() if name not in _MADE_MEANWHILE}
        return call.operation, params

    # In older journals the calls about a secret name no Region.
    there = one.region == other.region or None in (one.region, other.region)
    return there and key(one) == key(other)


def same_first(proposal: Proposal, call: Call) -> bool:
    """Whether *call* is what the proposal begins with."""
    return any(same(first, call) for first in proposal.calls[:1])
