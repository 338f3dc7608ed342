"""The one way by which a change goes to AWS: intent on disk, call, outcome on disk, and what it did.

What is to be proved later goes with the intent: the mark in the request, by which CloudTrail's record of it
is known again, and when it was sent, by AWS's clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from services.aws.call import SECRET, Call
from services.aws.errors import AwsError, NotAws
from services.aws.mark import new_mark
from services.aws.session import Answer, AwsSession
from services.base import clock
from services.base.text import clean
from services.cases.case import Case
from services.cases.plan import Deed
from services.cases.secret import Secret, with_secret
from services.cases.settle import Settlement
from services.cases.state import Intent
from services.keys.userkeys import id_of, kind_acted_on, made_by, secret_in

Settle = Callable[[Intent], Awaitable[Settlement]]
"""Asks AWS what became of a call; raises an AwsError."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One call of a deed; *facts* are what a killed run is settled by."""

    deed: Deed
    call: Call
    undo: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)
    secret_to: str | None = None
    upload: bytes | None = field(default=None, repr=False)
    """What is put at the URL that the call is answered with."""


def gives_secret(call: Call) -> bool:
    """Whether its answer holds a new secret."""
    kind = kind_acted_on(call.operation)
    return kind is not None and call.operation.startswith(("Create", "Reset"))


def stores_secret(call: Call) -> bool:
    """Whether it takes a secret in hand where it is to go."""
    return SECRET in call.params.values()


async def send(
    aws: AwsSession, case: Case, sending: Sending, settle: Settle, secret: Secret | None = None
) -> Answer:
    """Raises CaseError where the intent cannot be written, and then nothing was sent; else an AwsError.

    A secret in hand goes where it is to go though no line can be written: else it would be lost.
    """
    call = replace(sending.call, mark=new_mark())
    write = case.record if secret is not None and stores_secret(call) else case.append
    intent = await asyncio.to_thread(
        write,
        "intent",
        step=sending.deed,
        undo=sending.undo,
        call=call.as_json(),
        account=aws.where.account,
        facts=dict(sending.facts),
        mark=call.mark,
        aws_at=_by_aws(aws),
        **({"secret_to": sending.secret_to} if gives_secret(call) and sending.secret_to else {}),
    )
    try:
        answer = await aws.send(with_secret(call, secret))
        if sending.upload is not None:
            await aws.upload(call, str(answer.body["attachmentPresignedUrl"]), sending.upload)
        made = made_by(call.operation, answer.body)
        if made is not None and not (id_of(made) and secret_in(made)):
            raise NotAws(call.operation, "the answer lacks the key's id or its secret, so it is not AWS's")
    except AwsError as error:
        await asyncio.to_thread(
            case.record,
            "outcome",
            intent=intent,
            ok=False,
            unknown=error.outcome_unknown,
            error=str(error),
            request_id=error.request_id,
        )
        if not error.outcome_unknown:
            raise
        settlement = await _settle_now(case, intent, settle)
        if settlement is None or settlement.done is not True or gives_secret(call):
            error.found = _found(settlement)
            raise
        # It took place after all, and its answer held nothing that is needed.
        return Answer({}, None)
    extra = {"key_id": id_of(made)} if made is not None else {}
    if call.operation == "CreateCase":
        # What AWS calls it, in no call before.
        extra["case_id"] = clean(answer.body["caseId"])
    if call.operation == "CreateUser" and (unique := (answer.body.get("User") or {}).get("UserId")):
        extra["unique"] = str(unique)
    await asyncio.to_thread(
        case.record, "outcome", intent=intent, ok=True, request_id=answer.request_id, **extra
    )
    return answer


async def settle_intent(case: Case, intent: Intent, settle: Settle) -> Settlement:
    """Ask AWS what became of a call without an outcome, and journal that; raises an AwsError."""
    settlement = await settle(intent)
    await asyncio.to_thread(case.record, "settled", intent=intent.seq, **settlement.as_line())
    return settlement


async def _settle_now(case: Case, seq: int, settle: Settle) -> Settlement | None:
    """None where that cannot be asked either: it is left to the next run."""
    try:
        return await settle_intent(case, case.state().unsettled[seq], settle)
    except AwsError:
        return None


def _found(settlement: Settlement | None) -> str:
    """What is known of a change without an answer, and what to do now."""
    if settlement is None:
        return "AWS could not be asked what it did either: resume the case once AWS answers."
    told = f"AWS was asked at once: {settlement.words}."
    if settlement.candidates:
        return f"{told} Nothing is reset or deleted on a guess: say whose it is."
    if settlement.done is False:
        return f"{told} Try again."
    if settlement.key_id:
        return f"{told} Take the step again: that key is reset then, and no second one is made."
    return f"{told} Take the step again."


def _by_aws(aws: AwsSession) -> str | None:
    now = aws.clock.now()
    return clock.rfc3339(now) if now else None
