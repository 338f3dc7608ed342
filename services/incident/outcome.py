"""How a step ended, for whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass

from services.aws.errors import AwsError, ReadOnly
from services.cases.errors import RunbookError
from services.cases.plan import Deed
from services.incident.result import Result
from services.review.model import SourceUnavailable

Stopped = (AwsError, ReadOnly, RunbookError, SourceUnavailable)
"""All that stops a step with a sentence for the responder."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step or a lever ended: with a result, or stopped by *error*."""

    step: Deed
    undo: bool = False
    result: Result | None = None
    error: Exception | None = None
    """One of Stopped."""

    @property
    def words(self) -> str:
        return " ".join((self.result.message, *self.result.left)) if self.result else str(self.error)
