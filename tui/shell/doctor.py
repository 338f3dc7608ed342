"""`stanch doctor`: who am I, what may I do, and would the use of a key be recorded?"""

from __future__ import annotations

import shutil
import textwrap
from datetime import datetime

import click

from services.audit.doctor import Diagnosis, Recorded, diagnose
from services.audit.otheraccounts import OtherAccounts
from services.aws.skew import NOTICED, TOLERATED, ahead_in_words
from services.base import clock
from services.base.spans import spoken
from services.base.text import clean
from services.rights.abilities import Ability, Able
from services.rights.permissions import CAVEAT
from tui.exits import Exit
from tui.shell.common import Setup, as_json, complain, pass_setup, print_json, run
from tui.shell.config import accounts_told

SIGNS = {Able.YES: "✓", Able.PARTLY: "!", Able.NO: "✗", Able.UNKNOWN: "?"}
COVER_SIGNS = {"yes": "✓", "partly": "!", "unknown": "?", "management only": "✗", "no": "✗"}


@click.command(
    "doctor",
    epilog="Examples: stanch doctor · stanch --profile incident doctor · stanch doctor --json",
)
@as_json
@pass_setup
@click.pass_context
def command(ctx: click.Context, setup: Setup, as_json: bool) -> None:
    """Check the credentials, their permissions, the recording of key use and this machine (read-only).

    Run it before an incident. Permissions are as far as IAM's simulation sees: it leaves out session
    policies, and the policies of buckets and secrets.
    """
    found = run(_diagnose(setup))
    if as_json:
        print_json(found.as_json())
    else:
        _print(found, accounts_told(setup.config.accounts))
    for part in found.unreadable:
        complain(part.words)
    ctx.exit(Exit.DONE if found.complete else Exit.INCOMPLETE)


async def _diagnose(setup: Setup) -> Diagnosis:
    async with setup.session() as aws:
        return await diagnose(aws, setup.state_dir)


def _print(found: Diagnosis, accounts: str) -> None:
    account = f"{found.alias} {found.caller.account}" if found.alias else found.caller.account
    click.echo(f"{found.caller.name} in {account}{', READ-ONLY' if found.read_only else ''}")
    click.echo(f"  {found.caller.arn}")
    click.echo(f"  signed by: {found.source or 'unknown'}")
    click.echo(f"  Regions: {', '.join(found.regions)}")
    click.echo(f"  other accounts: {accounts}")
    _print_others(found.others)
    if found.where.endpoint:
        click.echo(f"  ! requests go to {found.where.endpoint}, which is not AWS's own endpoint")
    _head(f"You may, {CAVEAT}")
    for ability in found.abilities:
        _print_ability(ability)
    _head("Use of Logs keys is recorded")
    _print_recorded(found.recorded, clock.now(), str(found.where.stanch("harden")))
    _head("This machine")
    _print_machine(found)


def _print_others(others: OtherAccounts) -> None:
    """A line for each that lets nobody in, and how many do."""
    if others.tried:
        inside = len(others.tried) - len(others.refused)
        _line("✓" if inside else "✗", "roles tried", f"{inside:,} of {len(others.tried):,} let you in")
    for each in others.refused:
        _line("✗", each.account, f"{each.name + ': ' if each.name else ''}{each.error}")
    if others.note:
        _line(" ", "roles tried", others.note)


def _print_ability(ability: Ability) -> None:
    part, words = ability.part, ability.able.value
    _line(SIGNS[ability.able], part.name, f"{words}: {part.does}")
    if ability.missing:
        _more(f"missing {', '.join(ability.missing)}")
    if ability.unknown:
        reasons = dict.fromkeys(each.reason for each in ability.permissions if each.action in ability.unknown)
        _more(f"not known of {', '.join(ability.unknown)}: {'; '.join(reasons)}")
    if ability.missing:
        _more(f"Ask for it (docs/policy-{part.document}.json). Until then: {_lowered(part.without)}")


def _print_recorded(recorded: tuple[Recorded, ...], now: datetime, harden: str) -> None:
    for each in recorded:
        words: str = each.covers
        if each.since:
            words += f", since {clock.spoken(each.since, now)}, by {each.source}"
        if each.covers != "yes":
            words += f": {each.note}"
        _line(COVER_SIGNS[each.covers], each.region, words)
    blind = ", ".join(each.region for each in recorded if each.covers in ("no", "management only"))
    unsure = ", ".join(each.region for each in recorded if each.covers == "unknown")
    if blind:
        _more(
            f"Whether a key was used in {blind} will stay unknown: turn on recording before "
            f"you need it ({harden}).",
        )
    if unsure:
        _more(f"Check the trails of {unsure}, or use a profile that may read them.")


def _print_machine(found: Diagnosis) -> None:
    state = found.state
    if state.trouble is None:
        _line("✓", "cases", f"can be kept in {state.path}")
    else:
        _line("✗", "cases", f"cannot be kept in {state.path} ({state.trouble})")
        _more("stanch changes nothing in AWS without a case: choose another place with --state-dir.")
    ahead = found.ahead
    if ahead is None:
        _line("?", "clock", "AWS did not send its time")
        return
    agrees = abs(ahead) < NOTICED
    _line("✓" if agrees else "!", "clock", ahead_in_words(ahead))
    if not agrees:
        _more(f"Correct it: beyond {spoken(TOLERATED)} AWS rejects requests, and times in reports are wrong.")


def _head(text: str) -> None:
    click.echo()
    click.echo(text)


def _line(sign: str, name: str, words: str) -> None:
    start = f"{sign} {name:<14} "
    width = min(100, shutil.get_terminal_size().columns)
    told = textwrap.wrap(
        clean(words), max(20, width - len(start)), break_on_hyphens=False, break_long_words=False
    )
    for number, text in enumerate(told):
        click.echo((" " * len(start) if number else start) + text)


def _more(words: str) -> None:
    _line(" ", "", words)


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
