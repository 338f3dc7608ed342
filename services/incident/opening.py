"""From a key's id to its runbook: found in AWS or in its case, the case gone on with or begun."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from services.aws import iam, sts
from services.aws.errors import AwsError, way_into
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.aws.where import Where
from services.base import clock
from services.base.keyservices import SESSIONS_ALONE
from services.base.nearest import no_such
from services.base.text import clean
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.errors import CaseError, NoSuchKey
from services.cases.sentences import belongs_elsewhere
from services.cases.state import INCIDENT, CaseState
from services.incident.engine import Runbook
from services.incident.temporary import find_role, find_session
from services.keys import inventory
from services.keys.accesskeys import is_access_key, service_told_by
from services.keys.keyid import account_in
from services.keys.named import named
from services.keys.userkeys import kind_of
from services.keys.whereabouts import key_of


async def look_up(
    aws: AwsSession, book: CaseBook, key_id: str, *, user: str | None = None, case_id: str | None = None
) -> Runbook:
    """The runbook of that key, on its open case where there is one; begins no case, so it can plan only.

    Raises NoSuchKey, CaseError or an AwsError. The case is not entered yet: `begin` does that.
    """
    caller = await sts.get_caller(aws)
    case = book.get(case_id) if case_id else book.open_case_of(key_id, aws.where)
    if case is not None and case_id is not None:
        _check(case, key_id)
    key = await find_key(aws, caller, key_id, user, case)
    return Runbook(aws, caller, key, case, names=book.names)


def _check(case: Case, key_id: str) -> None:
    state = case.state()
    if state.kind != INCIDENT:
        see = Where().stanch("case show", case.id)
        raise CaseError(f"Case {case.id} is a {state.kind}, not an incident: see `{see}`.")
    if state.opened.get("key_id") != key_id:
        raise CaseError(f"Case {case.id} belongs to key {state.opened.get('key_id')}, not to {key_id}.")


async def find_key(
    aws: AwsSession, caller: Caller, key_id: str, user: str | None, case: Case | None
) -> Credential:
    """The key as AWS lists it, else as its case knew it; raises NoSuchKey."""
    known = from_case(case.state()) if case else None
    if known is not None and user not in (None, known.user):
        # It may have been renamed since; else it is a slip, and the case says nothing of that user.
        known = None
    theirs = account_in(key_id) if key_id.startswith(("AKIA", "ASIA")) else None
    if known is None and theirs not in (None, caller.account):
        raise NoSuchKey(
            f"{key_id} belongs to account {theirs}; you are signed in to {caller.account}. "
            f"{way_into(theirs, caller.partition)}"
        )
    match service_told_by(key_id):
        case _ if known is not None:
            pass
        case "temporary":
            return await find_session(aws, key_id, user)
        case "role":
            return await find_role(aws, key_id)
    elsewhere = case and belongs_elsewhere(case.state().opened, caller.account, aws.where)
    if known is not None and (known.service in SESSIONS_ALONE or elsewhere):
        # What another account has says nothing of it.
        return known
    if known is not None:
        found = await key_of(aws, kind_of(known.service), key_id, known.user, known.created)
    elif user is not None:
        async with named(aws, "user", user):
            found = await inventory.find(aws, key_id, user)
    else:
        found = await inventory.find(aws, key_id)
    if (key := found or known) is None:
        raise await _no_such_key(aws, caller, key_id, user)
    return key


async def _no_such_key(aws: AwsSession, caller: Caller, key_id: str, user: str | None) -> NoSuchKey:
    """With whose it is, or the near id, where the keys of all users may be listed."""
    keys: list[Credential] = []
    if is_access_key(key_id):
        whose = f"of user {clean(user)}" if user else f"in account {caller.account}"
        return NoSuchKey(
            f"No access key {key_id} {whose}: it was deleted, or belongs to another user or account. "
            "Check the id, the account and the profile."
        )
    with suppress(AwsError):
        async for page in iam.credential_pages(aws):
            keys += page.credentials
    if other := next((key.user for key in keys if key.id == key_id), None):
        return NoSuchKey(f"User {user} has no key {clean(key_id)}: it belongs to user {other}.")
    mine = [key.id for key in keys if user in (None, key.user)]
    where = f"of user {clean(user)}" if user else f"in account {caller.account}"
    otherwise = "Check the id, the account and the profile."
    return NoSuchKey(no_such("key", key_id, mine, where, otherwise))


def begin(runbook: Runbook, book: CaseBook, *, take_over: bool = False) -> Case:
    """The runbook's case, begun now if there is none, and entered: leave it with `with` or `__exit__`."""
    # What another account answers is not kept in it.
    runbook.guard_account()
    caller = runbook.caller
    with book.one_at_a_time():
        # Somebody may have begun one since the key was looked up.
        runbook.case = (
            runbook.case
            or book.open_case_of(runbook.key.id, runbook.aws.where, runbook.kind)
            or book.create(
                runbook.key,
                account=caller.account,
                caller_arn=caller.arn,
                now=clock.now(),
                kind=runbook.kind,
                where=runbook.aws.where,
            )
        )
        return runbook.case.enter(caller.arn, take_over=take_over)


def from_case(state: CaseState) -> Credential:
    """The key as it was when the case was opened."""
    opened = state.opened

    def when(name: str) -> datetime | None:
        return clock.parse(opened[name]) if opened.get(name) else None

    return Credential(
        id=opened["key_id"],
        user=opened["user"],
        service=opened["service"],
        status=opened["status"],
        created=when("created") or clock.now(),
        expires=when("expires"),
        alias=opened.get("alias"),
    )
