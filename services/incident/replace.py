"""Step 3: a new key in the old one's place, its secret delivered where the responder says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from services.aws.call import Call
from services.aws.errors import NotFound
from services.aws.iam import Credential
from services.base import clock
from services.cases.deposit import NewSecret, delivered_to, deposit_of, words_of
from services.cases.names import next_alias, ordinal_of
from services.cases.plan import Plan, PlanParts, State, StepName
from services.cases.state import Replacement
from services.incident import deny, new_user
from services.incident.situation import Situation, Verified, said_aws

WRITTEN = "AWS puts the new secret into it, and whoever may read it has the new key."
QUOTA = 2
"""Keys of one user for one service, inactive and expired ones included."""


async def plan(at: Situation) -> Plan:
    made = at.case.replacement
    user = at.options.new_user or at.key.user
    credentials = [found for found in await _credentials(at, user) if found.service == at.key.service]
    present = await at.replacement()
    old = await at.credential() if at.options.in_place else None
    if made and made.delivered and (present or made.in_place):
        return _plan(
            at, already=f"{made.key_id} was already created; its secret is in {words_of(made.delivered)}."
        )
    if not at.secret_in_hand and (blocked := await _blocked(at, credentials, old, lost=present)):
        return _plan(at, blocked=blocked)
    secret, alias = _secret(at, user, credentials, present)
    deposit = await deposit_of(at.aws, at.options.secret_to, secret, at.case)
    if deposit.blocked:
        return _plan(at, blocked=deposit.blocked)
    warnings = list(deposit.warnings)
    place = delivered_to(at.options.secret_to, deposit.name or secret.default_name)
    if made and at.secret_in_hand and (present or made.in_place):
        warnings.insert(0, f"The secret of {made.key_id} is in hand still: it is stored, and nothing else.")
        return _plan(at, calls=deposit.calls, warnings=tuple(warnings), secret_to=place)
    if present and not at.key_kind.resets:
        lost = (
            f"{present.id} was created before, but its secret was lost: it is deleted, and another created."
        )
        calls = (at.key_kind.delete(present), _create(at, user), *deposit.calls)
        facts: dict[str, object] = {"before": [found.id for found in credentials], "alias": None}
        return _plan(at, calls=calls, warnings=(lost, *warnings), facts=facts, secret_to=place)
    if present:
        # Its secret was lost with the program that made it, and nobody uses it: no second key is minted.
        lost = f"{present.id} was created before, but its secret was lost: it will be reset for a new one."
        calls = (*reset(present), *deposit.calls)
        copies = (await at.twins()).warnings(WRITTEN)
        return _plan(at, calls=calls, warnings=(lost, *copies, *warnings), secret_to=place)
    if old:
        calls = (*reset(old), *deposit.calls)
        copies = (await at.twins()).warnings(WRITTEN)
        return _plan(at, calls=calls, warnings=(*copies, *warnings), secret_to=place)
    if at.options.age_days is None and at.key_kind.expires:
        warnings.append("The new key never expires, which AWS advises against. 90 days is usual.")
    prepare: tuple[Call, ...] = ()
    if at.options.new_user:
        prepare, mind = await new_user.calls(at, user)
        warnings += mind
    return _plan(
        at,
        calls=(*prepare, _create(at, user), *deposit.calls),
        warnings=tuple(warnings),
        facts={
            "before": [found.id for found in credentials],
            "alias": alias if at.key_kind.expires else None,
        },
        secret_to=place,
    )


def _secret(
    at: Situation, user: str, credentials: Sequence[Credential], present: Credential | None
) -> tuple[NewSecret, str]:
    """What the new secret is called; and the alias that a new key would get."""
    account = at.caller.account
    alias, ordinal = next_alias(user, account, {found.alias or "" for found in credentials})
    of = present or (at.key if at.options.in_place else None)
    kind, _, named = ((at.case.replacement.secret_to or "") if at.case.replacement else "").partition(":")
    if present and kind == "secretsmanager":
        # As it was to be called when the key was made.
        name = named
    elif of is not None:
        name = at.names.of_key(user, at.key.service, ordinal_of(of), account, of.id)
    else:
        name = at.names.of_key(user, at.key.service, ordinal, account, "in place of", at.key.id)
    return NewSecret(user, at.key.service, name), alias


async def verify(at: Situation) -> Verified:
    made = at.case.replacement
    if made is None:
        return Verified(State.TODO, "no replacement was created")
    current = await at.replacement()
    if current is None:
        return Verified(State.REQUESTED, said_aws(f"{made.key_id} is not listed yet", at.now()))
    where = (
        f"its secret is in {words_of(made.delivered)}" if made.delivered else "its secret is not delivered"
    )
    if current.status != "Active":
        words = f"{current.id} {current.status} (confirmed by AWS); make it Active before it is used; {where}"
        return Verified(State.REQUESTED, words, final=True)
    state = State.CONFIRMED if made.delivered else State.REQUESTED
    return Verified(state, said_aws(f"{current.id} Active", at.now()) + f"; {where}", final=True)


async def plan_undo(at: Situation) -> Plan:
    made, users = at.case.replacement, await new_user.left(at)
    if made and made.in_place:
        return _plan(at, undoing=True, blocked="A reset cannot be undone: the old secret no longer works.")
    if made is None and not users:
        return _plan(at, undoing=True, blocked="There is no replacement to undo.")
    calls: list[Call] = []
    present = await at.replacement()
    if present:
        calls.append(at.key_kind.delete(present))
    backs = [await new_user.undo(at, *user) for user in users]
    calls += [call for back in backs for call in back.calls]
    kept = tuple(f"{_sentence(back.kept)}." for back in backs if back.kept)
    return _plan(
        at,
        undoing=True,
        calls=tuple(calls),
        already=_already(made, kept) if not calls else None,
        warnings=(*(("Whatever has imported the new key stops working.",) if present else ()), *kept),
    )


async def verify_undo(at: Situation) -> Verified:
    present = await at.replacement()
    there = [present.id] if present else []
    backs = {user: await new_user.undo(at, made, user) for made, user in await new_user.left(at)}
    there += [user for user, back in backs.items() if back.calls or back.there]
    if there:
        return Verified(State.REQUESTED, said_aws(f"{' and '.join(there)} still exists", at.now()))
    gone = said_aws("the new key is deleted", at.now())
    return Verified(State.UNDONE, "; ".join([gone, *(back.kept or "" for back in backs.values())]))


def _already(made: Replacement | None, kept: Sequence[str]) -> str | None:
    gone = (f"{made.key_id} is already deleted.",) if made else ()
    return " ".join((*gone, *kept)) or None


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


async def _blocked(
    at: Situation, credentials: Sequence[Credential], old: Credential | None, lost: Credential | None
) -> str | None:
    if at.options.new_user:
        return await new_user.trouble(at, at.options.new_user)
    if held := await deny.holding(at):
        return (
            f"The deny policy ({held}) would stop a new key of {at.key.user} too: remove it first "
            "(`--undo deny`), or create the key for a new user (`--new-user NAME`)."
        )
    if at.options.in_place and not at.key_kind.resets:
        return "AWS has no reset for access keys: create a second key instead."
    if at.options.in_place:
        if old is None:
            return "The key has been deleted, so it cannot be reset: create a second key instead."
        if old.status == "Expired":
            return "The key has expired and cannot be reset: create a second key instead."
        return None
    if lost is None and len(credentials) >= QUOTA:
        both = " and ".join(described(found) for found in credentials)
        return (
            f"{at.key.user} has two {at.noun}s, the most AWS allows: {both}. Delete one first, "
            + ("reset this one in place (`--step reset`), " if at.key_kind.resets else "")
            + "or create a key for a new user (`--new-user NAME`)."
        )
    return None


def _create(at: Situation, user: str) -> Call:
    return at.key_kind.create(user, at.key.service, at.options.age_days)


def reset(key: Credential) -> tuple[Call, ...]:
    """A new secret for *key*, and active it is after it."""
    which = {"UserName": key.user, "ServiceSpecificCredentialId": key.id}
    reset = Call("iam", "ResetServiceSpecificCredential", which)
    if key.status == "Active":
        return (reset,)
    # Reset keeps an inactive key inactive.
    return reset, Call("iam", "UpdateServiceSpecificCredential", {**which, "Status": "Active"})


async def _credentials(at: Situation, user: str) -> tuple[Credential, ...]:
    try:
        return await at.key_kind.list(at.aws, user)
    except NotFound:
        return ()


def described(found: Credential) -> str:
    return f"{found.id} ({found.status}, made {clock.spoken(found.created, clock.now())})"


def _plan(at: Situation, *, undoing: bool = False, **parts: Unpack[PlanParts]) -> Plan:
    if undoing:
        title, leaves, undo = "Undo the replacement", "The old key as it is.", None
    elif at.options.in_place:
        title, leaves = f"Reset {at.key.id} in place", "The key's id, alias and expiry."
        undo = None
    else:
        days = at.options.age_days if at.key_kind.expires else None
        age = f"{days} days" if days else "no expiry"
        which = f"the new user {at.options.new_user}" if at.options.new_user else at.key.user
        title = f"Create a new {at.noun} for {which}, {age}"
        leaves, undo = "Anything: the old key stays as it is.", "Delete the new key."
    return Plan(
        step=StepName.REPLACE,
        title=title,
        stops="The old secret, at once." if at.options.in_place and not undoing else "Nothing.",
        leaves=leaves,
        reversible=not at.options.in_place and not undoing,
        undo=undo,
        **parts,
    )


def orphan(made: Replacement | None) -> bool:
    """Whether a key was made whose secret is lost."""
    return made is not None and made.delivered is None
