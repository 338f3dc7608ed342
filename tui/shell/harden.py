"""`stanch harden`: a trail that records the use of keys, before it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import click

from services.aws.session import AwsSession
from services.goals.engine import Upkeep
from services.goals.governance.documents import BadDocument, service_named
from services.goals.hardening.delivery import USUAL_MINUTES, Delivered, first_delivery
from services.goals.hardening.goal import HardenGoal, Unrecordable
from services.goals.hardening.names import TRAIL, BadName
from services.goals.hardening.standing import trail_named
from tui.exits import Exit
from tui.shell import completing
from tui.shell.common import Progress, Setup, complain, pass_setup, run
from tui.shell.upkeep import How, Work, how_options


@click.command(
    "harden",
    epilog="Examples: stanch harden --plan · stanch harden --yes --wait · stanch harden --trail audit · "
    "stanch harden --bucket my-records --service logs --service bedrock · "
    "stanch --region eu-west-1 harden --organization --plan · stanch harden --undo",
)
@click.option(
    "--trail", metavar="NAME", help=f"The trail to use or create (default: picked for you, or {TRAIL})."
)
@click.option("--bucket", metavar="NAME", help="The bucket of a new trail; created if it does not exist.")
@click.option(
    "--service",
    "services",
    shell_complete=completing.services,
    metavar="S",
    multiple=True,
    default=("logs",),
    show_default=True,
    help="Whose keys: logs, bedrock, codecommit or cassandra; may be repeated.",
)
@click.option("--organization", is_flag=True, help="Use a trail of the whole organization.")
@click.option(
    "--wait",
    "minutes",
    metavar="[MINUTES]",
    type=click.IntRange(1, 24 * 60),
    is_flag=False,
    flag_value=USUAL_MINUTES,
    help=f"Wait until something is delivered (by default {USUAL_MINUTES} minutes at most).",
)
@how_options
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    trail: str | None,
    bucket: str | None,
    services: tuple[str, ...],
    organization: bool,
    minutes: int | None,
    only_plan: bool,
    undo: bool,
    yes: bool,
    take_over: bool,
    as_json: bool,
) -> None:
    """Have CloudTrail record every use of a key, in every Region, from now on.

    Use of an API key is a data event: CloudTrail does not record it by default, and never retroactively. A
    multi-Region trail of the account that is logging gets the missing selector and keeps those it has; if
    there is none, one is created, with a bucket that only CloudTrail may write to. The plan shows every call,
    every line that changes, and what data events cost. Every call is journaled under the state directory
    before it is sent, read back afterwards, and can be undone.
    """
    try:
        named = tuple(dict.fromkeys(map(service_named, services)))
        goal = HardenGoal(trail, bucket, named, organization)
    except (BadDocument, BadName, Unrecordable) as error:
        raise click.UsageError(str(error)) from None
    how = How(only_plan, undo, yes, take_over, as_json)
    how.check()
    if minutes and (only_plan or undo):
        raise click.UsageError("--wait cannot be combined with --plan or --undo.")
    waiting = _Waiting(timedelta(minutes=minutes) if minutes else None)

    async def check(aws: AwsSession) -> None:
        if undo and trail is not None:
            await trail_named(aws, trail)

    code = run(Work(setup, goal, how, after=waiting, check=check).run())
    ctx.exit(Exit.INCOMPLETE if code == Exit.DONE and waiting.in_vain else code)


@dataclass
class _Waiting:
    """Waits, once the trail is set, until it has delivered."""

    patience: timedelta | None
    found: Delivered | None = field(default=None, init=False)

    @property
    def in_vain(self) -> bool:
        return self.found is not None and self.found.at is None

    async def __call__(self, upkeep: Upkeep) -> Mapping[str, object]:
        if self.patience is None:
            return {}
        offered = (await upkeep.offer()).proposal
        chosen, said = offered.more, offered.told or upkeep.goal.told(undo=False)
        sent = upkeep.step.calls
        progress = Progress()
        try:
            self.found = await first_delivery(
                upkeep.aws,
                str(chosen["trail"]),
                str(chosen["home_region"]),
                upkeep.caller.account,
                since=sent[-1].at if sent else None,
                patience=self.patience,
                on_wait=progress,
            )
        finally:
            progress.done()
        if self.found.at:
            await upkeep.in_force(f"{said.done}, and has been delivered")
        else:
            complain(f"{self.found.trouble}.")
        return self.found.as_json()
