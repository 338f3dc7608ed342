"""Step 4: the leaked key is deleted, for good, once its replacement was seen working."""

from __future__ import annotations

from services import clock
from services.aws.call import Call
from services.aws.iam import Credential
from services.runbook import working
from services.runbook.errors import Refused
from services.runbook.plan import Plan, State, StepName
from services.runbook.situation import Situation, Verified, said_aws


async def plan(at: Situation) -> Plan:
    made = at.case.replacement
    if made and made.in_place:
        return _plan(at, already=f"{at.key.id} was reset in place: the old secret is gone, the key stays.")
    if await at.credential() is None:
        return _plan(at, already=f"{at.key.id} is gone already.")
    call = Call(
        "iam",
        "DeleteServiceSpecificCredential",
        {"UserName": at.key.user, "ServiceSpecificCredentialId": at.key.id},
    )
    if at.options.override:
        warning = f"Deleted without a replacement seen working, because: {at.options.override}"
        return _plan(at, calls=(call,), warnings=(warning,))
    seen = await working.replacement_seen(at)
    if not seen.yes:
        return _plan(at, calls=(call,), blocked=seen.words)
    return _plan(at, calls=(call,), warnings=(seen.words,))


async def verify(at: Situation) -> Verified:
    if at.case.replacement and at.case.replacement.in_place:
        return Verified(State.CONFIRMED, "reset in place: nothing to delete")
    if await at.credential() is None:
        return Verified(State.CONFIRMED, said_aws("gone", at.now()))
    return Verified(State.REQUESTED, said_aws("still listed", at.now()))


async def plan_undo(at: Situation) -> Plan:
    raise Refused("A deleted key cannot be brought back. Its metadata is in the case's journal.")


async def verify_undo(at: Situation) -> Verified:
    return await verify(at)


def _plan(
    at: Situation,
    *,
    calls: tuple[Call, ...] = (),
    warnings: tuple[str, ...] = (),
    blocked: str | None = None,
    already: str | None = None,
) -> Plan:
    return Plan(
        step=StepName.DELETE,
        title=f"Delete {at.key.id}",
        stops="This one key, for good.",
        leaves="Other keys of its user.",
        reversible=False,
        undo=None,
        calls=calls,
        warnings=warnings,
        blocked=blocked,
        already=already,
        overridable=bool(blocked),
    )


def metadata(key: Credential) -> dict[str, object]:
    """All that is known of a key, kept before it is deleted: afterwards AWS no longer lists it."""
    return {
        "key_id": key.id,
        "user": key.user,
        "service": key.service,
        "alias": key.alias,
        "status": key.status,
        "created": clock.rfc3339(key.created),
        "expires": clock.rfc3339(key.expires) if key.expires else None,
    }
