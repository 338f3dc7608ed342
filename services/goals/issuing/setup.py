"""A key with all it needs, as a goal: user, policy, log groups that take bearer tokens, and the key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.aws import iam
from services.aws.call import Call
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.base.keyservices import KeyService
from services.cases.plan import Governing
from services.cases.secret import Destination, Secret
from services.cases.state import CaseState
from services.goals.goal import Ground, Trial
from services.goals.issuing import keys, trial, undo
from services.goals.issuing.grant import grant, no_such_policy
from services.goals.issuing.keys import KeyMissing, KeyWanted
from services.goals.issuing.rights import tokens_denied
from services.goals.issuing.standing import GroupStanding, UserStanding, look_at_group, look_at_user
from services.goals.issuing.wanted import MANAGED_POLICY, KeySetup, PolicyChoice, custom_policy
from services.goals.proposal import Proposal
from services.goals.told import Told
from services.incident.groups import switch


@dataclass(frozen=True)
class SetupGoal:
    """Whatever of it is there already is kept, an active key of the user included."""

    setup: KeySetup

    deed = Governing.SETUP
    service = KeyService.LOGS
    about = "a logs key"

    @property
    def target(self) -> str:
        return f"user:{self.setup.user}"

    @property
    def whose(self) -> str:
        return f"user {self.setup.user}"

    @property
    def wanted(self) -> Mapping[str, object]:
        return self.setup.as_json()

    @property
    def secret_to(self) -> Destination:
        return self.setup.secret_to

    def goes_on(self, case: CaseState) -> bool:
        return True

    def told(self, *, undo: bool) -> Told:
        user, groups = self.setup.user, " and ".join(self.setup.log_groups)
        if undo:
            return Told(
                title=f"Undo what was set up for {user}",
                stops="Whatever sends with that key.",
                leaves="What was there before, and what others have created since.",
                undo="Cannot be undone for the key: set up another one.",
                done=f"what was set up for {user} is undone",
            )
        return Told(
            title=f"Let {user} send to {groups} with an API key",
            stops="Nothing.",
            leaves="Other users, other log groups, and whatever already exists.",
            undo="Remove what was created, the key first (--undo).",
            done=f"set up: {user} may send to {groups} with an API key",
        )

    async def propose(self, ground: Ground) -> Proposal:
        setup = self.setup
        user, groups = await asyncio.gather(
            look_at_user(ground.aws, setup.user),
            asyncio.gather(
                *(
                    look_at_group(ground.aws, setup.region, name, setup.log_stream)
                    for name in setup.log_groups
                )
            ),
        )
        key = await keys.missing(ground, self._key, user.keys(KeyService.LOGS))
        policy = grant(ground, setup, user)
        unfit = policy.unfit
        calls = (
            *self._user(user),
            *policy.calls,
            *(call for group in groups for call in self._group(group)),
            *key.calls,
        )
        warnings = [*key.warnings, *self._warnings(user, groups)]
        if ground.planning:
            unfit = unfit or await no_such_policy(ground, setup)
            warnings += await tokens_denied(ground, user, KeyService.LOGS)
        hold = user.hold(KeyService.LOGS)
        held = (
            f"The deny policy ({hold}) stops every key of {setup.user}: remove it first, or use another user."
        )
        return Proposal(
            calls=calls,
            warnings=tuple(warnings),
            remarks=self._remarks(key) if ground.planning else (),
            blocked=(held if hold else None) or unfit or key.blocked,
            already=None if calls else f"{setup.user} has all it needs: {key.stands}.",
            awaited=key.awaited,
            before={"policy": user.inline.get(self._policy_name)},
            facts=key.facts,
            secret_to=key.secret_to,
        )

    async def propose_undo(self, ground: Ground) -> Proposal:
        return await undo.propose(ground, self.setup.user, delete_events=self.setup.delete_events)

    async def key(self, aws: AwsSession, case: CaseState) -> Credential | None:
        """The key that is meant: the one made, else the one kept."""
        made = case.replacement
        found = [
            each
            for each in await iam.list_credentials(aws, self.setup.user)
            if each.service == KeyService.LOGS
        ]
        ours = (each for each in found if made and each.id == made.key_id)
        return next(ours, None) or next((each for each in found if each.status == "Active"), None)

    @property
    def tried_at(self) -> str | None:
        return self.setup.log_groups[0] if self.setup.send_event else None

    async def try_out(
        self, aws: AwsSession, secret: Secret, sleep: Callable[[float], Awaitable[object]]
    ) -> Trial:
        setup = self.setup
        return await trial.send_event(aws, setup.region, setup.log_groups[0], setup.log_stream, secret, sleep)

    @property
    def _key(self) -> KeyWanted:
        return KeyWanted(
            self.setup.user, KeyService.LOGS, self.setup.age_days, self.setup.secret_to, keeps=True
        )

    @property
    def _policy_name(self) -> str:
        return custom_policy(self.setup.log_groups).name

    def _user(self, there: UserStanding) -> Iterator[Call]:
        if there.user is None:
            tags = [{"Key": name, "Value": value} for name, value in self.setup.tags]
            yield Call("iam", "CreateUser", {"UserName": self.setup.user} | ({"Tags": tags} if tags else {}))

    def _group(self, there: GroupStanding) -> Iterator[Call]:
        name = {"logGroupName": there.name}
        if there.group is None:
            yield Call("logs", "CreateLogGroup", name, there.region)
        if not there.stream:
            params = {**name, "logStreamName": self.setup.log_stream}
            yield Call("logs", "CreateLogStream", params, there.region)
        if there.group is None or not there.group.bearer_enabled:
            yield switch(there.name, there.region, enabled=True)

    def _warnings(self, there: UserStanding, groups: Sequence[GroupStanding]) -> Iterator[str]:
        for group in groups:
            if group.group and not group.group.bearer_enabled:
                yield (
                    f"{group.name} exists and refuses bearer tokens: it will accept those "
                    "of every user who may write to it."
                )
        arn = next((arn for arn in there.attached if arn.endswith(f"/{MANAGED_POLICY}")), None)
        if arn and self.setup.policy is PolicyChoice.CUSTOM:
            yield f"{self.setup.user} has {MANAGED_POLICY} as well, which lets it write to every log group."
        if there.user and self.setup.tags:
            yield f"{self.setup.user} already exists and keeps its tags: the ones given are for a new user."

    def _remarks(self, key: KeyMissing) -> tuple[str, ...]:
        if self.setup.send_event and key.stands and not key.calls:
            return ("No event can be sent: the secret of the existing key is not available.",)
        return (keys.ADVICE,) if key.calls else ()
