"""What a newcomer is told next, wherever they are: the five steps in plain words, on the real screens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.cases.state import CaseState

ELSEWHERE = {
    "inventory": "Every API key, highest risk first. Have a leaked token? Press i and paste it. "
    "Or select a key with j and k; r opens its runbook.",
    "events": "What its user did: what was recorded, what stands out, every call. 1 groups by address, "
    "enter shows a record, esc goes back.",
    "traffic": "IncomingBytes of each log group, which keys may share. enter looks closer, esc goes back.",
    "cases": "What was done, stored on this machine. enter resumes a case; there R writes its report.",
    "sweep": "What else this user has: whoever had the key may use it too. esc goes back.",
    "groups": "A log group can refuse every bearer token, whoever sends it. esc goes back.",
}

_STEPS: Mapping[str, str] = {
    "deactivate": "Stop it: press {number}, then enter. You see what will be sent; y does it. "
    "What uses the key in production stops too: watch the graph.",
    "sessions": "End the sessions it opened, which work without it: press {number}, then enter.",
    "review": "See what was done with it: press {number}, then enter. "
    "It runs by itself; e shows it event by event.",
    "replace": "Give the service a new key: press {number}, then enter. "
    "The graph rises again once the service has it.",
    "delete": "Delete the old key permanently: press {number}, then enter. "
    "It waits until the new one was seen working, and asks for part of the ID.",
    "deny": "Deny the user if you fear more: press {number}, then enter. "
    "No {what} of this user works until u removes the policy.",
}
"""By step."""

DONE = "All {count} steps are taken. w shows what else the user has, u removes the deny policy, R reports."
ENDED = "The sessions are ended. u lets them work again, R reports."
_COUNTS = {5: "five", 6: "six"}


def on_runbook(state: CaseState) -> str:
    """What is next in this case; steps may be taken in any order, and none is forgotten."""
    # Here, because every screen is guided and the first must be painted before the runbook is read.
    from services.base.keyservices import ACCESS_KEY

    deeds = state.deeds
    if (at := state.next_open) is not None:
        what = "key" if state.opened.get("service") == ACCESS_KEY else "API key"
        return f"{at + 1} of {len(deeds)}. {_STEPS[deeds[at]].format(number=at + 1, what=what)}"
    return DONE.format(count=_COUNTS[len(deeds)]) if len(deeds) in _COUNTS else ENDED
