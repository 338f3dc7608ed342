"""`stanch policy`: the policies that govern keys, as JSON to read, keep or attach."""

from __future__ import annotations

from collections.abc import Sequence

import click

from services import policies
from services.aws import accessanalyzer
from services.aws.accessanalyzer import PolicyType, Remark
from services.governance.documents import (
    MOST_DAYS,
    BadDocument,
    Document,
    Kind,
    Wanted,
    document,
    service_named,
)
from tui.cli import Exit
from tui.shell.common import Setup, complain, pass_setup, print_json, run


@click.command(
    "policy",
    short_help="Policies that govern keys: deny them, or let none last for ever.",
    epilog="Examples: stanch policy deny-use · stanch policy expiry --days 30 > expiry.json · "
    "stanch policy deny --service bedrock --validate · stanch policy write --log-group /app/web",
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
@click.option("--validate", is_flag=True, help="Ask Access Analyzer what it says of the document.")
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
    validate: bool,
) -> None:
    """Print a policy document of that KIND on standard output.

    \b
    deny      no key may be made, reset or used
    deny-use  no key may be used
    expiry    keys may be made only if they expire within so many days
    write     logs may be sent with a key, to the log groups named and no others

    They are AWS's own examples with their traps closed: other services' keys are not hit, a key without an
    expiry counts as too long, and Bedrock's second action name is there.
    """
    try:
        wanted = Wanted(Kind(kind), service_named(service), days, allow, log_groups)
        made = document(wanted)
    except BadDocument as error:
        raise click.UsageError(str(error)) from None
    print_json(made)
    complain(f"{policies.counted_length(made):,} characters, white space not counted.")
    remarks: Sequence[Remark] = run(_validated(setup, made, "IDENTITY_POLICY")) if validate else ()
    for remark in remarks:
        complain(f"Access Analyzer: {remark.kind.lower()} {remark.code}: {remark.words}")
    if validate and not remarks:
        complain("Access Analyzer has nothing to say against it.")
    ctx.exit(Exit.REFUSED if any(remark.kind == "ERROR" for remark in remarks) else Exit.DONE)


async def _validated(setup: Setup, made: Document, kind: PolicyType) -> tuple[Remark, ...]:
    async with setup.session() as aws:
        return await accessanalyzer.validate_policy(aws, made, kind)
