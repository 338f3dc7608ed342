"""`stanch watch`: bytes coming into log groups, on the screen or as a plain reading."""

from __future__ import annotations

import sys
from datetime import timedelta

import click

from services.base import clock
from services.traffic.named import groups_named
from services.traffic.traffic import GroupFlow, Reading, Traffic, find_groups
from tui.exits import Exit
from tui.shell.common import Setup, as_json, complain, pass_setup, print_json, print_table, run

WINDOW_POINTS = 60
"""Periods in a plain reading."""


@click.command(
    "watch",
    epilog="Examples: stanch watch · stanch watch /aws/hlc-logs/my-application · stanch watch --once --json",
)
@click.argument("log_groups", metavar="[LOG_GROUP]...", nargs=-1)
@click.option("--once", is_flag=True, help="One plain reading, without a screen.")
@click.option("--all", "every", is_flag=True, help="Also groups that accept no bearer tokens.")
@click.option(
    "--period",
    type=click.IntRange(1, 86400),
    default=60,
    show_default=True,
    help="Seconds per point; AWS itself has one a minute.",
)
@as_json
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    log_groups: tuple[str, ...],
    once: bool,
    every: bool,
    period: int,
    as_json: bool,
) -> None:
    """Show IncomingBytes of the log groups that accept bearer tokens, or of those named.

    The metric belongs to a log group, never to a key, and CloudWatch publishes it some minutes late.
    """
    if as_json and not once:
        raise click.UsageError("--json needs --once.")
    if not once and sys.stdin.isatty() and sys.stdout.isatty():
        from tui.settings.options import Start
        from tui.shell.screen import open_screen

        ctx.exit(open_screen(setup, Start("traffic", log_groups=log_groups), period_seconds=period))
    reading = run(_read(setup, log_groups, every, period))
    if as_json:
        print_json(reading.as_json())
    else:
        _print(reading)
    for part in reading.unreadable:
        complain(part.words)
    ctx.exit(Exit.INCOMPLETE if reading.unreadable else Exit.DONE)


async def _read(setup: Setup, names: tuple[str, ...], every: bool, period: int) -> Reading:
    try:
        async with setup.session() as aws:
            traffic = Traffic(aws, period)
            if names:
                groups, unreadable = await groups_named(aws, names)
            else:
                groups, unreadable = await find_groups(aws, await aws.regions())
            if not every and not names:
                groups = tuple(group for group in groups if group.bearer_enabled)
            until = clock.now()
            since = until - timedelta(seconds=period * WINDOW_POINTS)
            reading = await traffic.read(groups, since, until)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return Reading(reading.groups, reading.at, reading.period_seconds, (*unreadable, *reading.unreadable))


def _print(reading: Reading) -> None:
    if not reading.groups:
        complain("No log group accepts bearer tokens in these Regions.")
        return
    print_table(
        ("LOG GROUP", "REGION", "BEARER", "STATE", f"BYTES/{reading.period_seconds}S", "NEWEST"),
        [
            (
                group.log_group,
                group.region,
                _yes(group.bearer_enabled),
                group.state,
                "" if group.latest is None else f"{group.latest:,.0f}",
                group.words,
            )
            for group in sorted(reading.groups, key=_flow, reverse=True)
        ],
    )


def _yes(answer: bool | None) -> str:
    return {True: "yes", False: "no", None: "unknown"}[answer]


def _flow(group: GroupFlow) -> float:
    return group.latest or 0.0
