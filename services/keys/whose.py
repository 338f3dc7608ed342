"""Whose a credential is and how it stands, asked of AWS: by its id and alias alone, never with its secret."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from services.aws import sts
from services.aws.errors import AwsError, NotFound, Rejected, way_into
from services.aws.iam import Credential, LastUse
from services.aws.session import AwsSession
from services.aws.where import Where
from services.base import clock
from services.keys import accesskeys, inventory
from services.keys.decoys import Decoy, decoy_of
from services.keys.keyid import KeyId, account_in
from services.keys.kinds import KeyKind
from services.keys.recognise import AnyKey
from services.keys.shortterm import ShortTermKey
from services.keys.token import Token
from services.keys.userkeys import ACCESS_KEYS
from services.keys.username import UserName

ALIAS_STAYS = (
    "Whether what was handed in still works is not known: a reset, or a new key that got the same alias, "
    "keeps the alias, and the old secret is dead."
)


class Answer(StrEnum):
    """What asking came to; the value is what JSON says."""

    FOUND = "found"
    DELETED = "deleted"
    EXPIRED = "expired"
    OTHER_ACCOUNT = "other_account"
    DECOY = "decoy"
    EXAMPLE = "example"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    NOT_ASKED = "not_asked"

    @property
    def complete(self) -> bool:
        """Whether all was learnt that there is to learn here."""
        return self not in (Answer.OTHER_ACCOUNT, Answer.UNREADABLE)

    @property
    def judged(self) -> bool:
        """Whether it is known how the credential stands."""
        return self.complete and self not in (Answer.UNKNOWN, Answer.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of *key*; *said* are sentences, the first says how it stands."""

    key: AnyKey
    answer: Answer
    account: str | None
    decoy: Decoy | None = None
    key_id: str | None = None
    user: str | None = None
    status: str | None = None
    created: datetime | None = None
    expires: datetime | None = None
    last_used: LastUse | None = None
    service: str | None = None
    credential: Credential | None = None
    """The key as AWS lists it, where it was found."""
    session: str | None = None
    """The session of this account that it is, or was made from: IAM knows nothing of it, the runbook does."""
    said: tuple[str, ...] = field(default=())
    where: Where | None = None
    """Where it was looked up, if it was."""

    @property
    def works(self) -> Literal["no", "unknown"]:
        """Whether what was handed in can still be used: that it does is never known from here."""
        dead = self.answer in (Answer.DELETED, Answer.EXPIRED, Answer.EXAMPLE)
        return "no" if dead or self.status in ("Inactive", "Expired") else "unknown"

    @property
    def respond_to(self) -> str | None:
        """The id that a runbook can be opened for."""
        return self.key_id or self.session

    @property
    def matched(self) -> bool:
        return self.answer is Answer.FOUND

    def as_json(self) -> dict[str, object]:
        used = self.last_used
        return {
            "answer": self.answer.value,
            "matched": self.matched,
            "works": self.works,
            "key_id": self.key_id,
            "status": self.status,
            "created": clock.rfc3339(self.created) if self.created else None,
            "last_used": used.as_json() if used else None,
            "decoy": self.decoy.as_json() if self.decoy else None,
            "said": list(self.said),
        }


def offline(key: AnyKey, now: datetime, decoys: Collection[str] = ()) -> KeyFacts:
    """What is known without asking AWS."""
    decoy = decoy_of(key.account, decoys)
    answer = Answer.NOT_ASKED
    said: tuple[str, ...] = ()
    if decoy:
        answer = Answer.DECOY
        said = (
            f"The account is known as {decoy.service}: a decoy, which opens nothing and reports whoever "
            f"tries it. Nothing needs to be stopped. (Source: {decoy.source}.)",
        )
    elif isinstance(key, KeyId) and key.is_example:
        answer = Answer.EXAMPLE
    elif isinstance(key, ShortTermKey) and key.expires and key.expires <= now:
        answer = Answer.EXPIRED
    return KeyFacts(
        key,
        answer,
        key.account,
        decoy,
        user=key.user,
        status="Expired" if answer is Answer.EXPIRED else None,
        expires=key.expires if isinstance(key, ShortTermKey) else None,
        service=key.service,
        said=said,
    )


async def look_up(aws: AwsSession, key: AnyKey, now: datetime, decoys: Collection[str] = ()) -> KeyFacts:
    """What AWS adds to it. A refusal of one call is a sentence; raises an AwsError where nobody answers."""
    known = offline(key, now, decoys)
    if known.answer in (Answer.DECOY, Answer.EXAMPLE):
        return known
    caller = await sts.get_caller(aws)
    match key:
        case Token() | UserName():
            return await _by_alias(aws, key, known, caller)
        case KeyId(kind=KeyKind.CREDENTIAL_ID):
            return await _by_credential_id(aws, known, key.id, caller)
        case KeyId():
            return await _by_access_key(aws, known, key.id, caller, decoys)
        case ShortTermKey():
            found = await _by_access_key(aws, known, key.access_key_id, caller, decoys)
            if known.answer is Answer.EXPIRED:
                return replace(found, answer=Answer.EXPIRED, status="Expired")
            return replace(found, status=None, expires=known.expires)


async def _by_alias(aws: AwsSession, key: Token | UserName, known: KeyFacts, caller: sts.Caller) -> KeyFacts:
    if key.account != caller.account:
        return _elsewhere(known, key.account, caller)
    try:
        found = await inventory.match(aws, key)
    except AwsError as error:
        return replace(known, answer=Answer.UNREADABLE, said=(str(error),))
    if found is None:
        return replace(
            known, answer=Answer.DELETED, said=("No key in this account has this alias: it was deleted.",)
        )
    return _of_credential(known, found, (ALIAS_STAYS,) if found.status == "Active" else ())


async def _by_credential_id(aws: AwsSession, known: KeyFacts, key_id: str, caller: sts.Caller) -> KeyFacts:
    try:
        found = await inventory.find(aws, key_id)
    except AwsError as error:
        return replace(known, answer=Answer.UNREADABLE, said=(str(error),))
    if found:
        return _of_credential(known, found, ())
    if known.account is None:
        said = "No key in this account has this id: it was deleted, or belongs to another account."
        return replace(known, answer=Answer.UNKNOWN, said=(said,))
    if known.account != caller.account:
        return _elsewhere(known, known.account, caller)
    return replace(
        known, answer=Answer.DELETED, said=("No key in this account has this id: it was deleted.",)
    )


def _of_credential(known: KeyFacts, found: Credential, said: tuple[str, ...]) -> KeyFacts:
    return replace(
        known,
        answer=Answer.FOUND,
        key_id=found.id,
        user=found.user,
        status=found.status,
        created=found.created,
        expires=found.expires,
        service=found.service,
        credential=found,
        said=said,
    )


def _elsewhere(known: KeyFacts, account: str | None, caller: sts.Caller) -> KeyFacts:
    said = f"Not looked up: you are signed in to {caller.account}. {way_into(account, caller.partition)}"
    return replace(known, answer=Answer.OTHER_ACCOUNT, account=account, said=(said,))


async def _by_access_key(
    aws: AwsSession, known: KeyFacts, key_id: str, caller: sts.Caller, decoys: Collection[str]
) -> KeyFacts:
    account, said = account_in(key_id), list[str]()
    try:
        account = await sts.get_access_key_account(aws, key_id)
    except (NotFound, Rejected):
        said.append(
            "AWS does not know this id here: it was deleted, it was altered, or it belongs to another "
            "partition (China, GovCloud)."
        )
        if account in (None, caller.account):
            return replace(known, answer=Answer.UNKNOWN, said=tuple(said))
    except AwsError as error:
        said.append(f"AWS could not be asked for its account. {error}")
    known = replace(known, account=account)
    if decoy := decoy_of(account, decoys):
        return replace(
            offline(known.key, clock.now(), decoys), answer=Answer.DECOY, account=account, decoy=decoy
        )
    if account not in (None, caller.account):
        found = _elsewhere(known, account, caller)
        return replace(found, said=(*said, *found.said))
    if not key_id.startswith("AKIA"):
        said.append(
            "IAM doesn't say whose session it is or whether it has ended: respond to it, and CloudTrail's "
            "records of it are looked for."
        )
        session = key_id if key_id.startswith("ASIA") else None
        return replace(known, answer=Answer.UNKNOWN, session=session, said=tuple(said))
    found = await _in_iam(aws, known, key_id)
    account = caller.account if found.matched else found.account
    return replace(found, account=account, said=(*said, *found.said))


async def _in_iam(aws: AwsSession, known: KeyFacts, key_id: str) -> KeyFacts:
    """Its user, its state and its last use; where its account is not known, it may be another's."""
    gone = replace(
        known, answer=Answer.DELETED, said=("No user of this account has this access key: it was deleted.",)
    )
    if known.account is None:
        said = "No user of this account has this access key: it was deleted, or belongs to another account."
        gone = replace(known, answer=Answer.UNREADABLE, said=(said,))
    try:
        used = await accesskeys.last_use(aws, key_id)
        if used is None:
            return gone
        known = replace(known, user=used.user or None, last_used=used if used.at else None)
        if not used.user:
            said = "AWS names no user for it: it may be the root user's."
            return replace(known, answer=Answer.UNKNOWN, said=(said,))
        keys = await ACCESS_KEYS.list(aws, used.user)
    except NotFound:
        return gone
    except AwsError as error:
        return replace(known, answer=Answer.UNREADABLE, said=(str(error),))
    found = next((each for each in keys if each.id == key_id), None)
    if found is None:
        return replace(gone, user=known.user, last_used=known.last_used)
    said = (
        "Deactivating it does not end sessions that were opened with it."
        if found.status == "Active"
        else "It is inactive; sessions that were opened with it may go on."
    )
    return _of_credential(known, found, (said,))
