"""What else the key's user holds and made: everything an attacker may have left behind to come back by."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from services.aws import iam
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.base import clock
from services.base.keyservices import short_service
from services.cases.plan import LeverName
from services.incident.situation import Situation
from services.keys.holdings import Unreadable, UserHoldings, examine_user
from services.rights import policies
from services.rights.administrator import Administrator
from services.rights.quarantine import quarantine_effect

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Held:
    """One thing found; *lever* takes it away from here, *elsewhere* says what to do where none does."""

    kind: str
    name: str
    words: str
    lever: LeverName | None = None
    elsewhere: str | None = None
    made: str | None = None
    """The event that made it, where that was the intruder's."""
    offered: bool = False
    """Whether that can be stopped now."""
    proof: str | None = None
    """Who made it, when and from where, by that record."""

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "name": self.name,
            "words": self.words,
            "lever": self.lever,
            "elsewhere": self.elsewhere,
            "made": self.made,
            "proof": self.proof,
        }


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was found, and what could not be read: an empty list with something unreadable proves nothing."""

    user: str
    held: tuple[Held, ...]
    unreadable: tuple[Unreadable, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "user": self.user,
            "complete": not self.unreadable,
            "held": [one.as_json() for one in self.held],
            "unreadable": [part.as_json() for part in self.unreadable],
        }


async def sweep(at: Situation, rights: Administrator | None = None) -> Sweep:
    """Ask IAM all at once; what the intruder made is what the review found of it, as it was read back."""
    user, unreadable = at.key.user, list[Unreadable]()
    if not user:
        return Sweep(user, tuple(_made(at)), ())

    async def attempt(
        what: str, read: Callable[[AwsSession, str], Awaitable[tuple[T, ...]]]
    ) -> tuple[T, ...]:
        try:
            return await read(at.aws, user)
        except AwsError as error:
            unreadable.append(Unreadable(f"{what} of {user}", str(error)))
            return ()

    holdings, credentials, devices, ssh, certificates = await asyncio.gather(
        examine_user(at.aws, user),
        attempt("other API keys", iam.list_credentials),
        attempt("MFA devices", iam.list_mfa_devices),
        attempt("SSH keys", iam.list_ssh_keys),
        attempt("signing certificates", iam.list_signing_certificates),
    )
    held = (
        *_made(at),
        *((Held("rights", user, rights.words, None, "in IAM: read its policies"),) if rights else ()),
        *_credentials(at, credentials),
        *_holdings(at, holdings, await _quarantine(at, holdings.attached or ())),
        *(
            Held("MFA device", name, "could approve a sign-in", None, "in IAM, Security credentials")
            for name in devices
        ),
        *(Held("SSH key", name, "gives CodeCommit access", None, "in IAM: make it inactive") for name in ssh),
        *(
            Held("signing certificate", name, "signs old SOAP calls", None, "in IAM: make it inactive")
            for name in certificates
        ),
    )
    return Sweep(user, held, (*holdings.unreadable, *unreadable))


def _made(at: Situation) -> Iterator[Held]:
    for each in at.case.made:
        text, state = str(each.get("text")), str(each.get("state"))
        offered = bool(each.get("offered"))
        lever = LeverName.INTRUDER if offered or each.get("ended") else None
        how, event = str(each.get("lever")), str(each.get("event_id"))
        yield Held("by intruder", text, state, lever, how, event, offered, str(each.get("proof")))


def _credentials(at: Situation, credentials: tuple[iam.Credential, ...]) -> Iterator[Held]:
    made = at.case.replacement.key_id if at.case.replacement else None
    for one in credentials:
        if one.id not in (at.key.id, made):
            service = short_service(one.service)
            words = f"another {service} key, {one.status}, made {clock.spoken(one.created, at.now())}"
            command = at.aws.where.stanch("respond", one.id, options=(("--user", one.user),))
            yield Held("API key", one.id, words, None, str(command))


async def _quarantine(at: Situation, attached: Iterable[str]) -> str:
    """What AWS's own quarantine policy, where one is attached, stops of this key's use."""
    arn = next((arn for arn in attached if policies.quarantine([arn])), None)
    if arn is None:
        return ""
    try:
        document = await iam.get_policy_document(at.aws, arn)
    except AwsError:
        return quarantine_effect(None, at.key.service)
    return quarantine_effect(document, at.key.service)


def _holdings(at: Situation, held: UserHoldings, quarantine: str) -> Iterator[Held]:
    suspect = {each.get("id"): each for each in at.case.compromised}
    for key in held.access_keys or ():
        words = f"{key.status}, made {clock.spoken(key.created, at.now())}"
        if each := suspect.get(key.id):
            words += f"; {'' if each.get('sure') else 'may be '}compromised as well: {each.get('why')}"
        yield Held("access key", key.id, words, LeverName.ACCESS_KEYS)
    if held.has_login:
        yield Held("console password", held.user, "can sign in", None, "in IAM: disable console access")
    for arn in held.attached or ():
        name = arn.rsplit("/", 1)[-1]
        words = f"AWS's quarantine: {quarantine}" if policies.quarantine([arn]) else "attached"
        yield Held("managed policy", name, words, None, "in IAM: detach it if it is not needed")
    for name in held.inline or ():
        ours = name.startswith(policies.HOLD_PREFIX)
        yield Held(
            "inline policy",
            name,
            "deny policy from stanch" if ours else "inline",
            None,
            None if ours else "in IAM: read it",
        )
    for name in held.groups or ():
        yield Held("group", name, "member", None, "in IAM: its policies apply too")
