"""One key of a user: made, its secret taken where it goes, and never a second one for the same wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.aws.call import Call
from services.aws.iam import Credential
from services.base import clock
from services.base.keyservices import short_service
from services.cases.deposit import NewSecret, delivered_to, deposit_of, words_of
from services.cases.names import next_alias, ordinal_of
from services.cases.secret import Destination, ToSecretsManager
from services.goals.goal import Ground
from services.incident.replace import QUOTA, described, reset

ADVICE = "AWS advises SigV4 with short-term credentials where possible; use keys only where it is not."


@dataclass(frozen=True, slots=True)
class KeyWanted:
    user: str
    service: str
    age_days: int | None
    secret_to: Destination
    keeps: bool
    """Whether an active key that is there already is as good as a new one."""

    @property
    def short_service(self) -> str:
        return short_service(self.service)


@dataclass(frozen=True, slots=True)
class KeyMissing:
    """The *calls* until there is a key, and its secret where it goes; *stands* says which is there."""

    calls: tuple[Call, ...] = ()
    warnings: tuple[str, ...] = ()
    blocked: str | None = None
    stands: str | None = None
    awaited: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    """What the making of a key is settled by."""
    secret_to: str | None = None


async def missing(ground: Ground, wanted: KeyWanted, keys: Sequence[Credential]) -> KeyMissing:
    """*keys* are those that the user has for the service now."""
    made = ground.case.replacement
    present = next((found for found in keys if made and found.id == made.key_id), None)
    # IAM may not list yet what it has just made.
    unlisted = made is not None and present is None and ground.fresh
    usable = present is not None and present.status == "Active"
    awaited = f"{made.key_id} was created, but is not listed yet" if made and unlisted else None
    if made and made.delivered and (usable or unlisted):
        stands = f"{made.key_id}, its secret in {words_of(made.delivered)}"
        return KeyMissing(stands=stands, awaited=awaited)
    if made and ground.secret_in_hand:
        if not isinstance(wanted.secret_to, ToSecretsManager):
            return KeyMissing(stands=f"{made.key_id}, its secret not shown yet", awaited=awaited)
        return await _with_deposit(ground, wanted, (), (), _existing(ground, wanted, made.key_id, present))
    if made and not made.delivered and (unlisted or (present and present.status != "Expired")):
        lost = f"{made.key_id} was created before, but its secret was lost: it will be reset for a new one."
        again = reset(present) if present else (_reset(wanted.user, made.key_id),)
        of = _existing(ground, wanted, made.key_id, present)
        return await _with_deposit(ground, wanted, again, (lost,), of)
    active = [found for found in keys if found.status == "Active"]
    if wanted.keeps and active:
        kept = active[0]
        return KeyMissing(
            stands=f"{described(kept)}, kept as it is",
            warnings=tuple(_soon(found, ground.now()) for found in active if _ends_soon(found, ground.now())),
        )
    if len(keys) >= QUOTA:
        return KeyMissing(blocked=_full(ground, wanted, keys))
    alias, ordinal = next_alias(wanted.user, ground.caller.account, {found.alias or "" for found in keys})
    before = sorted(found.id for found in keys)
    name = ground.names.of_key(wanted.user, wanted.service, ordinal, ground.caller.account, "beside", *before)
    warnings = tuple(_warnings(wanted, keys))
    made_of = NewSecret(wanted.user, wanted.service, name)
    found = await _with_deposit(ground, wanted, (_create(wanted),), warnings, made_of)
    return replace(found, facts={"before": before, "alias": alias})


def _existing(ground: Ground, wanted: KeyWanted, key_id: str, present: Credential | None) -> NewSecret:
    """The secret of a key that the case made; named again as it was when it was made, where that is known."""
    named = (ground.case.replacement.secret_to or "") if ground.case.replacement else ""
    kind, _, name = named.partition(":")
    if kind != "secretsmanager" or not name:
        ordinal = ordinal_of(present) if present else 1
        name = ground.names.of_key(wanted.user, wanted.service, ordinal, ground.caller.account, key_id)
    return NewSecret(wanted.user, wanted.service, name)


async def _with_deposit(
    ground: Ground,
    wanted: KeyWanted,
    calls: tuple[Call, ...],
    warnings: tuple[str, ...],
    secret: NewSecret,
) -> KeyMissing:
    deposit = await deposit_of(ground.aws, wanted.secret_to, secret, ground.case)
    place = delivered_to(wanted.secret_to, deposit.name or secret.default_name)
    # The secret is stored right after the call that gives it, before anything else is sent.
    every = (*calls[:1], *deposit.calls, *calls[1:])
    return KeyMissing(every, (*warnings, *deposit.warnings), deposit.blocked, secret_to=place)


def _create(wanted: KeyWanted) -> Call:
    params: dict[str, object] = {"UserName": wanted.user, "ServiceName": wanted.service}
    if wanted.age_days is not None:
        params["CredentialAgeDays"] = wanted.age_days
    return Call("iam", "CreateServiceSpecificCredential", params)


def _reset(user: str, key_id: str) -> Call:
    which = {"UserName": user, "ServiceSpecificCredentialId": key_id}
    return Call("iam", "ResetServiceSpecificCredential", which)


def _warnings(wanted: KeyWanted, keys: Sequence[Credential]) -> list[str]:
    found = [f"{described(key)} already exists and is left as it is." for key in keys]
    if wanted.age_days is None:
        found.append("The new key never expires, which AWS advises against. 90 days is usual.")
    return found


def _full(ground: Ground, wanted: KeyWanted, keys: Sequence[Credential]) -> str:
    both = " and ".join(map(described, keys))
    old = min(keys, key=lambda found: (found.status == "Active", found.created))
    delete = ground.aws.where.stanch(
        "respond", old.id, options=(("--user", wanted.user), ("--step", "delete"))
    )
    return (
        f"{wanted.user} has two {wanted.short_service} keys, the most AWS allows: {both}. Delete one that is "
        f"not needed (`{delete}`), reset one in place "
        "(--step reset), or create the key for another user."
    )


_SOON = 14


def _ends_soon(found: Credential, now: datetime) -> bool:
    return found.expires is not None and (found.expires - now).days < _SOON


def _soon(found: Credential, now: datetime) -> str:
    assert found.expires
    return (
        f"{found.id} expires {clock.spoken(found.expires, now)}: issue a second one in time (stanch issue)."
    )
