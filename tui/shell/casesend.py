"""`stanch case send`: a case, with its report, to AWS's own incident responders."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from typing import Literal

import click

from services.aws import sts
from services.aws.errors import ReadOnly
from services.aws.securityir import MOST_COMMENT, MOST_TITLE, MOST_WORDS
from services.base import clock
from services.base.text import clean
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.plan import State
from services.incident.handing import Handed, Handing
from services.report.build import build
from services.report.files import FORMATS
from services.report.model import Report
from services.report.unsecret import without_secrets
from tui.exits import Exit
from tui.shell import completing
from tui.shell.common import Setup, as_json, confirm, pass_setup, print_json, run
from tui.shell.goingon import given_answers, go_on
from tui.shell.printedplan import print_plan

_EMAIL = re.compile(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*")
_ROOM_FOR_THE_REPORT = 1000
"""Characters of a comment that say what is attached."""


@click.command(
    "send",
    short_help="Hand a case to AWS Security Incident Response.",
    epilog="Examples: stanch case send 1123-K5E --security-ir --plan · "
    "stanch case send 1123-K5E --security-ir --watcher oncall@example.com --yes",
)
@click.argument("case_id", metavar="ID", shell_complete=completing.cases)
@click.option("--security-ir", is_flag=True, help="To AWS Security Incident Response.")
@click.option("--self-managed", is_flag=True, help="Do not ask AWS's responders to work on it.")
@click.option(
    "--watcher", "watchers", metavar="EMAIL", multiple=True, help="Whom AWS tells; may be repeated."
)
@click.option("--comment", metavar="TEXT", help="What to say with the report.")
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be sent, and send nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--take-over", is_flag=True, help="Take over the case from whoever is working on it.")
@as_json
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    case_id: str,
    security_ir: bool,
    self_managed: bool,
    watchers: tuple[str, ...],
    comment: str | None,
    only_plan: bool,
    yes: bool,
    take_over: bool,
    as_json: bool,
) -> None:
    """Open a case with AWS Security Incident Response, with the report; sent again, add the new report.

    Nothing is sent anywhere unless --security-ir asks for it. The account, or its organization, needs a
    membership. The report has no secret in it; each call is journaled before it is sent, once.
    """
    if not security_ir:
        raise click.UsageError("Say where to: --security-ir is the only place there is.")
    if only_plan and yes:
        raise click.UsageError("--plan changes nothing: it cannot be combined with --yes.")
    if not only_plan and not yes and not sys.stdin.isatty():
        raise click.UsageError("Not a terminal: pass --yes, or preview with --plan.")
    for each in watchers:
        if not 6 <= len(each) <= 254 or not _EMAIL.fullmatch(each):
            raise click.UsageError(f"{clean(each)} is not an email address.")
    if len(comment or "") > MOST_COMMENT - _ROOM_FOR_THE_REPORT:
        raise click.UsageError(f"--comment has {MOST_COMMENT - _ROOM_FOR_THE_REPORT} characters at most.")
    case = CaseBook(setup.state_dir).get(case_id)
    handed = _handed(case, comment or "", "Self" if self_managed else "AWS", watchers)
    code = run(_send(setup, case, handed, only_plan=only_plan, yes=yes, take_over=take_over, as_json=as_json))
    ctx.exit(code)


def _handed(case: Case, comment: str, resolver: Literal["AWS", "Self"], watchers: tuple[str, ...]) -> Handed:
    report = build(case)
    header = report.header
    about = f"{header.key_id} of {header.user}" if header.user else header.key_id
    told = report.summary.words if report.summary else ""
    words = (
        f"{told} The credential is {about} ({header.service}) in account {header.account}. Everything "
        f"that is known stands in the attached report of case {case.id} of stanch."
    )
    return Handed(
        title=without_secrets(f"Case {case.id} of stanch: {about} exposed")[:MOST_TITLE],
        words=without_secrets(words.strip())[:MOST_WORDS],
        since=_since(case, report),
        report=FORMATS["html"](report).encode(),
        comment=without_secrets(clean(comment, limit=MOST_COMMENT)),
        resolver=resolver,
        watchers=watchers,
    )


def _since(case: Case, report: Report) -> datetime:
    """When it began, as far as that is known; else when the case was opened."""
    state, seen = case.state(), report.reviewed
    first = (seen.attack.began if seen and seen.attack else None) or state.suspected
    return first or state.opened_at or clock.now()


async def _send(
    setup: Setup, case: Case, handed: Handed, *, only_plan: bool, yes: bool, take_over: bool, as_json: bool
) -> int:
    account = str(case.state().opened.get("account") or "") or None
    async with setup.session(account) as aws:
        caller = await sts.get_caller(aws)
        handing = Handing(aws, caller, case, handed)
        handing.guard()
        if only_plan:
            plan = await handing.plan()
            print_json({"case": case.id} | plan.as_json()) if as_json else print_plan(plan)
            return Exit.DONE
        if setup.read_only:
            raise ReadOnly("CreateCase")
        with case.enter(caller.arn, take_over=take_over):
            await go_on(handing, given_answers())
            plan = await handing.plan()
            if not yes:
                print_plan(plan)
                confirm(aws, f"Proceed in {plan.where.text}?")
            step = await handing.apply(plan)
    words = f"{step.words[:1].upper()}{step.words[1:]}."
    if as_json:
        calls = [sent.call.as_json() | {"request_id": sent.request_id} for sent in step.calls]
        verified = step.state is State.CONFIRMED
        told = {"state": step.state.value, "calls": calls, "verified": verified, "message": words}
        print_json({"case": case.id, "step": "security-ir", **told})
    else:
        click.echo(words)
    return Exit.DONE if step.state is State.CONFIRMED else Exit.INCOMPLETE
