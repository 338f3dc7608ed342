"""From a key's id to its rotation: gone on with or begun, and kept apart from the key's incidents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from services.aws import sts
from services.aws.session import AwsSession
from services.aws.where import Where
from services.base import clock
from services.base.keyservices import ACCESS_KEY, SESSIONS_ALONE
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.deposit import words_of
from services.cases.errors import CaseError, NoSuchKey
from services.cases.plan import State, StepName
from services.cases.state import ROTATION, CaseState
from services.incident.opening import begin as begin
from services.incident.opening import find_key
from services.rotation.engine import Rotation


async def look_up(aws: AwsSession, book: CaseBook, key_id: str, *, user: str | None = None) -> Rotation:
    """The rotation of that key, on its open case where there is one; begins none, so it can plan only.

    Raises NoSuchKey, CaseError or an AwsError.
    """
    caller = await sts.get_caller(aws)
    case = book.open_case_of(key_id, aws.where, ROTATION)
    try:
        key = await find_key(aws, caller, key_id, user, case)
    except NoSuchKey as error:
        if done := _finished(book, key_id, aws.where):
            raise NoSuchKey(done) from None
        raise error
    if key.service in (ACCESS_KEY, *SESSIONS_ALONE):
        raise NoSuchKey(
            f"{key_id} is not an API key: replace an access key by its runbook "
            f"(`{aws.where.stanch('respond', key_id)}`)."
        )
    return Rotation(
        aws, caller, key, case, barred=barred(book, key_id, aws.where), names=book.names, now=clock.now
    )


def barred(book: CaseBook, key_id: str, where: Where) -> str | None:
    """Why the key is not to be rotated: an incident comes first, and one rotation after the other."""
    if incident := book.open_case_of(key_id, where):
        close = where.stanch("case close", incident.id)
        return (
            f"{key_id} has an open incident, case {incident.id}: resume "
            f"that (`{where.stanch('respond', key_id)}`), or close it (`{close}`)."
        )
    for case, state in _open(book, where):
        if state.replacement and state.replacement.key_id == key_id:
            return (
                f"{key_id} is the new key in case {case.id}, the rotation of {state.about}: "
                f"finish that first (`{where.stanch('rotate', state.about)}`)."
            )
    return None


def notices(book: CaseBook, key_id: str, where: Where) -> tuple[str, ...]:
    """For whoever responds to a leak of that key: its rotation under way, a sentence each."""
    return tuple(
        _notice(case, state, key_id)
        for case, state in _open(book, where)
        if key_id in (state.about, state.replacement.key_id if state.replacement else None)
    )


def _notice(case: Case, state: CaseState, key_id: str) -> str:
    made = state.replacement
    if made is None:
        return f"{key_id} is being rotated in case {case.id}, which has not created a new key yet."
    if made.key_id == key_id:
        return f"{key_id} is the new key of case {case.id}, the rotation of {state.about}, which is open."
    where = f"its secret is in {words_of(made.delivered)}" if made.delivered else "its secret is lost"
    return f"{key_id} is being rotated in case {case.id}: its new key is {made.key_id}, {where}."


def _finished(book: CaseBook, key_id: str, where: Where) -> str | None:
    for case in book.cases():
        with suppress(CaseError):
            state = case.state()
            if state.kind == ROTATION and state.about == key_id and where.has(state.opened):
                deleted, made = state.step(StepName.DELETE), state.replacement
                if deleted.state is State.CONFIRMED and made:
                    return f"{key_id} was rotated in case {case.id}: {made.key_id} replaced it."
    return None


def _open(book: CaseBook, where: Where) -> Iterator[tuple[Case, CaseState]]:
    for case in book.cases():
        with suppress(CaseError):
            state = case.state()
            if (
                state.kind == ROTATION
                and state.closed_at is None
                and where.has(state.opened)
                and not case.altered
            ):
                yield case, state
