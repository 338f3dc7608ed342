"""What the commands of the quiet weeks share: a plan looked at, done on one yes, taken back."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from services.aws.errors import ReadOnly
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.errors import Refused
from services.cases.plan import State
from services.goals import book
from services.goals.engine import Offer, Upkeep
from services.goals.goal import Goal
from tui.exits import Exit
from tui.shell.common import Setup, complain, confirm, print_json
from tui.shell.goingon import Answers, answer_options, given_answers, go_on
from tui.shell.printedplan import print_plan
from tui.shell.rescue import secret_kept

AfterIt = Callable[[Upkeep], Awaitable[Mapping[str, object]]]
Tell = Callable[[Mapping[str, object]], None]
Check = Callable[[AwsSession], Awaitable[None]]
"""Raises NoSuchName where a name that was typed is nobody's."""


@dataclass(frozen=True, slots=True)
class How:
    """How the work is to be done, as the options say it."""

    only_plan: bool
    undo: bool
    yes: bool
    take_over: bool
    as_json: bool
    answers: Answers = field(default_factory=given_answers)

    def check(self) -> None:
        """Raises a UsageError where the options make no sense together, or nobody can be asked."""
        if self.only_plan and self.yes:
            raise click.UsageError("--plan changes nothing: it cannot be combined with --yes.")
        if not self.only_plan and not self.yes and not sys.stdin.isatty():
            raise click.UsageError("Not a terminal: pass --yes, or preview with --plan.")


def how_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--plan, --undo, --yes, --take-over and --json."""
    command = answer_options(command)
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output."),
        click.option("--take-over", is_flag=True, help="Take over the case from whoever is working on it."),
        click.option("--yes", is_flag=True, help="Do not ask for confirmation."),
        click.option("--undo", is_flag=True, help="Restore what was there before."),
        click.option(
            "--plan", "only_plan", is_flag=True, help="Show what would be done, and change nothing."
        ),
    ):
        command = option(command)
    return command


async def nothing_more(upkeep: Upkeep) -> Mapping[str, object]:
    return {}


async def check_nothing(aws: AwsSession) -> None:
    pass


def say_nothing(more: Mapping[str, object]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Work:
    """One goal, taken on from the shell.

    *named* are the fields that say in JSON what it is about; *after* is done once it stands, in its case, and
    adds fields of its own, of which *tell* tells a person.
    """

    setup: Setup
    goal: Goal
    how: How
    named: Mapping[str, object] = field(default_factory=dict)
    after: AfterIt = nothing_more
    tell: Tell = say_nothing
    check: Check = check_nothing
    """Not asked where what is to be undone is known by a case."""

    @property
    def book(self) -> CaseBook:
        return CaseBook(self.setup.state_dir)

    async def run(self) -> int:
        return await (self.show() if self.how.only_plan else self.take())

    async def show(self) -> int:
        async with self.setup.session() as aws:
            upkeep = await book.look_up(aws, self.book, self.goal, undoing=self.how.undo)
            await self._check(upkeep)
            offer = await (upkeep.offer_undo() if self.how.undo else upkeep.offer())
        if self.how.as_json:
            print_json(dict(self.named) | offer.as_json())
        else:
            print_offer(offer)
        return Exit.DONE

    async def take(self) -> int:
        undo = self.how.undo
        async with self.setup.session() as aws:
            upkeep = await book.look_up(aws, self.book, self.goal, undoing=undo)
            if self.setup.read_only:
                raise ReadOnly(f"{'undo of ' if undo else ''}{self.goal.deed}")
            await self._check(upkeep)
            if upkeep.case:
                # Planned before a run that was cut off is settled, it would be another plan.
                with book.begin(upkeep, self.book, take_over=self.how.take_over):
                    await self._resume(upkeep, self.how.answers)
            offer = await self._agreed(upkeep)
            shown = offer.plan
            if undo and shown.already and upkeep.case is None:
                return self._tell_nothing(offer, shown.already)
            with book.begin(upkeep, self.book, take_over=self.how.take_over) as case:
                await self._resume(upkeep)
                async with secret_kept(upkeep, self.setup):
                    step = await (upkeep.undo(shown) if undo else upkeep.apply(shown))
                    more = {} if undo else dict(await self.after(upkeep))
                self._tell(case, upkeep, offer, more)
                await upkeep.told()
        refused = upkeep.trial is not None and not upkeep.trial.accepted
        done = step.state is State.UNDONE or (step.state.holds and not refused)
        return Exit.DONE if done else Exit.INCOMPLETE

    async def _check(self, upkeep: Upkeep) -> None:
        if not self.how.undo or upkeep.case is None:
            await self.check(upkeep.aws)

    @staticmethod
    async def _resume(upkeep: Upkeep, answers: Answers | None = None) -> None:
        await go_on(upkeep, answers or Answers())

    async def _agreed(self, upkeep: Upkeep) -> Offer:
        """What was offered, agreed to where that was asked; what is blocked begins no case."""
        offer = await (upkeep.offer_undo() if self.how.undo else upkeep.offer())
        if not self.how.yes:
            print_offer(offer)
        if offer.plan.blocked:
            raise Refused(offer.plan.blocked)
        if not self.how.yes and offer.plan.calls:
            confirm(upkeep.aws, f"Proceed in {offer.plan.where.text}?")
        return offer

    def _tell_nothing(self, offer: Offer, already: str) -> int:
        """There is nothing to take back, and no case to say so in."""
        words = f"Nothing to do: {already.rstrip('.')}"
        if self.how.as_json:
            told = {"state": State.UNDONE.value, "calls": [], "verified": True, "message": words}
            print_json({"case": None, **self.named, **told, **offer.proposal.more})
        else:
            click.echo(f"{words}.")
        return Exit.DONE

    def _tell(self, case: Case, upkeep: Upkeep, offer: Offer, more: Mapping[str, object]) -> None:
        step, already = upkeep.step, offer.plan.already
        words = f"{step.words[:1].upper()}{step.words[1:]}"
        if already and not self.how.undo:
            seen = f" {words}." if step.state is State.IN_FORCE else ""
            words = f"Nothing to do: {already.rstrip('.')}.{seen}".rstrip(".")
        if not self.how.as_json:
            click.echo(f"{words}. Case {case.id}.")
            self.tell(more)
            return
        print_json(
            {
                "case": case.id,
                **self.named,
                "state": step.state.value,
                "calls": [sent.call.as_json() | {"request_id": sent.request_id} for sent in step.calls],
                "verified": step.state.holds or step.state is State.UNDONE,
                "message": words,
                **offer.proposal.more,
                **more,
            }
        )


def print_offer(offer: Offer) -> None:
    print_plan(offer.plan)
    for line in offer.proposal.diff:
        click.echo(f"  {line}")
    for remark in offer.proposal.remarks:
        complain(remark)
