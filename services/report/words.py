"""How a report says moments and states: UTC, to the second, the date wherever it is another day's."""

from __future__ import annotations

from datetime import UTC, datetime

REQUESTED, AWS_SAYS, IN_FORCE = "requested", "confirmed by AWS", "enforced"
"""Three degrees of certainty, and never one word for another."""

TITLES = {
    ("deactivate", False): "Make the key Inactive",
    ("deactivate", True): "Make the key Active again",
    ("replace", False): "Create a replacement",
    ("replace", True): "Undo the replacement",
    ("delete", False): "Delete the leaked key",
    ("deny", False): "Attach the deny policy",
    ("deny", True): "Remove the deny policy",
    ("groups", False): "Turn bearer tokens off for log groups",
    ("groups", True): "Turn bearer tokens back on for the log groups",
    ("access-keys", False): "Make the user's access keys Inactive",
    ("access-keys", True): "Make the user's access keys Active again",
    ("intruder", False): "Stop what the intruder made",
    ("intruder", True): "Restore what the intruder made",
    ("security-ir", False): "Hand the case to AWS Security Incident Response",
}

MARKS = {
    ("deactivate", True): "reactivate",
    ("replace", True): "undo replace",
    ("deny", True): "undo deny",
    ("groups", False): "groups off",
    ("groups", True): "groups on",
    ("access-keys", False): "access keys off",
    ("access-keys", True): "access keys on",
    ("intruder", False): "intruder stopped",
    ("security-ir", False): "AWS told",
}


def title(step: str, undo: bool) -> str:
    """What an action is called; a step not known here by its own name."""
    return TITLES.get((step, undo)) or (f"Undo: {step}" if undo else step[:1].upper() + step[1:])


def mark(step: str, undo: bool) -> str:
    """What an action is called on a time axis."""
    return MARKS.get((step, undo)) or (f"undo {step}" if undo else step)


def stamp(when: datetime) -> str:
    """``2026-11-23 14:02:09 UTC``"""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def moment(when: datetime, day: datetime | None) -> str:
    """``14:02:09``, and the date before it where that is not *day*'s."""
    when = when.astimezone(UTC)
    if day is not None and when.date() == day.astimezone(UTC).date():
        return f"{when:%H:%M:%S}"
    if day is not None and when.year == day.astimezone(UTC).year:
        return f"{when:%m-%d %H:%M:%S}"
    return f"{when:%Y-%m-%d %H:%M:%S}"
