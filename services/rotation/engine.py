"""Takes one key through its rotation: the runbook's own way of planning, journaling and settling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

from services.cases.engine import Tools
from services.cases.errors import Refused
from services.cases.plan import Deed, Plan, Stage, State, StepName
from services.cases.state import ROTATION
from services.incident.engine import Runbook
from services.incident.result import Result
from services.incident.situation import Options, Step
from services.rotation import remove, retire, second, stages, use
from services.rotation.stages import Standing
from services.rotation.verdict import Verdict

if TYPE_CHECKING:
    from services.aws.iam import Credential
    from services.aws.session import AwsSession
    from services.aws.sts import Caller
    from services.cases.case import Case


class Rotation(Runbook):
    """The rotation of one key, with or without a case; *barred* says why it may not be gone on with."""

    kind = ROTATION
    steps: Mapping[Deed, Step] = {
        StepName.REPLACE: second,
        StepName.DEACTIVATE: retire,
        StepName.DELETE: remove,
    }

    def __init__(
        self,
        aws: AwsSession,
        caller: Caller,
        key: Credential,
        case: Case | None = None,
        *,
        barred: str | None = None,
        **tools: Unpack[Tools],
    ) -> None:
        super().__init__(aws, caller, key, case, **tools)
        self.barred = barred

    async def standing(self, options: Options | None = None) -> Standing:
        """Where it stands; a verdict that is new is journaled where the case is held."""
        if self.case and self.case.held and options:
            await self._remember(options)
        found = await stages.standing(self.situation(options))
        if self.case is None or not self.case.held:
            return found
        if found.verdict is not None:
            await self._keep(found.verdict)
            if not self.state.step(StepName.DEACTIVATE).state.holds:
                # By somebody else, or of itself; from now on the time is known.
                words = f"{found.old.status if found.old else 'gone'}, not by this case"
                await self._journal("verified", step=StepName.DEACTIVATE, state=State.CONFIRMED, words=words)
        elif found.old and found.old.status == "Active" and self.state.off_since:
            # It may be Inactive again by the next look: what came before that proves nothing of the new one.
            await self._changed_since(StepName.DEACTIVATE)
        return found

    async def imported(self, words: str) -> None:
        """Journal that the new key is in use wherever the old one was, and how that is known."""
        await self._journal("verified", step=Stage.IMPORT, state=State.CONFIRMED, words=words)

    async def apply(self, step: Deed, options: Options | None = None, *, shown: Plan | None = None) -> Result:
        options = options or Options()
        self._ready()
        await self._remember(options)
        if step is StepName.DEACTIVATE:
            await self._look_before(options)
        result = await super().apply(step, options, shown=shown)
        if step is StepName.DELETE and result.step.state is State.CONFIRMED:
            await self.close()
        return result

    async def abandon(self, options: Options | None = None, *, shown: Plan | None = None) -> Result:
        """Take the whole rotation back: the new key is deleted while the old one works."""
        result = await self.undo(StepName.REPLACE, options, shown=shown)
        if result.step.state is State.UNDONE:
            await self.close()
        return result

    async def close(self) -> None:
        """Nothing is left to do."""
        if self.state.closed_at is None:
            await self._journal("closed", remaining=[])

    async def _look_before(self, options: Options) -> None:
        """Journal what makes the old key ready to go, and where it writes to, while that can be seen."""
        state = self.state
        made = state.replacement
        if options.log_groups or made is None:
            groups = options.log_groups
        else:
            seen = await use.read(self.situation(options), made.at_by_aws or made.at)
            groups = seen.log_groups
            judged = use.judged(seen, self._now())
            if judged.yes and not retire.claimed(state):
                await self.imported(judged.words)
        if groups and groups != state.watched:
            await self._journal("watched", log_groups=list(groups))

    async def _remember(self, options: Options) -> None:
        """Journal the log groups that the responder names: they are watched from then on."""
        if options.log_groups and options.log_groups != self.state.watched:
            await self._journal("watched", log_groups=list(options.log_groups))

    async def _keep(self, verdict: Verdict) -> None:
        state = State.CONFIRMED if verdict.ready else State.FAILED if verdict.bad else State.REQUESTED
        if state is not self.state.step(Stage.WATCH).state:
            await self._journal("verified", step=Stage.WATCH, state=state, words=verdict.words)

    def _guard_key(self) -> None:
        # Whoever rotates a key of their own harms nobody: nothing has leaked.
        if self.barred:
            raise Refused(self.barred)
