"""`stanch identify`: whose is this leaked token, id, header, mail?"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from services.aws.reach import Reach
from services.aws.session import AwsSession
from services.base import clock
from services.cases.errors import NoSuchKey
from services.keys import inventory
from services.keys.anywhere import look_up_all
from services.keys.handed import MOST, handed_in, the_token
from services.keys.recognise import AnyKey
from services.keys.telling import alias_of, key_json, offline_facts, title_of
from services.keys.token import Token
from services.keys.whose import Answer, KeyFacts, offline
from tui.exits import Exit
from tui.shell.common import Setup, as_json, pass_setup, print_json, run


@click.command(
    "identify",
    epilog="Examples: stanch identify · stanch identify --offline < mail.txt · "
    "echo AKIA… | stanch identify --json",
)
@click.option("--offline", is_flag=True, help="Only decode; do not contact AWS.")
@as_json
@pass_setup
@click.pass_context
def command(ctx: click.Context, setup: Setup, offline: bool, as_json: bool) -> None:
    """Read what was leaked from standard input (hidden on a terminal) and show whose it is.

    Anything with a credential in it will do: an API key, over several lines too, an access key id, a
    short-term key, a header, an export line, JSON, a URL, or a whole mail with several. It is decoded here;
    only ids, aliases and user names are looked up, and no secret is shown, stored or sent. It is never taken
    from the command line, where the shell's history would keep it. A key of another account is looked up
    there, where a role is configured for it ([accounts]).

    Exit code 3: one belongs to another account, or could not be looked up. 0: all are answered, a deleted key
    too.
    """
    keys = handed_in(read_handed())
    facts = _offline(setup, keys) if offline else run(_look_up(setup, keys))
    if as_json:
        found = [facts_json(each) for each in facts]
        print_json({**found[0], "found": found})
    else:
        for number, each in enumerate(facts):
            if number:
                click.echo()
            _tell(setup, each)
    ctx.exit(Exit.DONE if all(each.answer.complete for each in facts) else Exit.INCOMPLETE)


def facts_json(facts: KeyFacts) -> dict[str, object]:
    """What the credential says of itself, with what AWS says in its place where it does."""
    told = key_json(facts.key)
    told |= {"user": facts.user or facts.key.user, "account": facts.account, "service": facts.service}
    if facts.expires:
        told["expires"] = clock.rfc3339(facts.expires)
    answer = facts.as_json()
    return told | answer | {"said": [*facts.said, *offline_facts(facts.key, clock.now())]}


def _offline(setup: Setup, keys: Sequence[AnyKey]) -> list[KeyFacts]:
    return [offline(key, clock.now(), setup.config.decoy_accounts) for key in keys]


async def _look_up(setup: Setup, keys: Sequence[AnyKey]) -> list[KeyFacts]:
    async with setup.session() as aws, Reach(aws) as reach:
        return await look_up_all(reach, keys, clock.now(), setup.config.decoy_accounts)


def _tell(setup: Setup, facts: KeyFacts) -> None:
    key = facts.key
    account = f"account {facts.account}" if facts.account else "account not known"
    click.echo(f"{title_of(key)}, {account}")
    if alias := alias_of(key):
        click.echo(f"alias {alias}" + (f", prefix {key.prefix}" if key.prefix else ""))
    elif not isinstance(key, Token):
        click.echo(key.name)
    if facts.matched:
        made = f", created {facts.created:%Y-%m-%d}" if facts.created else ""
        click.echo(f"key {facts.key_id} of {facts.user}, {facts.status}{made}")
    if (used := facts.last_used) and used.at:
        click.echo(f"last used {clock.stamp(used.at)}: {used.service} in {used.region} (may lag by hours)")
    for sentence in (*facts.said, *offline_facts(key, clock.now())):
        click.echo(sentence)
    if facts.answer is Answer.NOT_ASKED:
        click.echo("Not checked (offline): which key it is and whether it works.")
    if key_id := facts.respond_to:
        whose = (("--user", facts.user),) if facts.user else ()
        where = facts.where or setup.where
        click.echo(f"Next: {where.stanch('respond', key_id, options=whose)}")


def read_handed() -> str:
    """What is handed in, from a hidden prompt or a pipe; no more is read of a pipe than is looked at."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Paste the leaked key (hidden)", hide_input=True, err=True)
        return typed
    return sys.stdin.buffer.read(MOST * 4 + 1).decode("utf-8", "replace")


def read_token() -> Token:
    """The one API key that is handed in; raises TokenError."""
    return the_token(read_handed())


async def match_token(setup: Setup, token: Token) -> tuple[str, str]:
    """The id and user of the token's key; raises NoSuchKey."""
    async with setup.session(token.account) as aws:
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
