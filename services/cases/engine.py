"""What all work on a case does alike: it journals, sends, settles, and keeps a secret in hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

from services.aws import iam
from services.aws.errors import AwsError
from services.aws.session import Answer, AwsSession
from services.aws.sts import Caller
from services.base import clock
from services.base.files import Reserved
from services.cases import preflight, sender
from services.cases import secret as secrets
from services.cases.case import Case
from services.cases.deposit import NewSecret, deposit_of
from services.cases.errors import NotStored, Refused, RunbookError, Unrecorded
from services.cases.journal import as_line
from services.cases.names import SecretNames
from services.cases.plan import Deed, Plan
from services.cases.secret import (
    Destination,
    Secret,
    ToFile,
    ToScreen,
    ToSecretsManager,
    problem,
    was_written,
)
from services.cases.sender import Sending, gives_secret, stores_secret
from services.cases.sentences import belongs_elsewhere, no_way_out, sent_unrecorded
from services.cases.settle import Settlement, look_again, settle
from services.cases.state import CaseState, Doubt, Intent
from services.cases.unbroken import unbroken
from services.keys.userkeys import made_by

T = TypeVar("T")


class Tools(TypedDict, total=False):
    """What an engine works with besides AWS; its own where it is given none."""

    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[object]]
    names: SecretNames | None


class CaseEngine:
    """Works on one case, or plans without one (*case* None).

    *secret* is a new key's secret from the call that gave it until it is where it was to go.
    """

    def __init__(
        self,
        aws: AwsSession,
        caller: Caller,
        case: Case | None,
        **tools: Unpack[Tools],
    ) -> None:
        self.aws, self.caller, self.case = aws, caller, case
        self.secret: Secret | None = None
        self._room: Reserved | None = None
        """Where its file is to be, taken before there is a secret."""
        self.names = tools.get("names") or SecretNames()
        self._now, self._sleep = tools.get("now", clock.now), tools.get("sleep", asyncio.sleep)
        self._one_at_a_time = asyncio.Lock()
        self._stopping = False

    @property
    def state(self) -> CaseState:
        return self.case.state() if self.case else self._without_case()

    def _without_case(self) -> CaseState:
        return CaseState()

    async def resume(self) -> tuple[str, ...]:
        """Find out what became of what was cut off; what was found, a sentence each."""
        return await self.settle_all()

    def guard(self) -> None:
        """Raise Refused where going on would act on another account than the case's, or harm."""
        self.guard_account()

    def guard_account(self) -> None:
        """Raise Refused where another account than the case's would be asked."""
        if why := belongs_elsewhere(self.state.opened, self.caller.account, self.aws.where):
            raise Refused(why)

    async def delivered(self, where: str) -> None:
        """Journal that the new secret is where it was to go, or reached the responder."""
        if made := self.state.replacement:
            await self._record("delivered", key_id=made.key_id, where=where)

    def forget_secret(self) -> None:
        if self.secret:
            self.secret.forget()
        self.secret = None
        self._give_up_room()

    def _give_up_room(self) -> None:
        if self._room:
            self._room.give_up()
        self._room = None

    async def hand_over(self, to: Destination) -> None:
        """Take a secret in hand elsewhere than it was to go; raises what keeps it from that, and keeps it.

        Where it goes to the screen, whoever calls this has shown it.
        """
        made = self.state.replacement
        if self.secret is None or made is None or self.case is None:
            raise RunbookError("There is no secret to store.")
        match to:
            case ToFile():
                if trouble := problem(to):
                    raise NotStored(f"The secret has nowhere to go: {trouble}.")
                await self._deliver_in_hand(to)
            case ToSecretsManager():
                secret = NewSecret(made.user, self._service, to.name or "")
                deposit = await deposit_of(self.aws, to, secret, self.state)
                if deposit.blocked:
                    raise NotStored(deposit.blocked)
                for call in deposit.calls:
                    await self._send(Sending(self._deed, call))
            case ToScreen():
                await self.delivered("screen")
        self.forget_secret()

    @property
    def _service(self) -> str:
        """Of the keys that are worked on."""
        raise NotImplementedError

    @property
    def _deed(self) -> Deed:
        """What makes a new key."""
        raise NotImplementedError

    # Calls without an outcome

    async def settle_all(self) -> tuple[str, ...]:
        """Settle every intent that has no outcome; returns what was found, a sentence each."""
        if self.case is None:
            return ()
        found: list[str] = []
        async with self._one_at_a_time:
            for doubt in self.state.doubts.values():
                if told := await look_again(self.aws, doubt):
                    await self._journal("settled", intent=doubt.intent.seq, **told.as_line())
                    found.append(f"{doubt.intent.call.operation}: {told.words}.")
            for intent in self.state.unsettled.values():
                settlement = await sender.settle_intent(self.case, intent, self._settlement)
                found.append(f"{intent.call.operation} had no recorded outcome: {settlement.words}.")
            if written := await self._written():
                await self.delivered(f"file:{written}")
                made = self.state.replacement
                found.append(f"The secret of {made.key_id if made else ''} had been written to {written}.")
        return tuple(found)

    async def answer_doubt(self, doubt: Doubt, ours: str | None) -> None:
        """Journal what the responder says of a call that AWS cannot tell of: it made *ours*, or nothing."""
        if ours is not None and ours not in doubt.candidates:
            raise RunbookError(f"{ours} is not what is asked about: {' or '.join(doubt.candidates)}.")
        who = self.caller.arn.rsplit("/", 1)[-1]
        if ours is None:
            settlement = Settlement(
                False, f"{' and '.join(doubt.candidates)}: not this case's (reported by {who})"
            )
        elif gives_secret(doubt.intent.call):
            settlement = Settlement(
                True, f"{ours} is this case's (reported by {who}); its secret is lost", ours
            )
        else:
            settlement = Settlement(True, f"{ours} is this case's (reported by {who})")
        await self._journal(
            "settled", intent=doubt.intent.seq, **settlement.as_line(), said_by=self.caller.arn
        )

    async def _settlement(self, intent: Intent) -> Settlement:
        return await settle(self.aws, intent, sleep=self._pause)

    async def _pause(self, seconds: float) -> None:
        """Raises where the program is to end: what is not settled now is settled by the next run."""
        if self._stopping:
            raise AwsError("Waiting", "the program ends")
        await self._sleep(seconds)

    async def _written(self) -> Path | None:
        """The file of a secret that was written right before the program was killed."""
        made = self.state.replacement
        path = _file(made.secret_to) if made else None
        if made is None or made.delivered or path is None:
            return None
        try:
            listed = await iam.list_credentials(self.aws, made.user)
        except AwsError:
            listed = ()
        alias = next((found.alias for found in listed if found.id == made.key_id), None)
        written = await asyncio.to_thread(was_written, path, alias, made.key_id)
        return path if written else None

    # Sending

    async def _check_way_out(self, plan: Plan) -> None:
        """Raises Refused where it is known that a new secret could not go where it is to go."""
        if not any(map(gives_secret, plan.calls)):
            return
        if path := _file(plan.secret_to):
            room = await asyncio.to_thread(secrets.reserve_room, path)
            await asyncio.to_thread(room.give_up)
        storing = replace(plan, calls=tuple(filter(stores_secret, plan.calls)))
        if storing.calls and (barred := await preflight.missing(self.aws, self.caller, storing)):
            raise Refused(no_way_out(barred))

    async def _unbroken(self, work: Coroutine[Any, Any, T]) -> T:
        """Cancelled, it ends as soon as what was sent is answered, journaled, and its secret safe."""
        self._stopping = False
        return await unbroken(work, self._stop)

    def _stop(self) -> None:
        self._stopping = True

    def _check_stop(self) -> None:
        """Between two calls: raises where the program is to end and no secret would be lost by that."""
        if self._stopping and self.secret is None:
            raise AwsError("Waiting", "the program ends")

    async def _send(self, sending: Sending) -> Answer:
        """Send one call; a secret that it gives is in hand then, and one that it stores is no longer."""
        assert self.case
        self._check_stop()
        call = sending.call
        if gives_secret(call) and (path := _file(sending.secret_to)):
            self._room = await asyncio.to_thread(secrets.reserve_room, path)
        try:
            answer = await sender.send(self.aws, self.case, sending, self._settlement, self.secret)
            if made := made_by(call.operation, answer.body):
                self.secret = Secret.of(made)
        finally:
            if self._room and self.secret is None:
                await asyncio.to_thread(self._give_up_room)
        return answer

    async def _deliver_in_hand(self, to: object) -> None:
        """Take a secret in hand to its file; raises NotStored where that cannot be, and keeps it."""
        if self.secret is None or not isinstance(to, ToFile):
            return
        room, self._room = self._room, None
        if room and room.path != to.path:
            room.give_up()
            room = None
        try:
            await asyncio.to_thread(secrets.write_file, to.path, self.secret, room)
        except RunbookError as error:
            raise NotStored(str(error)) from None
        await self.delivered(f"file:{to.path}")

    def _check_recorded(self) -> None:
        """Raises Unrecorded where something was done that the journal could not take."""
        if self.case and (unwritten := tuple(self.case.journal.unwritten)):
            raise Unrecorded(
                self.case.id,
                tuple(sent_unrecorded(self.case.journal.entries(), unwritten)),
                self.case.unwritable or "",
                tuple(map(as_line, unwritten)),
            )

    async def _journal(self, kind: str, **data: object) -> int:
        if self.case is None:
            raise RunbookError("A step needs a case.")
        # Waiting for the disk must not hold up the screen.
        return await asyncio.to_thread(self.case.append, kind, **self._dated(kind, data))

    async def _record(self, kind: str, **data: object) -> int:
        """Journal what has happened already."""
        if self.case is None:
            raise RunbookError("A step needs a case.")
        return await asyncio.to_thread(self.case.record, kind, **self._dated(kind, data))

    def _dated(self, kind: str, data: Mapping[str, object]) -> Mapping[str, object]:
        """What was read back is compared with AWS's records: when that was, by AWS's clock."""
        return {**data, "aws_at": clock.rfc3339(self.aws.now())} if kind == "verified" else data


def _file(secret_to: str | None) -> Path | None:
    """The file in ``kind:name``, where it is one."""
    kind, _, path = (secret_to or "").partition(":")
    return Path(path) if kind == "file" else None
