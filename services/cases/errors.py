"""What stops the runbook before AWS is asked for anything."""

from __future__ import annotations

from collections.abc import Sequence


class RunbookError(Exception):
    """``str(error)`` is one sentence that says what to do next."""


class Refused(RunbookError):
    """A guard says no: going on would harm, or prove nothing."""


class Changed(Refused):
    """What is true in AWS is no longer what the plan was made for."""


class CaseError(RunbookError):
    """The case cannot be opened, read or written."""


class Senseless(ValueError):
    """A journal says what this program would not have written."""


class Newer(CaseError):
    """A newer stanch wrote in the case, and its lines may mean what isn't known here."""

    def __init__(self, case: str) -> None:
        super().__init__(
            f"Case {case} was written by a newer version of stanch: open it with that version or a later one."
        )


class NoSuch(RunbookError):
    """A name that somebody typed is nobody's."""


class NoSuchCase(CaseError, NoSuch):
    """No case has that id."""


class CaseHeld(Refused):
    """Another responder has the case open."""


class NoSuchKey(NoSuch):
    """The account has no key of that id."""


class Unrecorded(RunbookError):
    """A change was sent, and what came of it is not in the journal; *lines* are what it lacks."""

    def __init__(self, case_id: str, sent: Sequence[str], why: str, lines: Sequence[bytes]) -> None:
        self.lines = tuple(lines)
        told = "; ".join(sent)
        super().__init__(
            f"{told}. The journal of case {case_id} lacks that: {why.rstrip('.')}. Go on with the case once "
            "it can be written: AWS is asked then what is true."
        )


class NotStored(RunbookError):
    """A new secret could not be written where it was to go; it is in memory until it is elsewhere."""
