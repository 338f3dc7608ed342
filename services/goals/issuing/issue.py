"""A key for a user that exists, as a goal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from services.aws import iam
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.cases.deposit import wanted_place
from services.cases.plan import Governing, State
from services.cases.secret import Destination, Secret
from services.cases.state import CaseState
from services.goals.goal import Ground, Trial
from services.goals.governance.documents import service_named
from services.goals.issuing import keys, names, undo
from services.goals.issuing.keys import KeyWanted
from services.goals.issuing.rights import tokens_denied
from services.goals.issuing.standing import look_at_user
from services.goals.proposal import Proposal
from services.goals.told import Told


@dataclass(frozen=True)
class IssueGoal:
    """Raises BadName, or BadDocument for a *service* that has no keys; done and told, the next is another."""

    user: str
    service: str
    age_days: int | None
    secret_to: Destination

    deed = Governing.ISSUE
    tried_at: str | None = None

    def __post_init__(self) -> None:
        names.user_name(self.user)
        service_named(self.service)

    @property
    def about(self) -> str:
        return f"a {self._key.short_service} key"

    @property
    def target(self) -> str:
        return f"user:{self.user}"

    @property
    def whose(self) -> str:
        return f"user {self.user}"

    @property
    def wanted(self) -> Mapping[str, object]:
        return {
            "user": self.user,
            "service": self.service,
            "age_days": self.age_days,
            "secret_to": wanted_place(self.secret_to),
        }

    def goes_on(self, case: CaseState) -> bool:
        step = case.step(self.deed)
        return not case.told and step.state is not State.UNDONE

    def told(self, *, undo: bool) -> Told:
        what = f"{self._key.short_service} key"
        if undo:
            return Told(
                title=f"Delete the new {what} of {self.user}",
                stops="Whatever sends with that key.",
                leaves=f"{self.user} and its other keys.",
                undo="Cannot be undone: issue another key.",
                done=f"the new {what} of {self.user} is deleted",
            )
        age = f"{self.age_days} days" if self.age_days else "no expiry"
        return Told(
            title=f"Make a {what} for {self.user}, {age}",
            stops="Nothing.",
            leaves="The user's other keys, and its policies.",
            undo="Delete the new key (--undo).",
            done=f"issued: {self.user} has a new {what}",
        )

    async def propose(self, ground: Ground) -> Proposal:
        there = await look_at_user(ground.aws, self.user)
        if there.user is None:
            setup = ground.aws.where.stanch("setup", self.user)
            advice = f"create one with its key (`{setup}`)" if "logs." in self.service else "make one"
            return Proposal(
                blocked=f"There is no user {self.user}: check the name and the account, or {advice}."
            )
        key = await keys.missing(ground, self._key, there.keys(self.service))
        warnings = list(key.warnings)
        if ground.planning:
            warnings += await tokens_denied(ground, there, self.service, must_allow=True)
        return Proposal(
            calls=key.calls,
            warnings=tuple(warnings),
            remarks=(keys.ADVICE,) if ground.planning and key.calls else (),
            blocked=key.blocked,
            already=f"{self.user} has it: {key.stands}." if key.stands else None,
            awaited=key.awaited,
            facts=key.facts,
            secret_to=key.secret_to,
        )

    async def propose_undo(self, ground: Ground) -> Proposal:
        return await undo.propose(ground, self.user, delete_events=False)

    async def key(self, aws: AwsSession, case: CaseState) -> Credential | None:
        """The key that was made, if it is there."""
        made = case.replacement
        listed = await iam.list_credentials(aws, self.user) if made else ()
        return next((found for found in listed if made and found.id == made.key_id), None)

    async def try_out(
        self, aws: AwsSession, secret: Secret, sleep: Callable[[float], Awaitable[object]]
    ) -> Trial:
        raise NotImplementedError("a key alone has no log group to try it on")

    @property
    def _key(self) -> KeyWanted:
        return KeyWanted(self.user, self.service, self.age_days, self.secret_to, keeps=False)
