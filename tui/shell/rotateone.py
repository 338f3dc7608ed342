"""One key's rotation, gone on with from the shell."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import LiteralString

import click

from services.aws.errors import AwsError, ReadOnly
from services.base import clock
from services.cases.book import CaseBook
from services.cases.errors import CaseHeld, Refused
from services.cases.plan import Plan, StepName
from services.cases.preflight import warned
from services.incident.replace import orphan
from services.incident.result import Result
from services.incident.situation import Options
from services.keys.keyid import account_in
from services.rotation import opening
from services.rotation.engine import Rotation
from services.rotation.following import follow
from services.rotation.stages import STEP, Next, Standing, command
from services.traffic.named import groups_named
from tui.exits import Exit
from tui.shell.common import Setup, complain, confirm, print_json
from tui.shell.goingon import Answers, go_on, show_secret
from tui.shell.printedplan import print_plan
from tui.shell.rescue import secret_kept


class Do(StrEnum):
    """What is asked for; LOOK begins the rotation where there is none."""

    LOOK = "look"
    NEXT = "next"
    IMPORTED = "imported"
    WATCH = "watch"
    BACK = "back"
    DELETE = "delete"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Want:
    """What is to be done, and how."""

    do: Do
    options: Options
    only_plan: bool
    yes: bool
    take_over: bool
    as_json: bool
    answers: Answers = field(default_factory=Answers)


class One:
    """The rotation of one key."""

    def __init__(self, setup: Setup, key_id: str, user: str | None, want: Want) -> None:
        self.setup, self.key_id, self.user, self.want = setup, key_id, user, want
        self.book = CaseBook(setup.state_dir)

    async def run(self) -> int:
        do, options = self.want.do, self.want.options
        async with self.setup.session(account_in(self.key_id)) as aws:
            rotation = await opening.look_up(aws, self.book, self.key_id, user=self.user)
            if options.log_groups:
                await groups_named(aws, options.log_groups)
            if self.want.only_plan:
                return await self._plans(rotation)
            if do is Do.LOOK and rotation.case is not None:
                return await self._look(rotation)
            if do is Do.WATCH:
                return await self._watch(rotation)
            rotation.guard()
            if self.setup.read_only:
                raise ReadOnly(f"rotate ({do})")
            if not self.want.yes and not sys.stdin.isatty():
                raise click.UsageError("Not a terminal: pass --yes, or preview with --plan.")
            if rotation.case is None:
                return await self._begin(rotation)
            with opening.begin(rotation, self.book, take_over=self.want.take_over):
                await go_on(rotation, self.want.answers)
                match do:
                    case Do.BACK:
                        return await self._take(rotation, StepName.DEACTIVATE, undo=True)
                    case Do.DELETE:
                        return await self._take(rotation, StepName.DELETE)
                    case Do.UNDO:
                        return await self._undo(rotation)
                    case _:
                        return await self._go_on(rotation, options)

    async def _plans(self, rotation: Rotation) -> int:
        plans = [await self._planned(rotation, step) for step in rotation.steps if isinstance(step, StepName)]
        standing = await rotation.standing(self.want.options) if rotation.case else None
        if self.want.as_json:
            print_json(
                {
                    "case": rotation.case.id if rotation.case else None,
                    "key_id": rotation.key.id,
                    "user": rotation.key.user,
                    **(standing.as_json() if standing else {"next": Next.REPLACE.value}),
                    "steps": [plan.as_json() for plan in plans],
                }
            )
            return Exit.DONE
        click.echo(f"{rotation.key.id} of {rotation.key.user} in {rotation.aws.where.text}")
        for number, plan in enumerate(plans, 1):
            print_plan(plan, number)
        return Exit.DONE

    async def _look(self, rotation: Rotation) -> int:
        with self._held(rotation):
            self._tell(rotation, await rotation.standing(self.want.options))
        if rotation.barred:
            complain(rotation.barred)
        return Exit.DONE

    @contextmanager
    def _held(self, rotation: Rotation) -> Iterator[None]:
        """The case, where it can be had, so that what is seen is journaled; looking needs it not."""
        if self.setup.read_only or rotation.barred or rotation.case is None:
            yield
            return
        try:
            case = opening.begin(rotation, self.book, take_over=self.want.take_over)
        except CaseHeld as held:
            complain(str(held))
            yield
            return
        with case:
            yield

    async def _watch(self, rotation: Rotation) -> int:
        if rotation.case is None:
            raise Refused(f"No rotation of {rotation.key.id} is open: start one ({_command(rotation)}).")
        last: Standing | None = None
        # Others may go on with the case meanwhile: it is held only to write down what came of it.
        async for found in follow(rotation, self.want.options):
            if isinstance(found, AwsError):
                complain(str(found))
                continue
            last = found
            if not self.want.as_json:
                click.echo(f"{clock.spoken(clock.now(), clock.now())}  {found.words}")
        assert last is not None
        with self._held(rotation):
            if rotation.case.held:
                await rotation.standing(self.want.options)
            self._tell(rotation, last, say=self.want.as_json)
        if not self.want.as_json:
            _print_ways(last)
        return Exit.INCOMPLETE if last.verdict and last.verdict.bad else Exit.DONE

    async def _begin(self, rotation: Rotation) -> int:
        if self.want.do not in (Do.LOOK, Do.NEXT):
            raise Refused(f"No rotation of {rotation.key.id} is open: start one ({_command(rotation)}).")
        # What is blocked begins no case.
        shown = await self._agreed(rotation, await self._planned(rotation, StepName.REPLACE))
        with opening.begin(rotation, self.book, take_over=self.want.take_over):
            return await self._done(rotation, StepName.REPLACE, shown)

    async def _go_on(self, rotation: Rotation, options: Options) -> int:
        if self.want.do is Do.IMPORTED:
            await self._say_imported(rotation)
        standing = await rotation.standing(options)
        if standing.next is Next.DONE:
            await rotation.close()
        if (step := STEP.get(standing.next)) is None:
            self._tell(rotation, standing)
            return Exit.DONE if standing.next is Next.DONE else Exit.INCOMPLETE
        return await self._take(rotation, step)

    async def _say_imported(self, rotation: Rotation) -> None:
        made = rotation.state.replacement
        if made is None or orphan(made):
            raise Refused(
                f"There is no new key to import yet: create it first ({_command(rotation, '--next')})."
            )
        await rotation.imported(f"imported (reported by {rotation.caller.arn.rsplit('/', 1)[-1]}")

    async def _undo(self, rotation: Rotation) -> int:
        current = await rotation.situation(self.want.options).credential()
        if current and current.status == "Inactive" and rotation.state.replacement:
            plan = await self._planned(rotation, StepName.DEACTIVATE, undo=True)
            shown = await self._agreed(rotation, plan)
            await rotation.undo(StepName.DEACTIVATE, self.want.options, shown=shown)
        return await self._take(rotation, StepName.REPLACE, undo=True)

    async def _take(self, rotation: Rotation, step: StepName, *, undo: bool = False) -> int:
        shown = await self._agreed(rotation, await self._planned(rotation, step, undo=undo))
        return await self._done(rotation, step, shown, undo=undo)

    async def _planned(self, rotation: Rotation, step: StepName, *, undo: bool = False) -> Plan:
        plan = await (rotation.plan_undo if undo else rotation.plan)(step, self.want.options)
        return warned(plan, await rotation.preflight(plan))

    async def _agreed(self, rotation: Rotation, plan: Plan) -> Plan:
        if not self.want.yes:
            print_plan(plan)
        if plan.blocked:
            raise Refused(plan.blocked)
        if not self.want.yes and plan.calls:
            confirm(rotation.aws, f"Proceed in {plan.where.text}?")
        return plan

    async def _done(self, rotation: Rotation, step: StepName, shown: Plan, *, undo: bool = False) -> int:
        options = self.want.options
        try:
            async with secret_kept(rotation, self.setup):
                if undo and step is StepName.REPLACE:
                    result = await rotation.abandon(options, shown=shown)
                else:
                    result = await (rotation.undo if undo else rotation.apply)(step, options, shown=shown)
                if result.secret:
                    result = await show_secret(rotation, result)
        except Exception:
            _say_orphan(rotation)
            raise
        standing: Standing | None = None
        if not rotation.state.closed_at:
            try:
                standing = await rotation.standing(options)
            except AwsError as error:
                # What was asked for is done; where it stands can be asked again.
                complain(str(error))
        self._tell(rotation, standing, step, result)
        return Exit.DONE if result.verified else Exit.INCOMPLETE

    def _tell(
        self,
        rotation: Rotation,
        standing: Standing | None,
        step: StepName | None = None,
        result: Result | None = None,
        *,
        say: bool = True,
    ) -> None:
        case = rotation.case
        message = result.message if result else standing.words if standing else ""
        if not say:
            return
        if not self.want.as_json:
            click.echo(f"{message.rstrip('.')}. Case {case.id if case else 'none'}.")
            if standing:
                if result:
                    click.echo(standing.words)
                _print_ways(standing)
            return
        calls = result.step.calls if result else ()
        print_json(
            {
                "case": case.id if case else None,
                "key_id": rotation.key.id,
                "user": rotation.key.user,
                "step": step,
                "state": result.step.state.value if result else None,
                "calls": [sent.call.as_json() | {"request_id": sent.request_id} for sent in calls],
                "verified": result.verified if result else None,
                "message": message,
                **(standing or Standing(Next.DONE, message)).as_json(),
            }
        )


def _command(rotation: Rotation, *more: LiteralString) -> str:
    return command(rotation.aws.where, rotation.key, *more)


def _print_ways(standing: Standing) -> None:
    for way, does in standing.ways:
        click.echo(f"  $ {way}   # {does}")


def _say_orphan(rotation: Rotation) -> None:
    made = rotation.state.replacement
    if made and orphan(made):
        on = f"{_command(rotation, '--next')} resets it and stores a new one"
        complain(f"{made.key_id} was created, but its secret is lost: {on}, --undo deletes it.")
