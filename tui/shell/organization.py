"""The option that reads every account of the organization."""

from __future__ import annotations

import re

import click

from tui.shell.common import Setup

CONFIGURED = "[accounts]"
"""What no role can be called."""

_ROLE = re.compile(r"[\w+=,.@/-]{1,512}", re.ASCII)


def _checked(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value == CONFIGURED:
        value = ""
    elif value is not None and not _ROLE.fullmatch(value):
        raise click.BadParameter(f"{value!r} isn't the name of a role.")
    setup = context.find_object(Setup)
    if value == "" and setup is not None and not setup.config.accounts.ways():
        raise click.UsageError(
            "Name the role to assume in each account (--organization ROLE), or configure one ([accounts])."
        )
    return value


organization_option = click.option(
    "--organization",
    "organization_role",
    metavar="[ROLE]",
    is_flag=False,
    flag_value=CONFIGURED,
    callback=_checked,
    help="Read every account of the organization, with this role in each (default: the one in [accounts]).",
)
"""None where it is not given, empty where no role is named."""
