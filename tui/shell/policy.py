"""`stanch policy`: the policies that govern keys, as JSON to read and keep, or attached and taken away."""

from __future__ import annotations

import click

from services.goals.governance.documents import MOST_DAYS, BadDocument, Kind, Wanted, document, service_named
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import BadTarget, parse_target
from services.goals.governance.validation import Validation, validate
from services.rights import policies
from tui.exits import Exit
from tui.shell import completing
from tui.shell.common import Setup, complain, pass_setup, print_document, run
from tui.shell.upkeep import How, Work, how_options


@click.command(
    "policy",
    epilog="Examples: stanch policy deny-use · stanch policy expiry --days 30 --attach-to group:developers · "
    "stanch policy deny --service bedrock --attach-to scp:ou-ab12-12345678 --plan · "
    "stanch policy deny-use --attach-to user:web --undo",
)
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.option(
    "--service",
    "services",
    shell_complete=completing.services,
    metavar="S",
    multiple=True,
    help="Whose keys: logs (the default), bedrock, …; may be repeated.",
)
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=90,
    show_default=True,
    help="The longest life a key may have (expiry).",
)
@click.option("--allow", is_flag=True, help="Also allow creating such keys (expiry).")
@click.option(
    "--log-group",
    "log_groups",
    metavar="NAME",
    multiple=True,
    help="A log group it may write to (write); may be repeated.",
)
@click.option("--validate", "validating", is_flag=True, help="Check the policy with Access Analyzer.")
@click.option(
    "--attach-to",
    "target",
    metavar="WHOM",
    help="user:NAME, group:NAME, role:NAME, or scp: and a root, unit or account of the organization.",
)
@how_options
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    kind: str,
    services: tuple[str, ...],
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
    """Print a policy document of this KIND on standard output, or attach it.

    \b
    deny      no key may be created, reset or used
    deny-use  no key may be used
    expiry    new keys must expire within so many days
    write     logs may be sent with a key to the log groups named

    They are AWS's own examples, corrected: other services' keys are unaffected, a key without an expiry
    counts as too long, and Bedrock's second action name is included. Every call is journaled under the state
    directory before it is sent, read back afterwards, and can be undone.
    """
    try:
        first, *more = [service_named(each) for each in services or ("logs",)]
        wanted = Wanted(Kind(kind), first, days, allow, log_groups, tuple(dict.fromkeys(more)))
        document(wanted)
        whom = parse_target(target) if target else None
    except (BadDocument, BadTarget) as error:
        raise click.UsageError(str(error)) from None
    if whom is None:
        if only_plan or undo or yes:
            raise click.UsageError("--plan, --undo and --yes need --attach-to.")
        ctx.exit(run(_print(setup, wanted, validating)))
    how = How(only_plan, undo, yes, take_over, as_json)
    how.check()
    goal = PolicyGoal(whom, wanted)
    named = {"policy": wanted.name, "target": str(whom), "document": goal.document}
    ctx.exit(run(Work(setup, goal, how, named).run()))


async def _print(setup: Setup, wanted: Wanted, validating: bool) -> int:
    made = document(wanted)
    print_document(made)
    complain(f"{policies.counted_length(made):,} characters, not counting white space.")
    if not validating:
        return Exit.DONE
    async with setup.session() as aws:
        validation = await validate(aws, made)
    _remark(validation)
    if validation.trouble:
        return Exit.AWS
    return Exit.REFUSED if validation.errors else Exit.DONE


def _remark(validation: Validation) -> None:
    for remark in validation.remarks:
        complain(f"Access Analyzer: {remark.kind.lower()} {remark.code}: {remark.words}")
    if validation.trouble:
        complain(f"Access Analyzer was not asked. {validation.trouble}")
