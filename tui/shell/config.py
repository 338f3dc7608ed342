"""`stanch config`: where the configuration is, what is in force, and what could be set."""

from __future__ import annotations

import click
import msgspec

from services.aws.credentials.profiles import named_profile
from tui.exits import Exit
from tui.settings.accounts import Accounts
from tui.settings.config import EXAMPLE
from tui.shell import webhook
from tui.shell.common import Setup, as_json, complain, pass_setup, print_json, print_table


@click.command(
    "config",
    epilog="Examples: stanch config · stanch config --keys · stanch config --example > config.toml",
)
@click.option("--example", is_flag=True, help="Print an example configuration, all of it commented out.")
@click.option("--keys", is_flag=True, help="List every command of the screens with its keys.")
@click.option("--webhook-test", is_flag=True, help="Show what the webhook is sent, send it as a test.")
@as_json
@pass_setup
@click.pass_context
def command(
    ctx: click.Context, setup: Setup, example: bool, keys: bool, webhook_test: bool, as_json: bool
) -> None:
    """Show where the configuration is, the settings in effect, and the keys of each command.

    The command line takes precedence. An invalid file stops every command, because it may ask for
    --read-only: fix it, or pass --no-config.
    """
    from tui.app.table import load_commands
    from tui.commands.table import remapped

    if example:
        click.echo(EXAMPLE, nl=False)
        return
    if webhook_test:
        ctx.exit(webhook.test(setup.config.webhook))
    load_commands()
    table, told = remapped(setup.config.remapped())
    found = {
        "file": str(setup.config_file),
        "exists": setup.config_file.is_file(),
        "profile": named_profile(setup.profile),
        "read_only": setup.read_only,
        "in_force": msgspec.to_builtins(setup.config),
        "keys": {each.id: list(each.keys) for each in table},
    }
    if as_json:
        print_json(found)
    elif keys:
        rows = [(each.id, ", ".join(each.keys), each.help) for each in table]
        print_table(("COMMAND", "KEYS", "DOES"), rows)
    else:
        there = "" if setup.config_file.is_file() else " (none yet: stanch config --example prints one)"
        click.echo(f"{setup.config_file}{there}")
        print_table(("SETTING", "IN EFFECT"), list(_settings(setup)))
    for words in told:
        complain(words)
    ctx.exit(Exit.INCOMPLETE if told else Exit.DONE)


def _settings(setup: Setup) -> list[tuple[str, str]]:
    config = setup.config
    rows = [
        ("theme", setup.theme or "whatever the terminal can show"),
        ("plain", _yes(setup.plain)),
        ("mouse", _yes(setup.mouse)),
        ("read_only", _yes(setup.read_only)),
        ("regions", ", ".join(setup.more_regions) or "AWS's own and those of the profile"),
        ("refresh_seconds", f"{config.refresh_seconds:g}"),
        ("list_seconds", f"{config.list_seconds:g}"),
        ("accounts", accounts_told(config.accounts)),
        ("webhook", config.webhook.url or "none"),
        ("hooks", ", ".join(f"{each.name} ({each.key or 'no key'})" for each in config.hooks) or "none"),
        ("keys", f"{len(config.keys)} changed" if config.keys else "none changed"),
    ]
    for name, profile in config.profiles.items():
        told = [profile.colour or "", "read-only" if profile.read_only else "", ", ".join(profile.regions)]
        rows.append((f"profile {name}", "; ".join(filter(None, told)) or "no settings of its own"))
    return rows


def accounts_told(accounts: Accounts) -> str:
    """By which roles other accounts are reached, in words."""
    if not (accounts.role or accounts.exceptions):
        return "no role configured: only the credentials' own account is reached"
    others = f"; {len(accounts.exceptions)} exceptions" if accounts.exceptions else ""
    return f"by role {accounts.role or 'none'}{others}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
