"""Faults at the calls of a way: success, or one sentence and a case that can be gone on with.

Those that refuse strike one after the other, at one call after the other, while one subject goes its way;
answers are lost to all the calls of one going. Each call is refused in one way, the next call in another, so
that every fault comes on a way of five calls; a call that makes a secret is refused in each way that a case
tells apart. Its answer is lost to every call that was made, and to every call that was not. With
STANCH_FULL_MATRICES=1 every fault is tried at every call, on a subject of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Protocol

import pytest
from botocore import exceptions as botocore

from sandbox.wire.server import Sandbox
from services.aws.call import Call
from services.aws.errors import AwsError
from services.aws.session import Answer, AwsSession
from services.aws.transport import HttpSession
from services.cases.errors import Refused
from tests.samples import EVERYTHING

REFUSING = {
    "throttled": "throttle:{}:9",
    "5xx": "500:{}:9",
    "credentials expired": "expired:{}:1",
    "denied": "deny:{}:1",
    # A page in place of XML is asked for again.
    "rubbish": "rubbish:{}:9",
}
NO_ANSWER = "acted, then no answer"
LOSING = {
    # The client takes it for the end of its patience (see unanswered): nobody has to wait.
    NO_ANSWER: "drop:{}:1",
    "acted, then reset": "drop:{}:1",
    "reset before it acted": "drop-before:{}:1",
}
ALIKE = (("denied",), ("throttled", "credentials expired"), ("5xx", "rubbish"))
"""It was refused; it was not heard; nobody knows: what is done about each of these is the same."""
IN_TURN = ("denied", "throttled", "5xx", "credentials expired", "rubbish")
MINTS = ("CreateServiceSpecificCredential", "ResetServiceSpecificCredential")
"""What they make comes once, and costs a key or a secret where it is made twice."""
AT_READS = ("denied", "throttled", "rubbish")
"""How else a read is refused is told apart by AwsSession alone."""

NAMED_BY_CLOUDTRAIL = {"GetBucketLifecycleConfiguration": "GetBucketLifecycle"}
"""Where CloudTrail calls it otherwise than the API: so does the sandbox, with its faults."""


class Subject(Protocol):
    """What goes a way; *take* does whatever of it was not done yet."""

    async def take(self) -> None: ...

    def check(self) -> None:
        """All is as the way ends."""


def at(call: str) -> list[str]:
    """The faults that refuse, as far as a case tells them apart at that call."""
    return [fault for fault in REFUSING if EVERYTHING or fault in AT_READS or not Call("", call).reads]


def refusing(call: str, number: int) -> list[str]:
    """Those that are tried at the call of that number on the way."""
    every = at(call)
    if EVERYTHING:
        return every
    if call in MINTS:
        return [alike[number % len(alike)] for alike in ALIKE]
    in_turn = [fault for fault in IN_TURN if fault in every]
    return [in_turn[number % len(in_turn)]]


def losing(calls: Collection[str]) -> list[str]:
    """The ways in which answers to those calls are lost: after it was acted on, one of both, and before."""
    acted = [fault for fault in LOSING if fault.startswith("acted")]
    return [*LOSING] if EVERYTHING else [acted[len("".join(calls)) % len(acted)], "reset before it acted"]


def loses(call: str, fault: str) -> bool:
    """Whether its answer is lost in that way; that a read was not made is no news."""
    return EVERYTHING or not Call("", call).reads or fault.startswith("acted")


async def refused(
    sandbox: Sandbox, fresh: Callable[[], Subject], calls: Collection[str], *, but: Collection[object] = ()
) -> int:
    """Every fault that refuses at every call, in the order of the way; how many struck."""
    subject: Subject | None = None
    every = [(call, fault) for number, call in enumerate(calls) for fault in refusing(call, number)]
    tried = [each for each in every if each not in but]
    for call, fault in tried:
        subject = subject or fresh()
        said = await strike(sandbox, subject, call, fault)
        if said is None or EVERYTHING:
            await _end(subject, f"{call}: {fault}; said {said}")
            subject = None
    if subject:
        await _end(subject, "after all of them")
    return len(tried)


async def strike(sandbox: Sandbox, subject: Subject, call: str, fault: str) -> str | None:
    """One fault at one call, while the subject goes its way; what was said then."""
    said, before = None, sandbox.faults.struck
    sandbox.faults.add((REFUSING | LOSING)[fault].format(NAMED_BY_CLOUDTRAIL.get(call, call)))
    try:
        await subject.take()
    except (AwsError, Refused) as error:
        said = str(error)
    sandbox.faults.lift()
    assert sandbox.faults.struck > before, f"{call}: {fault}: it was never made; said {said}"
    assert said is None or (said and "\n" not in said), f"{call}: {fault}; said {said}"
    return said


async def lost(sandbox: Sandbox, fresh: Callable[[], Subject], calls: Collection[str]) -> int:
    """Answers lost to every call of one going; how many were lost."""
    count = 0
    for fault in losing(calls):
        spec = LOSING[fault]
        struck = [call for call in calls if loses(call, fault)]
        for together in [struck, *([call] for call in struck if EVERYTHING)] if struck else []:
            subject, said, before = fresh(), list[str](), sandbox.faults.struck
            for call in together:
                sandbox.faults.add(spec.format(NAMED_BY_CLOUDTRAIL.get(call, call)))
            for _ in range(len(together) + 1):
                try:
                    with unanswered() if fault == NO_ANSWER else nullcontext():
                        await subject.take()
                    break
                except (AwsError, Refused) as error:
                    said.append(str(error))
            else:
                pytest.fail(f"{together}: {fault}: never ended, {said}")
            count += len(together)
            assert sandbox.faults.struck == before + len(together), f"{together}: {fault}; said {said}"
            assert all(sentence and "\n" not in sentence for sentence in said)
            sandbox.faults.lift()
            await _end(subject, f"{together}: {fault}; said {said}")
    return count


async def _end(subject: Subject, what: str) -> None:
    try:
        await subject.take()
        subject.check()
    except Exception as error:
        error.add_note(what)
        raise


@contextmanager
def unanswered() -> Iterator[None]:
    """A connection that ends is taken for an answer that was waited for in vain."""
    send = HttpSession.send

    async def wait_in_vain(self: HttpSession, request: Any) -> Any:
        try:
            return await send(self, request)
        except (botocore.HTTPClientError, botocore.ConnectionError) as error:
            raise botocore.ReadTimeoutError(endpoint_url=request.url, error=error) from None

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(HttpSession, "send", wait_in_vain)
        yield


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The operations that an AwsSession sends meanwhile."""
    send, made = AwsSession.send, set[str]()

    async def note(self: AwsSession, call: Call) -> Answer:
        made.add(call.operation)
        assert call.reads or call.mark, f"{call.operation} did not go by the one sender"
        return await send(self, call)

    with monkeypatch.context() as patched:
        patched.setattr(AwsSession, "send", note)
        yield made
