"""`stanch issue`: a key for a user that exists."""

from __future__ import annotations

from functools import partial

import click

from services.aws.session import AwsSession
from services.goals.governance.documents import BadDocument, service_named
from services.goals.issuing.issue import IssueGoal
from services.goals.issuing.names import BadName
from services.keys.named import user_named
from tui.shell import completing
from tui.shell.common import Setup, pass_setup, run
from tui.shell.newkey import checked_destination, key_fields, tell_key
from tui.shell.secretplace import age_options, secret_options
from tui.shell.upkeep import How, Work, how_options


@click.command(
    "issue",
    epilog="Examples: stanch issue web --plan · stanch issue web --days 30 --secret-to file:web.key · "
    "stanch issue web --service bedrock --secret-to secretsmanager:prod/web --yes · stanch issue web --undo",
)
@click.argument("user")
@click.option(
    "--service",
    shell_complete=completing.services,
    metavar="S",
    default="logs",
    show_default=True,
    help="Which keys: logs, bedrock, …",
)
@age_options
@secret_options
@how_options
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    user: str,
    service: str,
    days: int,
    never_expires: bool,
    secret_to: str,
    kms_key: str | None,
    secret_tags: tuple[str, ...],
    only_plan: bool,
    undo: bool,
    yes: bool,
    take_over: bool,
    as_json: bool,
) -> None:
    """Create another key for USER, for any service that has such keys, with an expiry.

    AWS allows two for each user and service, inactive ones included. The plan says whether the user may use
    its keys at all. If a run was interrupted, the next one continues with the same key; otherwise it creates
    another. --undo deletes the newest key it created.
    """
    how = How(only_plan, undo, yes, take_over, as_json)
    to = checked_destination(how, secret_to, kms_key, secret_tags)
    try:
        goal = IssueGoal(user, service_named(service), None if never_expires else days, to)
    except (BadName, BadDocument) as error:
        raise click.UsageError(str(error)) from None
    named = {"user": user, "service": goal.service}

    async def check(aws: AwsSession) -> None:
        await user_named(aws, user)

    ctx.exit(run(Work(setup, goal, how, named, partial(key_fields, goal), tell_key, check).run()))
