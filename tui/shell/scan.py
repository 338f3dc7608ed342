"""`stanch scan`: leaked API keys in files, in git histories and on standard input."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from services.base import sizes
from services.keys.token import Token
from services.scan.scan import Scan
from tui.exits import Exit
from tui.shell.common import Progress, Setup, as_json, complain, pass_setup, print_json, print_table


@click.command(
    "scan",
    short_help="Find leaked API keys in files, git histories and standard input.",
    epilog="Examples: stanch scan . · git diff --cached | stanch scan --fail-on-found - · "
    "stanch scan ~/src --json · stanch scan leaked.env --respond",
)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True)
@click.option(
    "--fail-on-found", is_flag=True, help="Exit with 4 where a key is found, as a hook or CI needs it."
)
@click.option("--respond", is_flag=True, help="Open the runbook of the key that is found.")
@as_json
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    paths: tuple[str, ...],
    fail_on_found: bool,
    respond: bool,
    as_json: bool,
) -> None:
    """Look for API keys below each PATH, or on standard input (-).

    A folder is looked through with all that is in it; of a git repository its whole history too, commits that
    were undone included. Each key is decoded to be sure, and named by its service, user and account: its
    secret is shown nowhere. AWS is asked nothing.
    """
    if respond and (as_json or fail_on_found):
        raise click.UsageError("--respond opens the screen: it goes with neither --json nor --fail-on-found.")
    scan, line = Scan(), Progress()
    scan.on_progress = lambda scan: line(f"{_read(scan)}, {len(scan.found)} found")
    for path in paths:
        if path == "-":
            scan.stream(sys.stdin.buffer, "standard input")
        else:
            scan.path(Path(path))
    line.done()
    if as_json:
        print_json(_document(scan))
    else:
        _tell(scan)
    for what, why in scan.unreadable:
        complain(f"{what} was not looked through: {why}.")
    if respond and (token := _the_one(scan)):
        from tui.shell.screen import open_runbook

        ctx.exit(open_runbook(setup, "-", user=None, case_id=None, token=token))
    if scan.found and fail_on_found:
        ctx.exit(Exit.REFUSED)
    ctx.exit(Exit.INCOMPLETE if scan.unreadable else Exit.DONE)


def _the_one(scan: Scan) -> Token | None:
    if len(scan.tokens) > 1:
        raise click.UsageError("More than one key was found: scan the place of the one to respond to.")
    return scan.tokens[0] if scan.tokens else None


def _read(scan: Scan) -> str:
    files = f"{scan.files:,} file{'s' * (scan.files != 1)}"
    objects = f", {scan.objects:,} git object{'s' * (scan.objects != 1)}" if scan.objects else ""
    return f"{files}{objects}, {sizes.size(scan.bytes_read)}"


def _tell(scan: Scan) -> None:
    if not scan.found:
        click.echo(f"No API key was found in what was read ({_read(scan)}).")
        return
    rows = [
        (
            found.token.service or found.token.prefix,
            found.token.user,
            found.token.account,
            found.token.alias + (" (cut)" if found.token.looks_cut else ""),
            found.place,
        )
        for found in scan.found
    ]
    print_table(("SERVICE", "USER", "ACCOUNT", "ALIAS", "WHERE"), rows)
    users = sorted({token.user for token in scan.tokens if token.user})
    for user in users:
        click.echo(
            f"Next: stanch keys --user {user}, then stanch respond KEY_ID; or scan once more with --respond."
        )


def _document(scan: Scan) -> dict[str, object]:
    return {
        "complete": not scan.unreadable,
        "files": scan.files,
        "objects": scan.objects,
        "bytes": scan.bytes_read,
        "unreadable": [{"what": what, "error": why} for what, why in scan.unreadable],
        "found": [found.as_json() for found in scan.found],
    }
