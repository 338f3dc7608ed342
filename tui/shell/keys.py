"""`stanch keys`: the inventory, at a glance or for a script."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import click

from services.aws.session import AwsSession
from services.base import clock
from services.base.keyservices import ACCESS_KEY
from services.keys import inventory
from services.keys.inventory import Inventory, Key
from services.keys.named import check_service
from tui.exits import Exit
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

SIGNS = {"high": "‼", "medium": "!", "info": "·", None: " "}


@click.command(
    "keys",
    short_help="List every API key of the account, with its risks.",
    epilog="Examples: stanch keys · stanch keys --service logs --json · stanch --profile prod keys --csv",
)
@click.option(
    "--service",
    metavar="S",
    help="Only this service: logs, bedrock, or a full name; or access-key.",
)
@click.option("--user", metavar="U", help="Only this user; needs permission only on that user.")
@as_json
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values, with a header.")
@pass_setup
@click.pass_context
def command(
    ctx: click.Context, setup: Setup, service: str | None, user: str | None, as_json: bool, as_csv: bool
) -> None:
    """List the account's service-specific credentials, highest risk first.

    Access keys are listed with --service access-key, which asks for each user's in turn.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv cannot be combined.")
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
        complain(f"{part.what} could not be read. {part.error}")
    ctx.exit(Exit.DONE if found.complete else Exit.INCOMPLETE)


async def _read(setup: Setup, user: str | None, service: str | None) -> Inventory:
    progress, kept = Progress(), ACCESS_KEY if service and service.casefold() == ACCESS_KEY else None
    async with setup.session() as aws:
        found = await (inventory.of_user(aws, user, kept) if user else _all(aws, progress, kept))
        check_service(service, {key.service for key in found.keys})
        found = replace(found, keys=tuple(key for key in found.keys if _matches(key, service)))
        found = await inventory.examine(aws, found)
    progress.done()
    return found


async def _all(aws: AwsSession, progress: Progress, service: str | None) -> Inventory:
    found: Inventory | None = None
    async for found in inventory.sweep(aws, service=service):
        progress(f"{len(found.keys):,} keys so far…")
    assert found is not None
    return found


def _matches(key: Key, service: str | None) -> bool:
    return service is None or service.casefold() in (key.service, key.short_service)


def _print(found: Inventory) -> None:
    now = clock.now()
    rows = [
        (
            SIGNS[key.worst],
            key.id,
            key.user,
            key.short_service,
            key.status.lower(),
            f"{key.age_days(now)}d",
            expiry(key, now),
            " ".join(risk.name for risk in key.risks),
        )
        for key in found.keys
    ]
    if rows:
        print_table((" ", "KEY ID", "USER", "SERVICE", "STATUS", "AGE", "EXPIRES", "RISKS"), rows)
    else:
        complain("No matching key was found." if found.complete else "No key could be read.")


def expiry(key: Key, now: datetime) -> str:
    """When the key expires, from *now*: ``never``, ``in 6d`` or ``3d ago``."""
    expires = key.credential.expires
    if expires is None:
        return "never"
    days = (expires - now).days
    return f"in {days}d" if days >= 0 else f"{-days}d ago"
