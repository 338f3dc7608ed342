"""`stanch case export`: a case's calls and journal as a timeline for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from services.base.sizes import count
from services.cases.book import CaseBook
from services.report.handover import FORMATS
from services.report.rows import rows
from tui.exits import Exit
from tui.shell import completing
from tui.shell.common import Setup, complain, pass_setup
from tui.shell.newfile import deliver, may_replace, output_option


@click.command(
    "export",
    short_help="Export a case's timeline for other tools.",
    epilog="Examples: stanch case export 1123-K5E --output case.jsonl · "
    "stanch case export 1123-K5E --format csv --output case.csv",
)
@click.argument("case_id", metavar="ID", shell_complete=completing.cases)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="timesketch: JSON lines for Timesketch; csv (default: from the file name, else timesketch).",
)
@output_option
@pass_setup
@click.pass_context
def command(
    ctx: click.Context, setup: Setup, case_id: str, form: str | None, output: Path | None, force: bool
) -> None:
    """Export every call that the case's reviews kept and every line of its journal, in order of time.

    Each row has message, datetime and timestamp_desc, as Timesketch needs them, and stanch's own fields.
    No row has a secret. AWS is not contacted. Exit 3 if evidence is missing or was altered.
    """
    replaces = output is not None and may_replace(output, force=force)
    case = CaseBook(setup.state_dir).get(case_id)
    found = rows(case)
    named = "csv" if output and output.suffix.lower() == ".csv" else "timesketch"
    content = FORMATS[form or named](case.id, found.rows)
    told = f"{count(len(found.rows), 'row')} of case {case.id}"
    deliver(content, output, told, replaces=replaces)
    for words in found.unread:
        complain(words)
    if not found.reviewed:
        complain("CloudTrail was not reviewed in this case: only its journal is exported.")
    flaws = case.flaws()
    for flaw in flaws:
        complain(flaw)
    ctx.exit(Exit.DEFECT if flaws else Exit.INCOMPLETE if found.unread else Exit.DONE)
