"""Who answered? Pages that are not AWS's at every changing call, acted upon or not: the journal agrees.

In one going every call of a way gets such an answer once: one of CANONICAL, of which the next call gets
another, or one that is drawn. Calls that make a secret get two of CANONICAL, in two goings. With
STANCH_FULL_MATRICES=1 there are as many goings as there are answers.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product, zip_longest
from typing import Any, Protocol

import pytest
from aiobotocore.endpoint import AioEndpointCreator

from services.aws.errors import AwsError
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.lines import Entry
from tests.samples import EVERYTHING
from tests.services.aws.liar import Asked, Liar, Lie, answer
from tests.services.matrices.faults import MINTS

STATUSES = (
    *(200, 201, 202, 204, 206, 301, 302, 307, 400, 401, 403, 404, 405, 407, 408, 409, 413, 429),
    *(451, 500, 501, 502, 503, 504, 511, 520),
)
BODIES = {
    "page": "<!doctype html><html><body>Blocked by policy</body></html>",
    "nothing": "",
    "text": "upstream connect error",
    "refusal in XML": (
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    ),
    "no such thing in XML": "<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>",
    "refusal in JSON": '{"__type":"AccessDeniedException","message":"not authorized"}',
    "object": "{}",
    "cut off": "<CreateUserResponse><CreateUserResult><User>",
}
NEVER_KNOWN = ("ResetServiceSpecificCredential",)
"""Whether the old secret still works AWS tells nobody."""


class Subject(Protocol):
    async def take(self) -> None: ...

    def check(self) -> None: ...


@dataclass(frozen=True)
class Told:
    """*once* leaves the retry to AWS; *acts* says whether AWS hears of it before somebody else answers."""

    status: int
    body: str
    acts: bool
    once: bool

    @property
    def lie(self) -> Lie:
        return Lie(answer(self.status, BODIES[self.body], {"Location": "/"}), acts=self.acts)


CANONICAL = (
    Told(403, "page", acts=True, once=True),
    Told(503, "page", acts=True, once=True),
    Told(403, "page", acts=False, once=False),
)


def answers_to(call: str, number: int) -> list[Told]:
    """Those to the call of that number on the way."""
    every = [Told(*each) for each in product(STATUSES, BODIES, (True, False), (True, False))]
    drawn = random.Random(zlib.crc32(call.encode())).sample(every, len(every))
    if EVERYTHING:
        return drawn
    if call in MINTS:
        at = number % len(CANONICAL)
        return [CANONICAL[at], CANONICAL[at - 1]]
    return [(*CANONICAL, drawn[0])[number % (len(CANONICAL) + 1)]]


@contextmanager
def between(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """*liar* is the proxy of what is tested; boto3, which is asked what is true, has none."""
    with monkeypatch.context() as patched:
        patched.setattr(AioEndpointCreator, "_get_proxies", lambda self, url: {"http": liar.url})
        yield


async def agrees(
    liar: Liar,
    fresh: Callable[[], Subject],
    calls: Collection[str],
    book: Callable[[Any], CaseBook],
    *,
    first: int = 0,
) -> int:
    """Every call gets its answers, one in each going; how many were given. *first* numbers the calls."""
    answers = {call: answers_to(call, number) for number, call in enumerate(calls, first)}
    for told in zip_longest(*answers.values()):
        subject = fresh()
        given = {call: each for call, each in zip(answers, told, strict=True) if each is not None}
        try:
            await Going(liar, book(subject), given).go(subject)
        except BaseException as error:
            error.add_note(f"told {given}")
            raise
    return sum(map(len, answers.values()))


class Going:
    """One subject's way, on which each call of *told* gets its answer while it is first tried."""

    def __init__(self, liar: Liar, book: CaseBook, told: dict[str, Told]) -> None:
        self.told = told
        self._liar, self._book = liar, book
        self._given: dict[str, int] = {}
        self._done: set[str] = set()
        self._asked: list[int] = []
        """The intents of the requests that were let through, in their order."""

    async def go(self, subject: Subject) -> None:
        self._liar.lie = self._lie
        self._liar.acted.clear()
        for _ in range(2 * len(self.told) + 2):
            said = None
            try:
                await subject.take()
            except (AwsError, Refused) as error:
                said = str(error)
            assert said is None or (said and "\n" not in said), said
            self._done |= set(self._given)
            self._compare()
            if said is None:
                break
        else:
            pytest.fail(f"it never ended; said {said}")
        assert self._done == set(self.told), "some were never made"
        self._liar.lie = lambda asked: None
        subject.check()

    def _lie(self, asked: Asked) -> Lie | None:
        told = self.told.get(asked.operation)
        if told is None:
            return None
        given = self._given.get(asked.operation, 0)
        lie = None if asked.operation in self._done or (told.once and given) else told.lie
        self._given[asked.operation] = given + (lie is not None)
        if lie is None or lie.acts:
            self._asked.append(self._intents()[-1].seq)
        return lie

    def _intents(self) -> list[Entry]:
        return [each for each in self._entries() if each.kind == "intent"]

    def _entries(self) -> tuple[Entry, ...]:
        (case, *_) = self._book.cases()
        return case.journal.entries()

    def _compare(self) -> None:
        """What the journal says of each call is what AWS did."""
        statuses = [status for operation, status in self._liar.acted if operation in self.told]
        acted = {seq for seq, status in zip(self._asked, statuses, strict=True) if status < 300}
        for intent in self._intents():
            call, said = intent.data["call"]["operation"], self._said(intent.seq)
            if call not in self.told or (said is None and (call in NEVER_KNOWN or intent.seq not in acted)):
                continue
            assert said is (intent.seq in acted), f"{call}: the journal says {said}: {self._liar.acted}"

    def _said(self, seq: int) -> bool | None:
        said: bool | None = None
        for each in self._entries():
            if each.data.get("intent") == seq:
                if each.kind == "outcome":
                    said = None if each.data.get("unknown") else each.data["ok"]
                if each.kind == "settled":
                    said = each.data["done"]
        return said
