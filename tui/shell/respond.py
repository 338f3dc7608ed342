"""`stanch respond`: the runbook of one key, on the screen or step by step from the shell."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

import click

from services.aws.errors import ReadOnly
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.plan import Deed, LeverName, Plan, StepName, deed, steps_of
from services.cases.preflight import warned
from services.cases.secret import ToScreen
from services.incident import intruder, opening, reviewing
from services.incident.engine import Runbook
from services.incident.others import usable
from services.incident.result import Result
from services.incident.situation import DEFAULT_AGE_DAYS, Options
from services.keys.accesskeys import ROLE_ID, owner_of
from services.keys.keyid import account_in
from services.review.model import SourceUnavailable
from services.rotation.opening import notices
from tui.exits import Exit
from tui.shell.athenaoptions import athena_options, given_athena
from tui.shell.common import Progress, Setup, as_json, complain, confirm, pass_setup, print_json, run
from tui.shell.completing import case_option
from tui.shell.goingon import Answers, answer_options, given_answers, go_on, show_secret
from tui.shell.identify import match_key, read_token
from tui.shell.lookingon import print_quiet, print_sweep
from tui.shell.moment import Moment
from tui.shell.printedplan import print_plan
from tui.shell.rescue import secret_kept
from tui.shell.secretplace import destination, secret_options
from tui.shell.streams import require_output

UNDOABLE = [*(step.value for step in StepName), *(lever.value for lever in LeverName)]
READS = ("sweep", "quiet")
STEPS = [*UNDOABLE, "reset", *READS]


@click.command(
    "respond",
    epilog="Examples: stanch respond ACCA… · stanch respond - < token.txt · stanch respond ACCA… --plan · "
    "stanch respond ACCA… --user web --step deactivate --yes --json · "
    "stanch respond ACCA… --undo deny --yes",
)
@click.argument("key_id", required=False)
@click.option("--user", metavar="U", help="The key's user; avoids searching all users.")
@case_option
@click.option(
    "--plan",
    "only_plan",
    is_flag=True,
    help="Show what each step would do, and change nothing.",
)
@click.option("--step", "step", type=click.Choice(STEPS), help="Take this step, without a screen.")
@click.option("--undo", "undo", type=click.Choice(UNDOABLE), help="Undo this step.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@secret_options
@answer_options
@click.option(
    "--days",
    type=click.IntRange(1, 36600),
    default=DEFAULT_AGE_DAYS,
    show_default=True,
    help="When the replacement expires.",
)
@click.option("--never-expires", is_flag=True, help="Create a replacement that never expires (not advised).")
@click.option(
    "--sigv4", is_flag=True, help="Make the deny policy cover logs:PutLogEvents too, which signed calls use."
)
@click.option(
    "--new-user", metavar="NAME", help="Create the replacement for a new user with the same permissions."
)
@click.option("--hold-policy", metavar="ARN", help="Attach this existing managed policy as the deny policy.")
@click.option(
    "--log-group",
    "log_groups",
    metavar="NAME",
    multiple=True,
    help="A log group to turn off, or with --undo on again, as NAME or NAME@REGION; may be repeated.",
)
@click.option(
    "--access-key",
    "access_keys",
    metavar="ID",
    multiple=True,
    help="An access key to make inactive (default: all of the user's); may be repeated.",
)
@click.option(
    "--role",
    "roles",
    metavar="NAME",
    multiple=True,
    help="A role whose sessions to end too, besides those that the key assumed; may be repeated.",
)
@click.option(
    "--made",
    metavar="EVENT",
    multiple=True,
    help="With --step intruder: the event that made what to stop, as sweep and review name it.",
)
@click.option("--override", metavar="REASON", help="Delete before a replacement was seen working; journaled.")
@click.option(
    "--source",
    metavar="WHERE",
    default="auto",
    help="What the review reads: auto, history, s3, insights, lake, athena, or a folder or file of records.",
)
@athena_options
@click.option("--since", type=Moment(), help="Where the review begins: 7d, 36h, or a time in UTC.")
@click.option(
    "--suspected",
    type=Moment(),
    help="With --step review: when the key may have leaked; kept in the case.",
)
@click.option("--take-over", is_flag=True, help="Take over the case from whoever is working on it.")
@as_json
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    key_id: str | None,
    user: str | None,
    case_id: str | None,
    only_plan: bool,
    step: str | None,
    undo: str | None,
    yes: bool,
    secret_to: str,
    kms_key: str | None,
    secret_tags: tuple[str, ...],
    days: int,
    never_expires: bool,
    sigv4: bool,
    new_user: str | None,
    hold_policy: str | None,
    log_groups: tuple[str, ...],
    access_keys: tuple[str, ...],
    roles: tuple[str, ...],
    made: tuple[str, ...],
    override: str | None,
    source: str,
    since: datetime | None,
    suspected: datetime | None,
    take_over: bool,
    as_json: bool,
) -> None:
    """Open the runbook of KEY_ID (or of a token on standard input: -).

    KEY_ID is that of an API key (ACCA…), an access key (AKIA…) or a session (ASIA…). Of a session, its user's
    or role's sessions can be ended, and short-term API keys denied (deny); of a role named with --role in
    place of a key, its sessions can be ended.

    The steps, in AWS's order: deactivate, review, replace (or reset), delete, deny. Of an access key the
    second is sessions (end those that it opened). Beside the steps: sessions, groups (log groups refuse
    bearer tokens), access-keys (the user's other keys), intruder (one thing that the leaked key or a session
    of it made: stopped, never deleted), sweep (what else the user has, and what the intruder made), quiet
    (whether nothing was used for 30 minutes). Every call is journaled in a case under the state directory
    before it is sent; an interrupted run resumes its case.
    """
    if key_id is None:
        if len(roles) != 1:
            raise click.UsageError("Give a key ID, or one role whose sessions to end with --role.")
        key_id, roles = f"{ROLE_ID}{roles[0]}", ()
    if step is not None and undo is not None:
        raise click.UsageError("Say one of --step and --undo.")
    if only_plan and step in [each.value for each in StepName]:
        raise click.UsageError("--plan shows all five steps: leave --step out.")
    if suspected is not None and step != StepName.REVIEW:
        raise click.UsageError("--suspected needs --step review.")
    options = Options(
        age_days=None if never_expires else days,
        in_place=step == "reset",
        new_user=new_user,
        secret_to=destination(secret_to, kms_key, secret_tags),
        also_sigv4=sigv4,
        hold_policy=hold_policy,
        log_groups=log_groups,
        access_keys=access_keys,
        roles=roles,
        made=made,
        override=override,
        since=since,
        source=source,
        athena=given_athena(),
    )
    if as_json and isinstance(options.secret_to, ToScreen) and step in ("replace", "reset"):
        raise click.UsageError(
            "--secret-to screen and --json cannot be combined: the secret is shown only to you."
        )
    work = _Work(setup, key_id, user, case_id, options, as_json, take_over, given_answers(), suspected)
    if only_plan:
        ctx.exit(run(work.plan(step, undo)))
    if step or undo:
        if step == "sweep":
            ctx.exit(run(work.sweep()))
        if step == "quiet":
            ctx.exit(run(work.quiet()))
        name = StepName.REPLACE if step == "reset" else deed(step or undo or "")
        if not yes and not sys.stdin.isatty():
            raise click.UsageError("Not a terminal: pass --yes, or preview with --plan.")
        if name is StepName.REPLACE and not undo and isinstance(options.secret_to, ToScreen):
            require_output()
        try:
            ctx.exit(run(work.take(name, undo=bool(undo), ask=not yes)))
        except SourceUnavailable as error:
            raise click.UsageError(str(error)) from None
    if as_json:
        raise click.UsageError("--json needs --plan, --step or --undo.")
    from tui.shell.screen import open_runbook

    ctx.exit(open_runbook(setup, key_id, user=user, case_id=case_id, token=work.token))


class _Work:
    """One runbook, taken on from the shell."""

    def __init__(
        self,
        setup: Setup,
        key_id: str,
        user: str | None,
        case_id: str | None,
        options: Options,
        as_json: bool,
        take_over: bool,
        answers: Answers,
        suspected: datetime | None = None,
    ) -> None:
        self.answers = answers
        self.suspected = suspected
        self.setup = setup
        self.key_id = key_id
        self.user = user
        self.case_id = case_id
        self.options = options
        self.as_json = as_json
        self.take_over = take_over
        self.book = CaseBook(setup.state_dir)
        self.token = read_token() if key_id == "-" else None

    def _session(self) -> AwsSession:
        """In the account that the key names, where a role leads there."""
        return self.setup.session(self.token.account if self.token else account_in(self.key_id))

    async def plan(self, step: str | None, undo: str | None) -> int:
        """Of the five steps, or of the one that is named."""
        if step in READS:
            raise click.UsageError(f"{step} only reads: leave --plan out.")
        async with self._session() as aws:
            runbook = await self._look_up(aws)
            wanted = steps_of(runbook.key.service)
            if step or undo:
                wanted = (StepName.REPLACE if step == "reset" else deed(step or undo or ""),)
            plans = await asyncio.gather(*(self._planned(runbook, each, undo=bool(undo)) for each in wanted))
            rights = None if step or undo else await runbook.triage()
        if self.as_json:
            print_json(
                {
                    "key_id": runbook.key.id,
                    "user": runbook.key.user,
                    "steps": [plan.as_json() for plan in plans],
                    **({"triage": rights.as_json()} if rights else {}),
                }
            )
        else:
            click.echo(f"{runbook.key.id} of {owner_of(runbook.key)} in {aws.where.text}")
            if rights:
                click.echo(f"{runbook.key.user}: {rights.words}")
            for number, plan in enumerate(plans, 1):
                print_plan(plan, number)
        return Exit.DONE

    async def _planned(self, runbook: Runbook, step: Deed, *, undo: bool = False) -> Plan:
        """The plan to look at, with a warning of what is not allowed."""
        plan = await (runbook.plan_undo if undo else runbook.plan)(step, self.options)
        return warned(plan, await runbook.preflight(plan))

    async def take(self, step: Deed, *, undo: bool, ask: bool) -> int:
        async with self._session() as aws:
            runbook = await self._look_up(aws)
            runbook.guard()
            if self.setup.read_only and step is not StepName.REVIEW:
                raise ReadOnly(step)
            if self.setup.read_only:
                return await self._review_alone(runbook)
            shown = await self._ask(runbook, step, undo) if ask else None
            with opening.begin(runbook, self.book, take_over=self.take_over):
                await go_on(runbook, self.answers)
                async with secret_kept(runbook, self.setup):
                    result, complete = await self._do(runbook, step, undo, shown)
                    if result.secret:
                        result = await show_secret(runbook, result)
                self._print(runbook, step, result)
        for left in result.left:
            complain(left)
        return Exit.DONE if result.verified and complete and not result.left else Exit.INCOMPLETE

    async def _review_alone(self, runbook: Runbook) -> int:
        """Under --read-only: it is kept in no case, and begins none."""
        line = Progress()
        review = await reviewing.perform(
            runbook.situation(self.options), lambda progress: line(progress.note)
        )
        line.done()
        self._print(
            runbook, StepName.REVIEW, Result(runbook.state.step(StepName.REVIEW), review.verdict_words)
        )
        return Exit.DONE if review.complete else Exit.INCOMPLETE

    async def sweep(self) -> int:
        async with self._session() as aws:
            runbook = await self._look_up(aws)
            if runbook.case is None or self.setup.read_only:
                found = await runbook.sweep()
            else:
                with opening.begin(runbook, self.book, take_over=self.take_over):
                    found = await runbook.sweep()
        return print_sweep(found, as_json=self.as_json)

    async def quiet(self) -> int:
        async with self._session() as aws:
            runbook = await self._look_up(aws)
            if runbook.case is None or self.setup.read_only:
                found = await runbook.quiet(self.options)
            else:
                with opening.begin(runbook, self.book, take_over=self.take_over):
                    found = await runbook.quiet(self.options)
        return print_quiet(found, as_json=self.as_json)

    async def _ask(self, runbook: Runbook, step: Deed, undo: bool) -> Plan:
        plan = await self._planned(runbook, step, undo=undo)
        print_plan(plan)
        if plan.blocked:
            raise Refused(plan.blocked)
        if plan.calls:
            confirm(runbook.aws, f"Proceed in {plan.where.text}?")
        return plan

    async def _do(self, runbook: Runbook, step: Deed, undo: bool, shown: Plan | None) -> tuple[Result, bool]:
        if undo:
            return await runbook.undo(step, self.options, shown=shown), True
        if step is not StepName.REVIEW:
            return await runbook.apply(step, self.options, shown=shown), True
        line = Progress()
        if self.suspected is not None:
            # First on disk, so that the review is measured against it even where it is cut and gone on with.
            await runbook.suspected(self.suspected)
        result, review = await runbook.review(self.options, lambda progress: line(progress.note))
        line.done()
        return result, review.complete

    async def _look_up(self, aws: AwsSession) -> Runbook:
        key_id, user = self.key_id, self.user
        if self.token is not None:
            key_id, user = await match_key(aws, self.token)
        runbook = await opening.look_up(aws, self.book, key_id, user=user, case_id=self.case_id)
        for notice in notices(self.book, key_id, runbook.aws.where):
            complain(notice)
        return runbook

    def _print(self, runbook: Runbook, step: Deed, result: Result) -> None:
        case = runbook.case.id if runbook.case else None
        if not self.as_json:
            where = f"Case {case}." if case and not self.setup.read_only else "Kept in no case (--read-only)."
            click.echo(f"{result.message.rstrip('.')}. {where}")
            if step is StepName.REVIEW or isinstance(step, LeverName):
                for words in (*usable(runbook.state), *intruder.left(runbook.state)):
                    complain(words)
            return
        print_json(
            {
                "case": case,
                "key_id": runbook.key.id,
                "user": runbook.key.user,
                "step": step.value,
                "state": result.step.state.value,
                "calls": [
                    sent.call.as_json() | {"request_id": sent.request_id} for sent in result.step.calls
                ],
                "verified": result.verified,
                "message": result.message,
                "compromised_as_well": list(runbook.state.compromised),
                "made_by_intruder": list(runbook.state.made),
            }
        )
