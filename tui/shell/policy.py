"""`stanch policy`: the policies that govern keys, as JSON to read and keep, or attached and taken away."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import click

from services import policies
from services.aws.errors import ReadOnly
from services.governance import opening
from services.governance.attaching import Attaching, Offer
from services.governance.book import PolicyBook
from services.governance.documents import MOST_DAYS, BadDocument, Kind, Wanted, document, service_named
from services.governance.targets import BadTarget, Target, parse_target
from services.governance.validation import Validation, validate
from services.runbook.case import Case
from services.runbook.errors import Refused
from services.runbook.plan import Plan, State
from services.runbook.state import StepState
from tui.cli import Exit
from tui.shell.common import Setup, as_json, complain, pass_setup, print_json, run


@click.command(
    "policy",
    short_help="Policies that govern keys: deny them, or let none last for ever.",
    epilog="Examples: stanch policy deny-use · stanch policy expiry --days 30 --attach-to group:developers · "
    "stanch policy deny --service bedrock --attach-to scp:ou-ab12-12345678 --plan · "
    "stanch policy deny-use --attach-to user:web --undo",
)
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.option(
    "--service", metavar="S", default="logs", show_default=True, help="Whose keys: logs, bedrock, …"
)
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=90,
    show_default=True,
    help="How long a key may last at most (expiry).",
)
@click.option("--allow", is_flag=True, help="Let the holder make such keys, too (expiry).")
@click.option(
    "--log-group",
    "log_groups",
    metavar="NAME",
    multiple=True,
    help="A log group that may be written to (write); may be repeated.",
)
@click.option("--validate", "validating", is_flag=True, help="Ask Access Analyzer what it says of it.")
@click.option(
    "--attach-to",
    "target",
    metavar="WHOM",
    help="user:NAME, group:NAME, role:NAME, or scp: and a root, unit or account of the organization.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Say what attaching it would do, and do nothing.")
@click.option("--undo", is_flag=True, help="Put back what was there before it was attached.")
@click.option("--yes", is_flag=True, help="Do not ask before doing it.")
@click.option("--take-over", is_flag=True, help="Go on though somebody else holds the case.")
@as_json
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    kind: str,
    service: str,
    days: int,
    allow: bool,
    log_groups: tuple[str, ...],
    validating: bool,
    target: str | None,
    only_plan: bool,
    undo: bool,
    yes: bool,
    take_over: bool,
    as_json: bool,
) -> None:
    """Print a policy document of that KIND on standard output, or attach it.

    \b
    deny      no key may be made, reset or used
    deny-use  no key may be used
    expiry    keys may be made only if they expire within so many days
    write     logs may be sent with a key, to the log groups named and no others

    They are AWS's own examples with their traps closed: other services' keys are not hit, a key without an
    expiry counts as too long, and Bedrock's second action name is there. What is attached is journaled under
    the state directory before it is sent, read back, and can be undone.
    """
    try:
        wanted = Wanted(Kind(kind), service_named(service), days, allow, log_groups)
        document(wanted)
        whom = parse_target(target) if target else None
    except (BadDocument, BadTarget) as error:
        raise click.UsageError(str(error)) from None
    if whom is None:
        if only_plan or undo or yes:
            raise click.UsageError("--plan, --undo and --yes go with --attach-to.")
        ctx.exit(run(_print(setup, wanted, validating)))
    if only_plan and (undo or yes):
        raise click.UsageError("--plan does nothing: it goes with neither --undo nor --yes.")
    if not only_plan and not yes and not sys.stdin.isatty():
        raise click.UsageError("Nobody can be asked here: say --yes, or look first with --plan.")
    work = _Work(setup, whom, wanted, as_json, take_over)
    ctx.exit(run(work.show() if only_plan else work.take(undo=undo, ask=not yes)))


async def _print(setup: Setup, wanted: Wanted, validating: bool) -> int:
    made = document(wanted)
    print_json(made)
    complain(f"{policies.counted_length(made):,} characters, white space not counted.")
    if not validating:
        return Exit.DONE
    async with setup.session() as aws:
        validation = await validate(aws, made)
    _remark(validation)
    if validation.trouble:
        return Exit.AWS
    return Exit.REFUSED if validation.errors else Exit.DONE


@dataclass(frozen=True, slots=True)
class _Work:
    """One policy and one target, taken on from the shell."""

    setup: Setup
    target: Target
    wanted: Wanted
    as_json: bool
    take_over: bool

    @property
    def book(self) -> PolicyBook:
        return PolicyBook(self.setup.state_dir)

    async def show(self) -> int:
        async with self.setup.session() as aws:
            offer = await (await opening.look_up(aws, self.book, self.target, self.wanted)).offer()
        if self.as_json:
            named = {"policy": self.wanted.name, "target": str(self.target)}
            print_json(named | {"document": document(self.wanted)} | offer.as_json())
        else:
            _print_offer(offer)
        return Exit.DONE

    async def take(self, *, undo: bool, ask: bool) -> int:
        async with self.setup.session() as aws:
            attaching = await opening.look_up(aws, self.book, self.target, self.wanted)
            if self.setup.read_only:
                raise ReadOnly("DetachPolicy" if undo else "AttachPolicy")
            shown = await self._agreed(attaching, undo=undo, ask=ask)
            with opening.begin(attaching, self.book, take_over=self.take_over) as case:
                for found in await attaching.resume():
                    complain(found)
                step = await (attaching.undo(shown) if undo else attaching.apply(shown))
                self._tell(case, step)
        return Exit.DONE if _verified(step) else Exit.INCOMPLETE

    async def _agreed(self, attaching: Attaching, *, undo: bool, ask: bool) -> Plan:
        """The plan, agreed to where that was *ask*ed; what is blocked begins no case."""
        offer = await (attaching.offer_undo() if undo else attaching.offer())
        if ask:
            _print_offer(offer)
        if offer.plan.blocked:
            raise Refused(offer.plan.blocked)
        if ask and offer.plan.calls:
            click.confirm("Do it?", abort=True, err=True)
        return offer.plan

    def _tell(self, case: Case, step: StepState) -> None:
        words = f"{step.words[:1].upper()}{step.words[1:]}"
        if not self.as_json:
            click.echo(f"{words}. Case {case.id}.")
            return
        print_json(
            {
                "case": case.id,
                "policy": self.wanted.name,
                "target": str(self.target),
                "state": step.state.value,
                "calls": [sent.call.as_json() | {"request_id": sent.request_id} for sent in step.calls],
                "verified": _verified(step),
                "message": words,
            }
        )


def _verified(step: StepState) -> bool:
    return step.state.holds or step.state is State.UNDONE


def _print_offer(offer: Offer) -> None:
    from tui.shell.respond import print_plan

    print_plan(offer.plan)
    for line in offer.diff:
        click.echo(f"  {line}")
    _remark(offer.validation)


def _remark(validation: Validation) -> None:
    for remark in validation.remarks:
        complain(f"Access Analyzer: {remark.kind.lower()} {remark.code}: {remark.words}")
    if validation.trouble:
        complain(f"Access Analyzer was not asked. {validation.trouble}")
