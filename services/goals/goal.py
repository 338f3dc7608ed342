"""What shall stand: a policy at its target, a key with all it needs, a trail that records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable

from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.base import documents
from services.cases.errors import Senseless
from services.cases.names import SecretNames
from services.cases.plan import Governing
from services.cases.secret import Destination, Secret
from services.cases.state import CaseState
from services.goals.proposal import Proposal
from services.goals.told import Told

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a goal may look at while it works out what is missing.

    *before* is what there was before the case's first call, None where it made none. *planning* is it while a
    person looks and nothing is sent, *secret_in_hand* while a new secret waits to be stored.
    """

    aws: AwsSession
    caller: Caller
    case: CaseState
    now: Callable[[], datetime]
    before: Mapping[str, Any] | None = None
    planning: bool = False
    secret_in_hand: bool = False
    names: SecretNames = field(default_factory=SecretNames)
    fresh: bool = False
    """Whether the case made its key so lately that IAM may not list it yet."""

    def stood(self, kind: type[T]) -> T | None:
        """*before* as *kind*, None where there is none; raises Senseless where it is something else."""
        try:
            return None if self.before is None else documents.convert(self.before, kind)
        except ValueError as error:
            raise Senseless(str(error)) from None


class Goal(Protocol):
    """Looked at again before each call, so it must say the same of the same account."""

    @property
    def deed(self) -> Governing: ...
    @property
    def about(self) -> str:
        """What it is called in a list of cases."""

    @property
    def target(self) -> str:
        """Whom or what it is done to: ``user:NAME``."""

    @property
    def whose(self) -> str:
        """The same, in words."""

    @property
    def wanted(self) -> Mapping[str, object]:
        """All that it takes to make the goal again, for the first line of its case."""

    @property
    def secret_to(self) -> Destination | None:
        """Where a new secret goes; None where it makes none."""

    def goes_on(self, case: CaseState) -> bool:
        """Whether an open case of the same name is this one, and not an earlier one that is done."""

    def told(self, *, undo: bool) -> Told: ...
    async def propose(self, ground: Ground) -> Proposal:
        """Raises an AwsError where AWS cannot be asked."""

    async def propose_undo(self, ground: Ground) -> Proposal:
        """Back to what there was before; blocked where no case knows that."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of using a new key once; *status* is None where no answer came."""

    accepted: bool
    status: int | None
    words: str

    def as_json(self) -> dict[str, object]:
        return {"accepted": self.accepted, "status": self.status, "words": self.words}


@runtime_checkable
class MakesKeys(Protocol):
    """What a goal has besides, where it makes a key."""

    @property
    def service(self) -> str: ...
    @property
    def tried_at(self) -> str | None:
        """Where a new key is tried out, in words; None where it is not to be."""

    async def try_out(
        self, aws: AwsSession, secret: Secret, sleep: Callable[[float], Awaitable[object]]
    ) -> Trial:
        """Use the key once; raises nothing of AWS's."""
