"""`stanch case report`: one document of what happened, to read, to print and to hand on."""

from __future__ import annotations

from pathlib import Path

import click

from services.aws import sts
from services.aws.errors import AwsError
from services.cases.book import CaseBook
from services.cases.case import Case
from services.report import flow
from services.report.build import build
from services.report.files import FORMATS, format_of, write_new
from services.report.model import Report
from tui.exits import Exit
from tui.shell.common import Setup, complain, pass_setup, run
from tui.shell.newfile import force_option, may_replace


@click.command(
    "report",
    short_help="Write a report of what happened.",
    epilog="Examples: stanch case report 1123-K5E · stanch case report 1123-K5E --output report.html · "
    "stanch case report 1123-K5E --format json --offline",
)
@click.argument("case_id", metavar="ID")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="Report format (default: from the file name, else md).",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to a new file, readable only by you, instead of standard output.",
)
@force_option("--output")
@click.option("--offline", is_flag=True, help="Do not contact AWS: use IncomingBytes as last saved.")
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    case_id: str,
    form: str | None,
    output: Path | None,
    force: bool,
    offline: bool,
) -> None:
    """Write the report of a case from its journal, its evidence, and IncomingBytes from CloudWatch.

    The points read are saved in the case as evidence. HTML is one file that loads nothing and runs nothing.
    """
    replaces = output is not None and may_replace(output, force=force)
    case = CaseBook(setup.state_dir).get(case_id)
    report, complete = build(case), True
    if not offline:
        report, complete = run(_with_traffic(setup, case, report))
    content = FORMATS[form or (output and format_of(output)) or "md"](report)
    if output:
        _write(output, content, replaces)
        click.echo(f"Report of case {case.id} written to {output}.")
    else:
        click.echo(content, nl=False)
    for flaw in report.journal.flaws:
        complain(flaw)
    ctx.exit(Exit.DEFECT if report.journal.flaws else Exit.DONE if complete else Exit.INCOMPLETE)


async def _with_traffic(setup: Setup, case: Case, report: Report) -> tuple[Report, bool]:
    """The report with fresh points, and whether all of them could be read."""
    try:
        async with setup.session(report.header.account) as aws:
            account = (await sts.get_caller(aws)).account
            if account != report.header.account:
                complain(
                    f"The case belongs to account {report.header.account}; you are signed in "
                    f"to {account}. IncomingBytes is as it was last saved."
                )
                return report, False
            reading = await flow.read(aws, report)
    except AwsError as error:
        complain(f"IncomingBytes is as it was last saved. {error}")
        return report, False
    for part in reading.unreadable:
        complain(f"{part.what} could not be read. {part.error}")
    return build(case, flow.keep(case, reading)), not reading.unreadable


def _write(path: Path, content: str, replaces: bool) -> None:
    try:
        write_new(path, content, force=replaces)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}.") from None
