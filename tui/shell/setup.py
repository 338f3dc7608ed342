"""`stanch setup`: a key for CloudWatch Logs with all it needs, made, kept or taken back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from services.aws import ingestion
from services.aws.session import AwsSession
from services.cases.secret import parse_tag
from services.goals.engine import Upkeep
from services.goals.issuing.names import BadName
from services.goals.issuing.setup import SetupGoal
from services.goals.issuing.snippets import Sending, snippets
from services.goals.issuing.wanted import DEFAULT_STREAM, DEFAULT_USER, KeySetup, PolicyChoice, default_group
from services.keys.named import user_named
from tui.shell.common import Setup, pass_setup, run
from tui.shell.newkey import checked_destination, key_fields, tell_key
from tui.shell.secretplace import age_options, secret_options
from tui.shell.upkeep import How, Work, how_options


@click.command(
    "setup",
    epilog="Examples: stanch setup --plan · stanch setup web --log-group /app/web --send-event · "
    "stanch setup web --log-group /app/web --days 30 --secret-to file:web.key --yes · "
    "stanch setup web --policy managed · stanch setup web --undo",
)
@click.argument("user", default=DEFAULT_USER)
@click.option(
    "--log-group",
    "log_groups",
    metavar="NAME",
    multiple=True,
    help="A log group to write to (default: /aws/hlc-logs/USER); may be repeated.",
)
@click.option(
    "--log-stream", metavar="NAME", default=DEFAULT_STREAM, show_default=True, help="The log stream in each."
)
@click.option(
    "--policy",
    type=click.Choice([choice.value for choice in PolicyChoice]),
    default=PolicyChoice.CUSTOM.value,
    show_default=True,
    help="custom: only these log groups; managed: AWS's CloudWatchLogsAPIKeyAccess, for all of them.",
)
@age_options
@click.option(
    "--tag", "tags", metavar="KEY=VALUE", multiple=True, help="A tag for a new user; may be repeated."
)
@secret_options
@click.option("--send-event", is_flag=True, help="Send one log event with the new key, to see it accepted.")
@click.option(
    "--delete-events",
    is_flag=True,
    help="With --undo, also delete log groups it created that others sent events to.",
)
@how_options
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    user: str,
    log_groups: tuple[str, ...],
    log_stream: str,
    policy: str,
    days: int,
    never_expires: bool,
    tags: tuple[str, ...],
    secret_to: str,
    kms_key: str | None,
    secret_tags: tuple[str, ...],
    send_event: bool,
    delete_events: bool,
    only_plan: bool,
    undo: bool,
    yes: bool,
    take_over: bool,
    as_json: bool,
) -> None:
    """Let USER send logs with an API key: the user, its policy, log groups and streams, and the key.

    What exists is kept, an active key included; another run does only what is missing. The log groups (in the
    first Region, if several are given) will accept bearer tokens. It ends with a curl to try, and the
    settings for the OpenTelemetry Collector, Fluent Bit and Vector, which say where the secret is, never
    the secret. Every call is journaled under the state directory before it is sent, and --undo removes
    what was created, the key before its user.
    """
    how = How(only_plan, undo, yes, take_over, as_json)
    to = checked_destination(how, secret_to, kms_key, secret_tags)
    if delete_events and not undo:
        raise click.UsageError("--delete-events needs --undo.")
    try:
        wanted = KeySetup(
            user=user,
            region=run(_region(setup)),
            log_groups=tuple(dict.fromkeys(log_groups)) or (default_group(user),),
            log_stream=log_stream,
            policy=PolicyChoice(policy),
            age_days=None if never_expires else days,
            tags=tuple(parse_tag(tag) for tag in tags),
            secret_to=to,
            send_event=send_event,
            delete_events=delete_events,
        )
    except (BadName, ValueError) as error:
        raise click.UsageError(str(error)) from None
    goal = SetupGoal(wanted)
    named = {
        "user": wanted.user,
        "region": wanted.region,
        "log_group": wanted.log_groups[0],
        "log_groups": list(wanted.log_groups),
        "log_stream": wanted.log_stream,
        "policy": wanted.policy.value,
    }

    async def check(aws: AwsSession) -> None:
        if undo:
            await user_named(aws, wanted.user)

    ctx.exit(run(Work(setup, goal, how, named, partial(_after, goal), _tell, check).run()))


async def _region(setup: Setup) -> str:
    async with setup.session() as aws:
        return await aws.home()


async def _after(goal: SetupGoal, upkeep: Upkeep) -> Mapping[str, object]:
    wanted, trial, made = goal.setup, upkeep.trial, upkeep.state.replacement
    found = await key_fields(goal, upkeep)
    base = await ingestion.endpoint(upkeep.aws, wanted.region)
    secret = str(found["secret"]) if found["secret"] else None
    lies = made.region if made else None
    sending = Sending(base, wanted.log_groups[0], wanted.log_stream, secret, upkeep.aws.where, lies)
    if trial is None:
        why = "the key's secret is not available" if wanted.send_event else "--send-event was not given"
        event: dict[str, object] = {"accepted": None, "status": None, "words": f"no event was sent: {why}"}
    else:
        event = trial.as_json()
    return found | {"event": event, "snippets": dict(snippets(sending))}


def _tell(more: Mapping[str, Any]) -> None:
    tell_key(more)
    if not more:
        return
    words = str(more["event"]["words"])
    click.echo(f"{words[:1].upper()}{words[1:]}.")
    for name, text in more["snippets"].items():
        click.echo(f"\n{_TITLES[name]}:\n")
        click.echo(text)


_TITLES = {
    "curl": "To try it",
    "opentelemetry": "OpenTelemetry Collector",
    "fluent_bit": "Fluent Bit",
    "vector": "Vector",
}
