"""The responder's desk: every key that is being handled, and the steps under way, whatever screen is open."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine, Sequence
from contextlib import nullcontext, suppress
from datetime import datetime
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.worker import WorkerCancelled

from tui.app.speaking import speaking
from tui.host import Host

if TYPE_CHECKING:
    from services.cases.plan import Deed, Plan
    from services.incident.handling import Handling
    from services.incident.outcome import Outcome
    from services.incident.situation import Options
    from tui.frame.notice import Level

PATIENCE = 20.0
"""Seconds that a step under way is waited for when the program ends; longer than AWS is waited for."""

PATIENCE_WITH_REVIEWS = 2.0
"""The same for a review, which was told to stop and changes nothing."""

PATIENCE_IN_THE_DEMO = 0.3
"""The same there: who has seen enough waits for a second at most, all in all."""

_LONGEST = 140
"""Characters of what is said of a step's end: two lines at 80 columns."""


class Desk:
    """A step begun here is carried to its end though its screen closes, and told on whatever is in sight."""

    def __init__(self, host: Host, app: App[None]) -> None:
        self._host = host
        self._app = app
        self._handlings: list[Handling] = []
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._openings: set[asyncio.Task[Handling]] = set()
        self._waiting: Counter[str] = Counter()
        self._tasks: dict[asyncio.Task[Outcome], Deed] = {}
        self._carried: dict[asyncio.Task[None], str] = {}
        self.ended = 0
        """How many deeds came to their end: what was read before may have changed since."""

    def now(self) -> datetime:
        return self._host.options.now()

    async def open(self, key_id: str, user: str | None = None, case: str | None = None) -> Handling:
        """The handling of that key, gone on with if there is one; raises NoSuchKey, CaseError, AwsError."""
        opening = asyncio.create_task(self._open(key_id, user, case), name=f"opening {key_id}")
        self._openings.add(opening)
        opening.add_done_callback(self._openings.discard)
        self._waiting[key_id] += 1
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            # Cut off half-way it would keep the case from everybody, ourselves included.
            opening.add_done_callback(self._nobody_looks)
            raise
        finally:
            self._waiting[key_id] -= 1

    def _nobody_looks(self, opening: asyncio.Task[Handling]) -> None:
        """Give back what was opened for a screen that is gone, unless another waits for it."""
        if opening.cancelled() or opening.exception():
            return
        handling = opening.result()
        if not self._waiting[handling.key_id]:
            self.release(handling)

    async def _open(self, key_id: str, user: str | None, case: str | None) -> Handling:
        # Not before a key is handled: the engines behind it would hold up the first rows.
        from services.cases.book import CaseBook
        from services.incident.handling import Handling

        aws = await self._host.aws()
        # One after the other: a second would find the case held, by ourselves.
        async with self._opening[key_id]:
            for known in self._handlings:
                if known.key_id == key_id and (case is None or (known.case and known.case.id == case)):
                    return known
            handling = Handling(aws, CaseBook(self._host.options.state_dir), key_id, user=user, case=case)
            try:
                await handling.open()
            except BaseException:
                handling.leave()
                raise
            self._handlings.append(handling)
            return handling

    def of_case(self, case_id: str) -> Handling | None:
        """The handling of that case, where it is being worked on here."""
        return next((each for each in self._handlings if each.case and each.case.id == case_id), None)

    def start(
        self,
        handling: Handling,
        step: Deed,
        options: Options | None = None,
        *,
        undo: bool = False,
        shown: Plan | None = None,
        turns: asyncio.Semaphore | None = None,
    ) -> asyncio.Task[Outcome]:
        """Begin a step, or pull a lever; raises Refused where it is under way already.

        Of the deeds that share *turns* only so many are done at once.
        """
        deed = handling.take(step, options, undo=undo, shown=shown)
        task = asyncio.create_task(_in_turn(deed, turns), name=f"{step} {handling.key_id}")
        self._tasks[task] = step
        task.add_done_callback(self._tasks.pop)
        task.add_done_callback(self._count)
        self._app.run_worker(self._see_through(handling, task), group="deeds", name=f"{step}")
        return task

    def carry(self, title: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin *work* that changes something in AWS: no end, of a screen or the program, cuts it off."""
        task = asyncio.create_task(work, name=title)
        self._carried[task] = title
        task.add_done_callback(self._carried.pop)
        task.add_done_callback(self._count)
        task.add_done_callback(_raise_defect)
        return task

    async def ask(self, question: Coroutine[Any, Any, object]) -> None:
        """From work that is carried: a dialog ends with the program, when nobody is there to be asked."""
        if self._host.leaving:
            question.close()
            return
        with suppress(WorkerCancelled):
            await self._app.run_worker(question, group="ask").wait()

    def _count(self, _: asyncio.Task[Any]) -> None:
        self.ended += 1

    def under_way(self) -> tuple[str, ...]:
        """What would be waited for if the program ended now."""
        steps = (
            f"{step} of {handling.key_id}"
            for handling in self._handlings
            for step in handling.under_way
            if not _is_review(step)
        )
        return (*steps, *self._carried.values())

    def in_hand(self) -> str | None:
        """Why the keys that are handled can't be given back now; None where they can."""
        for handling in self._handlings:
            if handling.runbook and handling.runbook.secret is not None:
                return f"the new secret of {handling.key_id} isn't stored yet"
        return None

    def release(self, handling: Handling) -> None:
        """Give the case back once nobody looks and nothing is under way."""
        if not handling.on_change and not handling.under_way:
            handling.leave()
            if handling in self._handlings:
                self._handlings.remove(handling)

    async def close(self) -> None:
        """Let what was sent be answered and journaled, then give all cases back."""
        for handling in self._handlings:
            handling.work.stop()
        await asyncio.gather(self._wait(PATIENCE, reviews=False), _ended(PATIENCE, tuple(self._carried)))
        patience = PATIENCE_WITH_REVIEWS if not self._host.options.demo else PATIENCE_IN_THE_DEMO
        await _ended(patience, tuple(self._openings))
        await self._wait(patience, reviews=True)
        for handling in self._handlings:
            handling.on_change.clear()
            handling.leave()

    async def _wait(self, seconds: float, *, reviews: bool) -> None:
        """So long for the *reviews*, or for all other steps."""
        await _ended(seconds, [task for task, step in self._tasks.items() if _is_review(step) is reviews])

    async def _see_through(self, handling: Handling, task: asyncio.Task[Outcome]) -> None:
        # The screen's end, and this worker's, must not end what was sent.
        outcome = await asyncio.shield(task)
        self._tell(handling, outcome)
        if outcome.result and outcome.result.secret:
            await self._show_secret(handling, outcome)
        elif outcome.error and handling.runbook and handling.runbook.secret:
            from tui.dialogs.inhand import rescue

            await rescue(self._app, handling.runbook, str(outcome.error))
        self.release(handling)

    def _tell(self, handling: Handling, outcome: Outcome) -> None:
        doing = f"{'undoing ' if outcome.undo else ''}{outcome.step} of {handling.key_id}"
        if outcome.error is not None:
            self._host.keep(doing, outcome.error)
        if screen := speaking(self._app.screen):
            level: Level = "alarm" if outcome.error else "info"
            where = "" if handling.on_change else f"{handling.key_id}: "
            said = outcome.words if outcome.error else _first_sentence(outcome.words)
            screen.say(f"{where}{outcome.step}: {said}", level)

    async def _show_secret(self, handling: Handling, outcome: Outcome) -> None:
        from tui.dialogs.secret import SecretDialog

        assert outcome.result is not None
        assert outcome.result.secret is not None
        made = handling.state.replacement
        key_id = made.key_id if made else handling.key_id
        seen = await self._app.push_screen_wait(
            SecretDialog(key_id, handling.user or "", outcome.result.secret)
        )
        if seen:
            await self._journal_seen(handling)
        elif handling.runbook:
            handling.runbook.forget_secret()

    async def _journal_seen(self, handling: Handling) -> None:
        from services.incident.outcome import Stopped

        try:
            await handling.delivered()
        except Stopped as error:
            self._host.keep(f"journaling that the secret of {handling.key_id} was seen", error)
            if screen := speaking(self._app.screen):
                screen.say(f"{error}  (! shows it again)", "alarm")


def _is_review(deed: Deed) -> bool:
    """Whether it changes nothing in AWS."""
    from services.cases.plan import StepName

    return deed is StepName.REVIEW


async def _in_turn(deed: Coroutine[Any, Any, Outcome], turns: asyncio.Semaphore | None) -> Outcome:
    try:
        async with turns or nullcontext():
            return await deed
    finally:
        deed.close()


async def _ended(seconds: float, tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Wait for them so long, and then cancel them: what is sent is still answered and journaled."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _raise_defect(task: asyncio.Task[None]) -> None:
    """What nobody foresaw must not be swallowed with the task."""
    if not task.cancelled() and (error := task.exception()):
        task.get_loop().call_exception_handler({"message": "work that was begun failed", "exception": error})


def _first_sentence(words: str) -> str:
    """In short: the rest stands at the step."""
    first, dot, _ = words.partition(". ")
    return shorten(first + "." if dot else words, _LONGEST, placeholder="…")
