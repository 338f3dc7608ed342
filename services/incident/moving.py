"""Which plans a deed, or another choice, makes out of date: all but those that say nothing of it."""

from __future__ import annotations

from services.cases.plan import Deed, LeverName, StepName
from services.incident.situation import Options

MOVE_NO_SESSIONS = (StepName.REVIEW, StepName.REPLACE, LeverName.GROUPS, LeverName.ACCESS_KEYS)
"""What says nothing of the sessions that a key opened: to look for them anew takes minutes."""


def moves(deed: Deed, step: Deed) -> bool:
    """Whether the plan of *step* may be another one once *deed* was done."""
    return step is not LeverName.SESSIONS or deed not in MOVE_NO_SESSIONS


def chosen(options: Options, step: Deed) -> object:
    """What of *options* the plan of *step* goes by."""
    return options.roles if step is LeverName.SESSIONS else options
