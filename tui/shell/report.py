"""`stanch case report`: one document of what happened, to read, to print and to hand on."""

from __future__ import annotations

from pathlib import Path

import click

from services.aws import sts
from services.aws.errors import AwsError
from services.cases.case import Case, CaseBook
from services.report import flow
from services.report.build import build
from services.report.files import FORMATS, format_of, write_new
from services.report.model import Report
from tui.exits import Exit
from tui.shell.common import Setup, complain, pass_setup, run


@click.command(
    "report",
    short_help="What happened, as one document.",
    epilog="Examples: stanch case report 1123-K5E · stanch case report 1123-K5E --output report.html · "
    "stanch case report 1123-K5E --format json --offline",
)
@click.argument("case_id", metavar="ID")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="What to write; without it what the name of the file says, else md.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to a new file, for you alone, and not to standard output.",
)
@click.option("--offline", is_flag=True, help="Ask AWS for nothing: IncomingBytes as they were last kept.")
@pass_setup
@click.pass_context
def command(
    ctx: click.Context, setup: Setup, case_id: str, form: str | None, output: Path | None, offline: bool
) -> None:
    """Write the report of a case: what its journal and evidence say, and IncomingBytes from CloudWatch.

    The points read are kept in the case as evidence. HTML is one file that loads nothing and runs nothing.
    """
    if output and (output.exists() or output.is_symlink()):
        raise click.UsageError(f"{output} exists already: name a file that does not.")
    case = CaseBook(setup.state_dir).get(case_id)
    report, complete = build(case), True
    if not offline:
        report, complete = run(_with_traffic(setup, case, report))
    content = FORMATS[form or (output and format_of(output)) or "md"](report)
    if output:
        _write(output, content)
        click.echo(f"The report of case {case.id} is in {output}.")
    else:
        click.echo(content, nl=False)
    for flaw in report.journal.flaws:
        complain(flaw)
    ctx.exit(Exit.DEFECT if report.journal.flaws else Exit.DONE if complete else Exit.INCOMPLETE)


async def _with_traffic(setup: Setup, case: Case, report: Report) -> tuple[Report, bool]:
    """The report with fresh points, and whether all of them could be read."""
    try:
        async with setup.session() as aws:
            account = (await sts.get_caller(aws)).account
            if account != report.header.account:
                complain(
                    f"The case is of account {report.header.account}, and the credentials are of {account}: "
                    "IncomingBytes is as it was last kept."
                )
                return report, False
            reading = await flow.read(aws, report)
    except AwsError as error:
        complain(f"IncomingBytes is as it was last kept. {error}")
        return report, False
    for part in reading.unreadable:
        complain(f"{part.what} could not be read. {part.error}")
    return build(case, flow.keep(case, reading)), not reading.unreadable


def _write(path: Path, content: str) -> None:
    try:
        write_new(path, content)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}.") from None
