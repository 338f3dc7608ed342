"""`stanch identify`: whose key is this leaked token?"""

from __future__ import annotations

import sys

import click

from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.aws.sts import get_caller
from services.cases.errors import NoSuchKey
from services.keys import inventory
from services.keys.token import LONGEST, Token, decode
from tui.shell.common import Setup, as_json, pass_setup, print_json, run


@click.command(
    "identify",
    short_help="Find whose key a leaked token is; read from standard input.",
    epilog="Examples: stanch identify · stanch identify --offline < token.txt",
)
@click.option("--offline", is_flag=True, help="Only decode; do not contact AWS.")
@as_json
@pass_setup
def command(setup: Setup, offline: bool, as_json: bool) -> None:
    """Read a token from standard input (hidden on a terminal) and show whose it is.

    The token is decoded here, matched to its key by its alias, and never stored. It is never taken from the
    command line, where the shell's history would keep it.
    """
    token = decode(read_token())
    key, account = (None, None) if offline else run(_match(setup, token))
    if as_json:
        print_json(
            {
                "prefix": token.prefix,
                "service": token.service,
                "alias": token.alias,
                "user": key.user if key else token.user,
                "account": token.account,
                "looks_cut": token.looks_cut,
                "key_id": key.id if key else None,
                "status": key.status if key else None,
                "matched": key is not None,
            }
        )
        return
    click.echo(f"{token.service or 'an unknown service'} key of user {token.user}, account {token.account}")
    click.echo(f"alias {token.alias}, prefix {token.prefix}")
    if token.looks_cut:
        click.echo("The token looks truncated: it names its key, but would not work as it is.")
    if key:
        click.echo(f"key {key.id} of {key.user}, {key.status}")
        next_ = setup.where.stanch("respond", key.id, options=(("--user", key.user),))
        click.echo(f"Next: {next_}")
    elif offline:
        click.echo("Not checked (offline): which key it is and whether it works.")
    elif account != token.account:
        click.echo(f"Not looked up: you are signed in to {account}. Use a profile of the token's account.")
    else:
        click.echo("No key has this alias: it was deleted.")


async def _match(setup: Setup, token: Token) -> tuple[Credential | None, str]:
    async with setup.session() as aws:
        caller = await get_caller(aws)
        if token.account != caller.account:
            return None, caller.account
        return await inventory.match(aws, token), caller.account


def read_token() -> str:
    """A token from a hidden prompt or a pipe; no more is read of a pipe than a token can hold."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Paste the leaked token (hidden)", hide_input=True, err=True)
        return typed
    return sys.stdin.buffer.read(LONGEST * 4 + 1).decode("utf-8", "replace")


async def match_token(setup: Setup, token: Token) -> tuple[str, str]:
    """The id and user of the token's key; raises NoSuchKey."""
    async with setup.session() as aws:
        return await match_key(aws, token)


async def match_key(aws: AwsSession, token: Token) -> tuple[str, str]:
    """The same, where there is a session already."""
    key = await inventory.match(aws, token)
    if key is None:
        raise NoSuchKey(
            f"No key in this account has the alias {token.alias}: deleted, or "
            f"belongs to account {token.account}."
        )
    return key.id, key.user
