"""`stanch keys`: the inventory, at a glance or for a script."""

from __future__ import annotations

from dataclasses import replace

import click

from services.aws.session import AwsSession
from services.base import clock
from services.base.keyservices import ACCESS_KEY
from services.keys import inventory
from services.keys.inventory import Inventory
from services.keys.named import check_service
from tui.exits import Exit
from tui.shell import completing
from tui.shell.allkeys import everywhere
from tui.shell.common import (
    Progress,
    Setup,
    as_json,
    complain,
    pass_setup,
    print_csv,
    print_json,
    print_table,
    run,
)
from tui.shell.keytable import HEADER, cells, matches
from tui.shell.organization import organization_option


@click.command(
    "keys",
    epilog="Examples: stanch keys · stanch keys --service logs --json · stanch --profile prod keys --csv",
)
@click.option(
    "--service",
    shell_complete=completing.kinds,
    metavar="S",
    help="Only this service: logs, bedrock, or a full name; or access-key.",
)
@click.option("--user", metavar="U", help="Only this user; needs permission only on that user.")
@organization_option
@as_json
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values, with a header.")
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    service: str | None,
    user: str | None,
    organization_role: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """List the account's service-specific credentials, highest risk first.

    Access keys are listed with --service access-key, which asks for each user's in turn. With --organization,
    the keys of all its accounts are one list; an account that could not be read is named (exit code 3).
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv cannot be combined.")
    if organization_role is not None:
        if user:
            raise click.UsageError("--user and --organization cannot be combined.")
        ctx.exit(everywhere(setup, organization_role or None, service, as_json=as_json, as_csv=as_csv))
    found = run(_read(setup, user, service))
    now = clock.now()
    if as_json:
        print_json(found.as_json(now))
    elif as_csv:
        print_csv([key.as_json(now) for key in found.keys])
    else:
        _print(found)
    for note in found.notes:
        complain(note)
    for part in found.unreadable:
        complain(part.words)
    ctx.exit(Exit.DONE if found.complete else Exit.INCOMPLETE)


async def _read(setup: Setup, user: str | None, service: str | None) -> Inventory:
    progress, kept = Progress(), ACCESS_KEY if service and service.casefold() == ACCESS_KEY else None
    async with setup.session() as aws:
        found = await (inventory.of_user(aws, user, kept) if user else _all(aws, progress, kept))
        check_service(service, {key.service for key in found.keys})
        found = replace(found, keys=tuple(key for key in found.keys if matches(key, service)))
        found = await inventory.examine(aws, found)
    progress.done()
    return found


async def _all(aws: AwsSession, progress: Progress, service: str | None) -> Inventory:
    found: Inventory | None = None
    async for found in inventory.sweep(aws, service=service):
        progress(f"{len(found.keys):,} keys so far…")
    assert found is not None
    return found


def _print(found: Inventory) -> None:
    now = clock.now()
    if found.keys:
        print_table(HEADER, [cells(key, now) for key in found.keys])
    else:
        complain("No matching key was found." if found.complete else "No key could be read.")
