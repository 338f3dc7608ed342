"""`stanch case`: the cases kept here, and where each stands."""

from __future__ import annotations

from collections.abc import Mapping

import click

from services.base import clock
from services.base.text import clean
from services.cases.book import CaseBook
from services.cases.errors import CaseError
from services.incident.keptreview import kept_review
from tui.dialogs.steps import SIGNS
from tui.exits import Exit
from tui.shell import caseexport, casesend, completing, report
from tui.shell.common import Setup, as_json, complain, pass_setup, print_json, print_table
from tui.shell.guessing import Guessing
from tui.shell.verifying import anchor, say_consistency, verify


@click.group("case", cls=Guessing, epilog="Examples: stanch case list · stanch case verify 1123-K5E")
def command() -> None:
    """The cases under the state directory, each with its journal and evidence."""


command.add_command(report.command)
command.add_command(caseexport.command)
command.add_command(casesend.command)
command.add_command(verify)
command.add_command(anchor)


@command.command("list", epilog="Example: stanch case list --json")
@as_json
@pass_setup
@click.pass_context
def list_cases(ctx: click.Context, setup: Setup, as_json: bool) -> None:
    """List every case, newest first; exit 3 if one cannot be read."""
    cases, found, unread = CaseBook(setup.state_dir).cases(), list[Mapping[str, object]](), list[str]()
    for case in cases:
        try:
            found.append(case.summary())
        except CaseError as error:
            unread.append(str(error))
    if as_json:
        print_json({"cases": found})
    elif found:
        columns = ("case", "about", "user", "account", "opened", "closed")
        print_table(
            [name.upper() for name in columns], [[row[name] or "" for name in columns] for row in found]
        )
    elif not cases:
        complain(f"There is no case under {setup.state_dir}. `stanch respond KEY_ID` opens one.")
    for words in unread:
        complain(words)
    ctx.exit(Exit.INCOMPLETE if unread else Exit.DONE)


@command.command("show", epilog="Example: stanch case show 1123-K5E")
@click.argument("case_id", metavar="ID", shell_complete=completing.cases)
@as_json
@pass_setup
def show(setup: Setup, case_id: str, as_json: bool) -> None:
    """Show the state of a case, step by step."""
    case = CaseBook(setup.state_dir).get(case_id)
    if as_json:
        kept = kept_review(case)
        print_json(case.as_json() | {"review": kept.as_json() if kept else None})
        return
    now, state = clock.now(), case.state()
    opened = f", opened {clock.spoken(state.opened_at, now)}" if state.opened_at else ""
    closed = f", closed {clock.spoken(state.closed_at, now)}" if state.closed_at else ""
    click.echo(clean(f"case {case.id}{opened}{closed}"))
    click.echo(clean(f"{state.about} of {state.whose} in {state.opened['account']}"))
    for who in state.responders:
        click.echo(clean(f"worked on by {who['responder']}, {who['login']} on {who['host']}"))
    for number, name in enumerate(state.deeds, 1):
        step = state.step(name)
        when = f"{clock.spoken(step.at, now)}  " if step.at else ""
        click.echo(
            clean(f"{number} {SIGNS[step.state]} {name:<11} {step.state.label:<10} {when}{step.words}")
        )
    if kept := kept_review(case):
        click.echo(clean(f"review {kept.told(now)}: {kept.words}"))
        for title in kept.findings:
            click.echo(clean(f"  - {title}"))
        if kept.trouble:
            complain(f"{kept.trouble}.")
    say_consistency(case)


@command.command("note", epilog="Example: stanch case note 1123-K5E 'told the service owner'")
@click.argument("case_id", metavar="ID", shell_complete=completing.cases)
@click.argument("text")
@pass_setup
def note(setup: Setup, case_id: str, text: str) -> None:
    """Add a note to the journal."""
    with CaseBook(setup.state_dir).get(case_id) as case:
        case.append("note", text=clean(text))
    click.echo(f"Note added to case {case.id}.")


@command.command("close", epilog="Example: stanch case close 1123-K5E")
@click.argument("case_id", metavar="ID", shell_complete=completing.cases)
@pass_setup
def close(setup: Setup, case_id: str) -> None:
    """Close a case; whatever the journal shows as still open is listed."""
    from tui.dialogs.casework import left_of

    with CaseBook(setup.state_dir).get(case_id) as case:
        if case.state().closed_at:
            click.echo(f"Case {case.id} is closed already.")
            return
        left = left_of(case)
        case.append("closed", remaining=list(left))
    account = clean(case.state().opened.get("account") or "unknown")
    click.echo(f"Case {case.id} of account {account} is closed.")
    for words in left:
        complain(words)
