"""`stanch case report`: one document of what happened, to read, to print and to hand on."""

from __future__ import annotations

from pathlib import Path

import click

from services.aws import sts
from services.aws.errors import AwsError
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.sentences import belongs_elsewhere
from services.report import flow
from services.report.build import build
from services.report.files import FORMATS, format_of
from services.report.model import Report
from tui.exits import Exit
from tui.shell import completing
from tui.shell.common import Setup, complain, pass_setup, run
from tui.shell.newfile import deliver, may_replace, output_option


@click.command(
    "report",
    short_help="Write a report of what happened.",
    epilog="Examples: stanch case report 1123-K5E · stanch case report 1123-K5E --output report.html · "
    "stanch case report 1123-K5E --format json --offline",
)
@click.argument("case_id", metavar="ID", shell_complete=completing.cases)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="Report format (default: from the file name, else md).",
)
@output_option
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
    deliver(content, output, f"Report of case {case.id}", replaces=replaces)
    for flaw in report.journal.flaws:
        complain(flaw)
    ctx.exit(Exit.DEFECT if report.journal.flaws else Exit.DONE if complete else Exit.INCOMPLETE)


async def _with_traffic(setup: Setup, case: Case, report: Report) -> tuple[Report, bool]:
    """The report with fresh points, and whether all of them could be read."""
    try:
        async with setup.session(report.header.account) as aws:
            account = (await sts.get_caller(aws)).account
            if why := belongs_elsewhere(case.state().opened, account, aws.where):
                complain(f"IncomingBytes is as it was last saved. {why}")
                return report, False
            reading = await flow.read(aws, report)
    except AwsError as error:
        complain(f"IncomingBytes is as it was last saved. {error}")
        return report, False
    for part in reading.unreadable:
        complain(part.words)
    return build(case, flow.keep(case, reading)), not reading.unreadable
