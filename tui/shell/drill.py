"""`stanch drill`: a scored exercise on a simulated account, with a clock and an attacker who goes on."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shlex
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

import click
import msgspec

from services.aws.errors import Unreachable
from services.aws.session import AwsSession
from services.base import clock, documents, files
from services.base.text import clean
from services.cases.errors import NoSuch
from services.drill import results
from services.drill.page import to_text
from services.drill.results import Result
from tui.exits import Exit
from tui.settings.options import Connect, DrillClock
from tui.shell.common import Setup, as_json, complain, pass_setup, print_document, print_table
from tui.shell.drilling import Place, Running, home, new_place, read_report, reports_of, running, under_way
from tui.shell.pretend import shut_in
from tui.shell.screen import open_screen, why_not

SCENARIOS = {
    "logs-key": "a logs key floods a log group, and an access key leaked beside it",
    "access-key": "an administrator's access key, public for four hours, and a session that outlives it",
    "bedrock-key": "a Bedrock key used through mantle, where the trail is blind",
    "two-accounts": "keys of another account, which a role leads to",
    "decoy": "an alert that may be a false one",
}
DIFFICULTIES = ("easy", "normal", "hard")
MOST_SEED = 9999
PERIOD_SECONDS, POLL_SECONDS = 5, 2.0
LOOKS = 0.25
"""Seconds between two looks for an order from another shell."""
END_PATIENCE = 60.0


@click.command(
    "drill",
    epilog="Examples: stanch drill logs-key · stanch drill access-key --difficulty hard --seed 7 · "
    "stanch drill bedrock-key --serve · stanch drill --end --report mine.json · "
    "stanch drill --results ~/team --compare",
)
@click.argument("scenario", required=False, type=click.Choice(list(SCENARIOS)))
@click.option("--list", "lists", is_flag=True, help="List the scenarios.")
@click.option(
    "--seed",
    type=click.IntRange(0, MOST_SEED),
    metavar="N",
    help=f"0 to {MOST_SEED}: the same seed is the same drill (default: a new one).",
)
@click.option(
    "--difficulty",
    type=click.Choice(DIFFICULTIES),
    default="normal",
    show_default=True,
    help="How hard it is.",
)
@click.option(
    "--serve",
    "--no-screen",
    "serve",
    is_flag=True,
    help="No screen: print where the account is, and let any AWS client respond.",
)
@click.option("--end", is_flag=True, help="End the drill that is played now, and print its debrief.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --end: hand in this report (JSON) instead of those of your cases.",
)
@click.option(
    "--results",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keep the result here; without a scenario, compare the results here.",
)
@click.option("--compare", is_flag=True, help="Compare the results that were kept.")
@click.option("--team", metavar="NAME", help="Whose result it is.")
@as_json
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    scenario: str | None,
    lists: bool,
    seed: int | None,
    difficulty: str,
    serve: bool,
    end: bool,
    report: Path | None,
    folder: Path | None,
    compare: bool,
    team: str | None,
    as_json: bool,
) -> None:
    """Respond to a leak on a simulated account while a clock runs and an attacker goes on.

    Points are for what came of it in the account: time to detect, contain and recover, sessions and other
    ways in that are left, needless damage, and what the report claims without evidence. Nothing is real, no
    profile is used, and cases are kept apart from all others.

    On the screen, quitting ends the drill. With --serve, interrupt it (ctrl+c), or end it from another shell.
    """
    if report is not None and not end:
        raise click.UsageError("--report needs --end.")
    if sum((lists, end, compare, scenario is not None)) > 1:
        raise click.UsageError("Choose one: a scenario to play, --list, --end or --compare.")
    if lists:
        ctx.exit(_list(as_json))
    if end:
        ctx.exit(_end(setup, report, as_json))
    if scenario is None:
        if compare or folder is not None:
            ctx.exit(_compare(setup, folder, as_json))
        raise click.UsageError(f"Name a scenario: {', '.join(SCENARIOS)}.")
    if not serve and (reason := why_not()):
        raise click.UsageError(f"{reason} Without a screen, add --serve.")
    seed = random.randint(1, MOST_SEED) if seed is None else seed
    before = set(os.environ)
    place = _new_place(setup, folder, scenario)
    apart = shut_in(setup, place.state)
    left = ",".join(sorted(before - set(os.environ)))
    arguments = ["--scenario", scenario, "--seed", str(seed), "--difficulty", difficulty, "--left", left]
    with running(place, team, arguments) as drill:
        code, handed = (
            (Exit.DONE, _serve(drill, aside=as_json)) if serve else (_on_screen(apart, drill, scenario), None)
        )
        result = drill.end([handed] if handed is not None else reports_of(place))
    ctx.exit(_debrief(result, place, drill.trouble, as_json) or code)


def _new_place(setup: Setup, folder: Path | None, scenario: str) -> Place:
    try:
        return new_place(setup.state_dir, folder, scenario)
    except OSError as error:
        where = clean(error.filename or folder or setup.state_dir)
        raise click.UsageError(f"The drill cannot be kept in {where} ({error.strerror}).") from None


def _list(as_json: bool) -> int:
    if as_json:
        print_document({"scenarios": [{"name": name, "about": about} for name, about in SCENARIOS.items()]})
    else:
        print_table(("SCENARIO", "ABOUT"), SCENARIOS.items())
    return Exit.DONE


def _on_screen(setup: Setup, drill: Running, scenario: str) -> int:
    return open_screen(
        setup,
        connect=_connect(setup, drill),
        connecting="starting the drill…",
        drill=DrillClock(scenario, drill),
        colour=None,
        period_seconds=PERIOD_SECONDS,
        poll_seconds=POLL_SECONDS,
    )


def _connect(setup: Setup, drill: Running) -> Connect:
    @asynccontextmanager
    async def connect() -> AsyncIterator[AwsSession]:
        announced = await asyncio.to_thread(drill.announced)
        if announced is None:
            raise Unreachable("Starting the drill", "it ended at once")
        os.environ.update(announced["environment"])
        async with AwsSession(
            None, setup.regions, read_only=setup.read_only, endpoint_url=announced["endpoint_url"]
        ) as aws:
            yield aws

    return connect


def _serve(drill: Running, *, aside: bool) -> dict[str, Any] | None:
    """Until it is ended, whoever ends it; the report that was handed in, if one was."""
    announced = drill.announced()
    with _told_to_end() as told:
        for line in _invitation(announced or {}, drill.place):
            click.echo(line, err=aside)
        while not (told.wait(LOOKS) or drill.over.is_set()):
            if drill.place.order.exists():
                order: dict[str, Any] = json.loads(files.read(drill.place.order, most=2 * 64 << 20))
                return cast("dict[str, Any] | None", order["report"])
    return None


def _invitation(announced: dict[str, Any], place: Place) -> Iterator[str]:
    if not announced:
        return
    ends = clock.parse(announced["ends"])
    yield f"# A DRILL, until {ends:%H:%M:%S} UTC, on a simulated account: nothing here is real."
    yield f"# {clean(announced['alert'])}"
    if announced["found"]:
        yield f"# What was found: {clean(announced['found'])}"
    yield "# In the shell that responds, with stanch or any AWS client:"
    yield from announced["exports"]
    yield f"export STANCH_STATE_DIR={shlex.quote(str(place.state))}"
    yield "# To end it, and be told how it went: stanch drill --end (or interrupt this with ctrl+c)."


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    told = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.signal(each, lambda *_: told.set()) for each in numbers}
    try:
        yield told
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _end(setup: Setup, report: Path | None, as_json: bool) -> int:
    handed = None
    if report is not None:
        try:
            handed = read_report(report)
        except OSError as error:
            raise click.UsageError(f"{clean(report)} cannot be read: {error.strerror}.") from None
        except ValueError as error:
            raise click.UsageError(f"{clean(report)} {error}.") from None
    played = under_way(setup.state_dir)
    if not played:
        raise NoSuch("No drill is played now.")
    place = played[0]
    files.replace(place.order, json.dumps({"report": handed}).encode())
    deadline = time.monotonic() + END_PATIENCE
    while (result := _kept(place)) is None or not result.finished:
        if time.monotonic() > deadline or place not in under_way(setup.state_dir):
            break
        time.sleep(LOOKS)
    return _debrief(_kept(place), place, None, as_json)


def _kept(place: Place) -> Result | None:
    try:
        return documents.decode(files.read(place.result), Result)
    except (OSError, ValueError):
        return None


def _debrief(result: Result | None, place: Place, trouble: str | None, as_json: bool) -> int:
    if trouble:
        complain(trouble)
    if result is None:
        complain("The drill ended before anything could be said of it.")
        return Exit.INCOMPLETE
    if as_json:
        print_document(msgspec.to_builtins(result))
    else:
        for line in to_text(result):
            click.echo(line)
        if not trouble:
            page = place.result.with_suffix(".html" if result.finished else ".json")
            click.echo(f"To hand on: {clean(page)}")
    return Exit.DONE if result.finished and not trouble else Exit.INCOMPLETE


def _compare(setup: Setup, folder: Path | None, as_json: bool) -> int:
    folder = folder or home(setup.state_dir) / "results"
    try:
        found = results.read(folder)
    except OSError as error:
        raise click.UsageError(f"{clean(folder)} cannot be read: {error.strerror}.") from None
    for each in found.skipped:
        complain(each)
    if as_json:
        print_document(results.as_json(found))
    elif found.found:
        rows = (
            (
                each.scenario,
                each.difficulty,
                each.seed,
                results.headline(each),
                results.team_of(each),
                results.titles(each.lost),
                each.drill,
            )
            for each in found.found
        )
        print_table(("SCENARIO", "DIFFICULTY", "SEED", "SCORE", "TEAM", "POINTS LOST FOR", "RESULT"), rows)
    else:
        click.echo(f"No result of a drill is in {clean(folder)}.")
    return Exit.INCOMPLETE if found.skipped else Exit.DONE
