"""What stops the runbook before AWS is asked for anything."""

from __future__ import annotations


class RunbookError(Exception):
    """``str(error)`` is one sentence that says what to do next."""


class Refused(RunbookError):
    """A guard says no: going on would harm, or prove nothing."""


class Changed(Refused):
    """What is true in AWS is no longer what the plan was made for."""


class CaseError(RunbookError):
    """The case cannot be opened, read or written."""


class NoSuch(RunbookError):
    """A name that somebody typed is nobody's."""


class NoSuchCase(CaseError, NoSuch):
    """No case has that id."""


class CaseHeld(Refused):
    """Another responder has the case open."""


class NoSuchKey(NoSuch):
    """The account has no key of that id."""
