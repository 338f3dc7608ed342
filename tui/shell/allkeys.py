"""`stanch keys --organization`: the keys of every account, and each account that could not be read."""

from __future__ import annotations

from dataclasses import replace

import click

from services.aws import sts
from services.base import clock
from services.base.keyservices import ACCESS_KEY
from services.keys.everyaccount import stops_of_organization
from services.keys.named import check_service
from services.keys.organization import NOTE, OrganizationKeys, read_organization
from tui.exits import Exit
from tui.shell.common import Progress, Setup, complain, print_csv, print_json, print_table, run
from tui.shell.keytable import HEADER, cells, matches


def everywhere(setup: Setup, role: str | None, service: str | None, *, as_json: bool, as_csv: bool) -> Exit:
    """Read and print them; the exit code."""
    found = run(_read(setup, role, service))
    now = clock.now()
    if as_json:
        print_json(found.as_json(now))
    elif as_csv:
        print_csv(found.rows(now))
    else:
        _print(found)
    complain(NOTE)
    for part in found.unreadable:
        complain(part.words)
    if not any(row.keys is not None for row in found.accounts):
        return Exit.AWS
    return Exit.DONE if found.complete else Exit.INCOMPLETE


async def _read(setup: Setup, role: str | None, service: str | None) -> OrganizationKeys:
    progress, kept = Progress(), ACCESS_KEY if service and service.casefold() == ACCESS_KEY else None
    try:
        async with setup.session() as aws:
            caller, stops = await sts.get_caller(aws), await stops_of_organization(aws, role)
            found = OrganizationKeys(caller, len(stops))
            async for found in read_organization(aws, stops, caller, service=kept):
                progress(f"{len(found.accounts):,} of {len(stops):,} accounts, {len(found.keys):,} keys…")
    finally:
        progress.done()
    check_service(service, {key.service for _, key in found.keys})
    return replace(found, keys=tuple((account, key) for account, key in found.keys if matches(key, service)))


def _print(found: OrganizationKeys) -> None:
    now = clock.now()
    if found.keys:
        rows = [(*cells(key, now)[:2], account, *cells(key, now)[2:]) for account, key in found.keys]
        print_table((*HEADER[:2], "ACCOUNT", *HEADER[2:]), rows)
    else:
        complain("No matching key was found." if found.complete else "No key could be read.")
    read = sum(row.keys is not None for row in found.accounts)
    click.echo(f"{len(found.keys):,} keys in {read:,} of {found.expected:,} accounts.", err=True)
