"""`stanch scan`: leaked credentials in files, in git histories and on standard input."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from services.aws.where import Where
from services.base import sizes
from services.keys.recognise import AnyKey
from services.keys.token import Token
from services.scan.scan import Scan
from tui.exits import Exit
from tui.shell.common import Progress, Setup, as_json, complain, pass_setup, print_json, print_table


@click.command(
    "scan",
    epilog="Examples: stanch scan . · git diff --cached | stanch scan --fail-on-found - · "
    "stanch scan ~/src --json · stanch scan leaked.env --respond",
)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True)
@click.option("--fail-on-found", is_flag=True, help="Exit with 4 if a key is found, for hooks and CI.")
@click.option("--respond", is_flag=True, help="Open the runbook of the key found.")
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
    """Look for leaked keys below each PATH, or on standard input (-).

    What counts: API keys, short-term API keys, and access keys whose secret stands beside the id. They are
    found in UTF-16, base64, gzip, bzip2, xz, zstd, zip and tar too, one in the other. Other archives, and
    PDF documents, are named as not searched: exit 3.

    Folders are searched recursively, and git repositories with their whole history, including commits that
    were undone. Each key is decoded to be sure, and shown as its service, user and account, never with its
    secret. AWS is not contacted.

    Nothing in a repository is run, obeyed or fetched. What it stores elsewhere (borrowed objects, a linked
    worktree, commits that a shallow or partial clone never fetched) is reported as not read: exit 3.
    """
    if respond and (as_json or fail_on_found):
        raise click.UsageError(
            "--respond opens the screen: it cannot be combined with --json or --fail-on-found."
        )
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
        _tell(scan, setup.where)
    for what, why in scan.unreadable:
        complain(f"{what} was not searched: {why}.")
    if respond and (token := _the_one(scan)):
        from tui.shell.screen import open_runbook

        ctx.exit(open_runbook(setup, "-", user=None, case_id=None, token=token))
    if scan.found and fail_on_found:
        ctx.exit(Exit.REFUSED)
    ctx.exit(Exit.INCOMPLETE if scan.unreadable else Exit.DONE)


def _the_one(scan: Scan) -> Token | None:
    if len(scan.keys) > 1:
        raise click.UsageError("More than one key was found: scan only the place of the one to respond to.")
    for key in scan.keys:
        if isinstance(key, Token):
            return key
        raise click.UsageError(f"--respond takes API keys. Found: {key.kind.label}; see `stanch identify`.")
    return None


def _called(key: AnyKey) -> str:
    return key.alias if isinstance(key, Token) else key.name


def _read(scan: Scan) -> str:
    files = f"{scan.files:,} file{'s' * (scan.files != 1)}"
    objects = f", {scan.objects:,} git object{'s' * (scan.objects != 1)}" if scan.objects else ""
    return f"{files}{objects}, {sizes.size(scan.bytes_read)}"


def _tell(scan: Scan, where: Where) -> None:
    if not scan.found:
        click.echo(f"No key was found in what was read ({_read(scan)}).")
        return
    rows = [
        (
            found.key.service or found.key.kind.label,
            found.key.user or "",
            found.key.account or "",
            _called(found.key) + (" (truncated)" if found.key.looks_cut else ""),
            found.place,
        )
        for found in scan.found
    ]
    print_table(("SERVICE", "USER", "ACCOUNT", "ALIAS OR ID", "WHERE"), rows)
    for account, user in sorted(
        {(key.account, key.user) for key in scan.keys if isinstance(key, Token) and key.account and key.user}
    ):
        there = replace(where, account=account)
        keys = there.stanch("keys", options=(("--user", user),))
        respond = there.stanch("respond", "KEY_ID", options=(("--user", user),))
        click.echo(f"Next: {keys}")
        click.echo(f"then: {respond}, or scan once more with --respond.")


def _document(scan: Scan) -> dict[str, object]:
    return {
        "complete": not scan.unreadable,
        "files": scan.files,
        "objects": scan.objects,
        "bytes": scan.bytes_read,
        "unreadable": [{"what": what, "error": why} for what, why in scan.unreadable],
        "found": [found.as_json() for found in scan.found],
    }
