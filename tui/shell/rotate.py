"""`stanch rotate`: a key replaced without a gap, or all that are too old begun."""

from __future__ import annotations

import re
import sys
from datetime import timedelta

import click

from services.cases.secret import ToScreen, ToSecretsManager
from services.incident.situation import DEFAULT_AGE_DAYS, Options
from tui.shell import completing
from tui.shell.common import Setup, as_json, pass_setup, run
from tui.shell.goingon import answer_options, given_answers
from tui.shell.rotateone import Do, One, Want
from tui.shell.secretplace import destination, secret_options
from tui.shell.streams import require_output

_AGE = re.compile(r"(\d{1,5})([dw])")


class Age(click.ParamType[timedelta]):
    """``90d`` or ``12w``."""

    name = "age"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        found = _AGE.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} isn't a valid age (use 90d or 12w).", param, ctx)
        return timedelta(days=int(found[1]) * (7 if found[2] == "w" else 1))


@click.command(
    "rotate",
    epilog="Examples: stanch rotate ACCA… --user web · stanch rotate ACCA… --imported --yes · "
    "stanch rotate ACCA… --watch · stanch rotate ACCA… --back --yes · stanch rotate ACCA… --delete --yes · "
    "stanch rotate --older-than 90d --service logs --plan",
)
@click.argument("key_id", required=False)
@click.option("--user", metavar="U", help="The key's user; avoids searching all users.")
@click.option("--next", "go_on", is_flag=True, help="Do the next stage, if it is ready.")
@click.option(
    "--imported", is_flag=True, help="Confirm that the new key is in use: make the old one Inactive."
)
@click.option("--watch", is_flag=True, help="Watch IncomingBytes until certain, or Ctrl-C.")
@click.option("--back", is_flag=True, help="Make the old key Active again.")
@click.option("--delete", is_flag=True, help="Delete the old key, once nothing still uses it.")
@click.option("--undo", is_flag=True, help="Undo the whole rotation: the new key is deleted.")
@click.option("--override", metavar="REASON", help="Delete before that is certain; journaled.")
@secret_options
@answer_options
@click.option(
    "--days",
    type=click.IntRange(1, 36600),
    default=DEFAULT_AGE_DAYS,
    show_default=True,
    help="When the new key expires.",
)
@click.option(
    "--never", "--never-expires", "never", is_flag=True, help="Create one that never expires (not advised)."
)
@click.option(
    "--log-group",
    "log_groups",
    metavar="NAME",
    multiple=True,
    help="A log group the key writes to, to watch; remembered. May be repeated.",
)
@click.option(
    "--older-than", type=Age(), metavar="AGE", help="Start with every key at least this old: 90d, 12w."
)
@click.option(
    "--service",
    shell_complete=completing.services,
    metavar="S",
    help="Only this service's keys: logs, bedrock, or a full name.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be done, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--take-over", is_flag=True, help="Take over the case from whoever is working on it.")
@as_json
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    key_id: str | None,
    user: str | None,
    go_on: bool,
    imported: bool,
    watch: bool,
    back: bool,
    delete: bool,
    undo: bool,
    override: str | None,
    secret_to: str,
    kms_key: str | None,
    secret_tags: tuple[str, ...],
    days: int,
    never: bool,
    log_groups: tuple[str, ...],
    older_than: timedelta | None,
    service: str | None,
    only_plan: bool,
    yes: bool,
    take_over: bool,
    as_json: bool,
) -> None:
    """Replace KEY_ID with a second key of its user, without losing an event.

    \b
    stanch rotate KEY_ID               create the second key, store its secret; later: show the state
    stanch rotate KEY_ID --imported    it is in use: make the old key Inactive
    stanch rotate KEY_ID --watch       watch IncomingBytes until nothing still uses the old key
    stanch rotate KEY_ID --back        something does: make it Active again
    stanch rotate KEY_ID --delete      nothing does: delete it

    The case stays open in between, for days if need be, and an interrupted run resumes it. If key use is
    recorded and the records name the key, --next sees by itself that the new one is in use.
    IncomingBytes belongs to a log group, never to a key: everything that writes there is counted.
    """
    options = Options(
        age_days=None if never else days,
        secret_to=destination(secret_to, kms_key, secret_tags),
        log_groups=log_groups,
        override=override,
    )
    if as_json and isinstance(options.secret_to, ToScreen):
        raise click.UsageError(
            "--secret-to screen and --json cannot be combined: the secret is shown only to you."
        )
    asked = [name for name, said in _deeds(go_on, imported, watch, back, delete, undo) if said]
    if len(asked) > 1:
        raise click.UsageError(f"Use only one of {' and '.join(f'--{name}' for name in asked)}.")
    if only_plan and (asked or yes):
        raise click.UsageError(
            "--plan changes nothing: it cannot be combined with --yes, --next and the like."
        )
    if override and not delete:
        raise click.UsageError("--override needs --delete.")
    if older_than is None:
        if key_id is None:
            raise click.UsageError("Give a key ID, or several keys by age: --older-than 90d.")
        if service:
            raise click.UsageError("--service needs --older-than.")
        do = Do(asked[0]) if asked else Do.NEXT if yes else Do.LOOK
        want = Want(do, options, only_plan, yes, take_over, as_json, given_answers())
        if do is Do.NEXT and not only_plan and isinstance(options.secret_to, ToScreen):
            require_output()
        ctx.exit(run(One(setup, key_id, user, want).run()))
    if key_id or asked:
        raise click.UsageError("--older-than starts several rotations: it takes no KEY_ID and no stage.")
    if not isinstance(options.secret_to, ToSecretsManager) or options.secret_to.name:
        raise click.UsageError(
            "The secrets of several keys go to Secrets Manager, each under its own name: "
            "--secret-to secretsmanager."
        )
    if not only_plan and not yes and not sys.stdin.isatty():
        raise click.UsageError("Not a terminal: pass --yes, or preview with --plan.")
    from tui.shell.rotatemany import Many

    ctx.exit(run(Many(setup, older_than, service, user, options, only_plan, yes, take_over, as_json).run()))


def _deeds(
    go_on: bool, imported: bool, watch: bool, back: bool, delete: bool, undo: bool
) -> tuple[tuple[str, bool], ...]:
    return (
        ("next", go_on),
        ("imported", imported),
        ("watch", watch),
        ("back", back),
        ("delete", delete),
        ("undo", undo),
    )
