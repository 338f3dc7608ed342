"""`stanch review`: what was done with a key, as far as it was recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import click

from services.aws.errors import NoSuchName
from services.aws.sts import get_caller
from services.base import clock
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.errors import RunbookError
from services.incident import opening
from services.incident.exporting import keep
from services.incident.reviewing import marks
from services.incident.reviewwork import source_told
from services.keys.keyid import account_in
from services.keys.named import spoken, user_named
from services.review import export as exporting
from services.review.model import Athena, Marks, SourceUnavailable, Subject, Unreadable, Window
from services.review.model import Progress as Scanned
from services.review.pace import Pace
from services.review.plan import SOURCES
from services.review.record import Event
from services.review.review import Review, run_review
from services.review.tree import branches
from tui.exits import Exit
from tui.shell.athenaoptions import athena_options, given_athena
from tui.shell.common import (
    Each,
    Progress,
    Setup,
    as_json,
    complain,
    pass_setup,
    print_csv,
    print_json,
    print_table,
    run,
)
from tui.shell.moment import Moment
from tui.shell.newfile import force_option, may_replace

DEFAULT_WINDOW = timedelta(days=7)

SHOWN = 50
"""Events that a person is shown; scripts get them all."""


@click.command(
    "review",
    epilog="Examples: stanch review ACCA… --since 7d · stanch review --user web --source s3 --json · "
    "stanch review --user web --source ./AWSLogs",
)
@click.argument("key_id", required=False)
@click.option("--user", metavar="U", help="The key's user; without KEY_ID, everything this user did.")
@click.option(
    "--since",
    type=Moment(),
    help="7d, 36h, or a time in UTC (default: 7d, or everything when reading files).",
)
@click.option("--until", type=Moment(), default="0s", help="Likewise (default: now).")
@click.option(
    "--source",
    metavar="WHERE",
    default="auto",
    show_default=True,
    help="auto, history, s3, insights, lake, athena, or a folder or file of CloudTrail records.",
)
@click.option(
    "--suspected",
    type=Moment(),
    metavar="TIME",
    help="When the key may have leaked: what was first seen after it is marked new.",
)
@athena_options
@click.option(
    "--fresh",
    is_flag=True,
    help="Read all objects again, including those an interrupted review already read.",
)
@click.option(
    "--deleted", is_flag=True, help="The user of --user has been deleted: look for the name anyway."
)
@as_json
@click.option("--csv", "as_csv", is_flag=True, help="The events as comma-separated values.")
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the matching records to a new file, as JSON lines; a key's open case keeps them too.",
)
@force_option("--export")
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    key_id: str | None,
    user: str | None,
    since: datetime | None,
    until: datetime,
    source: str,
    suspected: datetime | None,
    fresh: bool,
    deleted: bool,
    as_json: bool,
    as_csv: bool,
    export: Path | None,
    force: bool,
) -> None:
    """Show whether the key was used, from where and against what, and what else its user did.

    Coverage comes first: if use would not have been recorded, the answer is "unknown", never "not used".
    """
    if not key_id and not user:
        raise click.UsageError("Give a key ID, or a user with --user.")
    if as_json and as_csv:
        raise click.UsageError("--json and --csv cannot be combined.")
    up_to_now = _untold(ctx, "until") and not _offline(source)
    if since is None:
        since = Window.all_time().since if _offline(source) else clock.now() - DEFAULT_WINDOW
        until = Window.all_time().until if _offline(source) and _untold(ctx, "until") else until
    if deleted and (key_id or not user):
        raise click.UsageError("--deleted needs --user without a key.")
    if since >= until:
        raise click.UsageError("--since must be before --until.")
    replaces = export is not None and may_replace(export, force=force)
    try:
        window, athena = Window(since, until, up_to_now=up_to_now), given_athena()
        review, case = run(_review(setup, key_id, user, window, source, suspected, athena, fresh, deleted))
    except SourceUnavailable as error:
        raise click.UsageError(str(error)) from None
    if export:
        _export(review, export, case, replaces)
    if as_json:
        print_json(_document(review))
    elif as_csv:
        print_csv([event.as_json() for event in review.events])
    else:
        _print(review)
    for part in review.unreadable:
        complain(part.words)
    ctx.exit(Exit.DONE if review.complete else Exit.INCOMPLETE)


async def _review(
    setup: Setup,
    key_id: str | None,
    user: str | None,
    window: Window,
    source: str,
    suspected: datetime | None,
    athena: Athena,
    fresh: bool,
    deleted: bool,
) -> tuple[Review, Case | None]:
    """The review, and the key's open case where it has one."""
    line, pace = Progress(), Pace()

    def on_progress(progress: Scanned) -> None:
        rate = pace.told(progress)
        line(source_told(progress) + (f", {rate}" if rate else ""))

    known, case = Marks(suspected=suspected), None
    try:
        user, account = spoken(user) if user else (None, None)
        if key_id is None and user and _offline(source):
            subject = Subject(user, account=account)
            review = await run_review(
                None, subject, window, source=source, marks=known, on_progress=on_progress
            )
            return review, None
        async with setup.session(account or (account_in(key_id) if key_id else None)) as aws:
            subject = Subject(user or "")
            if account and account != (here := (await get_caller(aws)).account):
                raise NoSuchName("GetUser", f"User {user} is of account {account}, and this is {here}.")
            if user and not key_id:
                spelled = user if deleted else await user_named(aws, user)
                subject = Subject(spelled or user)
            elif key_id:
                runbook = await opening.look_up(aws, CaseBook(setup.state_dir), key_id, user=user)
                key = runbook.key
                subject = Subject(key.user, key_id, key.service, created=key.created)
                known, case = marks(runbook.state), runbook.case
                known = replace(known, suspected=suspected or known.suspected)
            review = await run_review(
                aws,
                subject,
                window,
                source=source,
                marks=known,
                athena=athena,
                on_progress=on_progress,
                keep=setup.state_dir / "reviews",
                fresh=fresh,
            )
            if user and not key_id and spelled is None:
                what = f"whether user {user} exists"
                part = Unreadable.of(what, "iam:GetUser is not allowed")
                review = replace(review, complete=False, unreadable=(*review.unreadable, part))
            return review, case
    finally:
        line.done()


def _untold(ctx: click.Context, option: str) -> bool:
    return ctx.get_parameter_source(option) is click.core.ParameterSource.DEFAULT


def _offline(source: str) -> bool:
    """Whether *source* is files alone, so that AWS need not be asked for anything."""
    return source not in SOURCES and Path(source).exists()


def _print(review: Review) -> None:
    now = clock.now()
    click.echo(review.verdict_words)
    if review.headline:
        click.echo(review.headline.words)
    click.echo(f"Attributed {review.attribution_words}.")
    for source in review.sources:
        click.echo(f"{'Read' if source.used else 'Not read'}: {source.name}; {source.why}.")
    click.echo()
    print_table(
        ("RECORDED", "REGION", "FROM", "TO", "COVERS", "NOTE"),
        [
            (
                part.source,
                part.region,
                _bound(part.since, "the first", now),
                _bound(part.until, "the last", now),
                part.covers,
                part.note,
            )
            for part in review.coverage
        ],
    )
    if review.findings:
        click.echo()
        for finding in review.findings:
            click.echo(f"{finding.severity:<7} {finding.told}")
        click.echo(f"        {review.baseline.words}")
    for branch in branches(review.followed.sessions, review.events):
        click.echo(f"{'' if branch.depth else chr(10)}{'  ' * branch.depth}{branch.words}")
    if review.events:
        click.echo()
        print_table(
            ("TIME", "CALL", "FROM", "AGENT", "RESULT"),
            [
                (
                    clock.spoken(event.time, now),
                    event.name,
                    event.source_ip or "",
                    (event.user_agent or "")[:40],
                    event.error or "ok",
                )
                for event in review.events[-SHOWN:]
            ],
        )
    if len(review.events) > SHOWN:
        complain(f"showing the newest {SHOWN} of {len(review.events):,} events; --csv and --json have all.")
    complain(f"{review.records_scanned:,} records read, {review.records_unreadable:,} unreadable.")


def _bound(when: datetime, unbounded: str, now: datetime) -> str:
    every = Window.all_time()
    return unbounded if when in (every.since, every.until) else clock.spoken(when, now)


def _document(review: Review) -> dict[str, object]:
    few = replace(review, events=(), on_user=()).as_json()
    return few | {
        "events": Each(review.events, Event.as_json),
        "on_user": Each(review.on_user, Event.as_json),
    }


def _export(review: Review, path: Path, case: Case | None, replaces: bool) -> None:
    try:
        digest = exporting.write(review.events, path, force=replaces)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}.") from None
    complain(f"{len(review.events):,} records written to {path}, SHA-256 {digest}.")
    if case is None:
        return
    try:
        with case:
            evidence = keep(review.events, case)
    except RunbookError as error:
        complain(f"not saved to case {case.id}. {error}")
    else:
        complain(f"saved to case {case.id} as {evidence['file']}.")
