"""`stanch audit`: the account's keys against AWS's best practices, each finding with what mends it."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import click

from services.audit import baseline as accepted
from services.audit import sarif
from services.audit.accounts import Visit, visit_all
from services.audit.audit import audit
from services.audit.baseline import BadBaseline, Baseline
from services.audit.model import SEVERITIES, Audit, Finding, Limits
from services.base import clock
from services.base.text import clean
from services.keys.everyaccount import stops_by_role, stops_of_organization
from tui.exits import Exit
from tui.shell.common import (
    Progress,
    Setup,
    as_json,
    complain,
    pass_setup,
    print_document,
    print_json,
    run,
)
from tui.shell.newfile import force_option, may_replace
from tui.shell.organization import organization_option
from tui.shell.rolearn import role_arn

SIGNS = {"high": "‼", "medium": "!", "info": "·"}


@click.command(
    "audit",
    epilog="Examples: stanch audit · stanch --region us-east-1 audit --json · "
    "stanch audit --fail-on high --baseline audit.json · "
    "stanch audit --role-arn arn:aws:iam::111122223333:role/audit --role-arn …",
)
@click.option(
    "--role-arn",
    "role_arns",
    metavar="ARN",
    multiple=True,
    callback=role_arn,
    help="Audit this role's account instead of your own; may be repeated.",
)
@organization_option
@click.option(
    "--data-events",
    is_flag=True,
    help="Also ask CloudTrail whether keys that look unused are; reads the trail, key by key.",
)
@click.option(
    "--max-age", type=click.IntRange(1), default=90, show_default=True, help="Days until a key is old."
)
@click.option(
    "--expiring-in",
    type=click.IntRange(1),
    default=14,
    show_default=True,
    help="Report a key this many days before it expires.",
)
@click.option(
    "--unused-for",
    type=click.IntRange(1, 400),
    default=90,
    show_default=True,
    help="Days without use after which a key counts as unused.",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 4 if any finding is at least this severe.",
)
@click.option(
    "--baseline",
    "baseline_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Accepted findings: listed apart, never a failure.",
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Accept all current findings; reasons and dates already in FILE are kept.",
)
@force_option("--write-baseline, unless it is that of --baseline,")
@as_json
@click.option("--sarif", "as_sarif", is_flag=True, help="SARIF 2.1.0 on standard output, for pipelines.")
@pass_setup
@click.pass_context
def command(
    ctx: click.Context,
    setup: Setup,
    role_arns: tuple[str, ...],
    organization_role: str | None,
    data_events: bool,
    max_age: int,
    expiring_in: int,
    unused_for: int,
    fail_on: str | None,
    baseline_file: Path | None,
    write_baseline: Path | None,
    force: bool,
    as_json: bool,
    as_sarif: bool,
) -> None:
    """Check API keys against best practices (read-only).

    Keys without expiry, old, expiring, expired, doubled or unused; users with more rights or credentials than
    a key's user needs; log groups that accept tokens nobody sends; Regions where use is not recorded; and
    what Access Analyzer found about these users. Without evidence, the answer is "not known".

    The roles need docs/policy-look.json; --organization also needs organizations:ListAccounts.
    """
    if as_json and as_sarif:
        raise click.UsageError("--json and --sarif cannot be combined.")
    if role_arns and organization_role is not None:
        raise click.UsageError("--role-arn and --organization cannot be combined.")
    limits = Limits(
        old=timedelta(days=max_age), expiring=timedelta(days=expiring_in), unused=timedelta(days=unused_for)
    )
    if write_baseline and write_baseline != baseline_file:
        may_replace(write_baseline, force=force)
    known, today = _read(baseline_file), clock.now().date()
    visits = run(_visit(setup, role_arns, organization_role, limits, data_events))
    if as_json:
        print_json(_document(visits, known, today))
    elif as_sarif:
        print_document(sarif.document(visits, known, today))
    else:
        for visit in visits:
            _print(visit, known, today)
    _complain(visits)
    if write_baseline:
        _write(write_baseline, visits, force)
    ctx.exit(_code(visits, known, today, fail_on))


async def _visit(
    setup: Setup,
    role_arns: Sequence[str],
    organization_role: str | None,
    limits: Limits,
    data_events: bool,
) -> tuple[Visit, ...]:
    progress = Progress()
    try:
        async with setup.session() as aws:
            stops = stops_by_role(aws.ways, role_arns)
            if organization_role is not None:
                stops = await stops_of_organization(aws, organization_role or None)
            if stops:
                return await visit_all(aws, stops, limits, data_events=data_events, on_progress=progress)
            return (Visit(None, await audit(aws, limits, data_events=data_events, on_progress=progress)),)
    finally:
        progress.done()


def _read(file: Path | None) -> Baseline:
    try:
        return accepted.read(file) if file else Baseline()
    except BadBaseline as error:
        raise click.UsageError(str(error)) from None


def _write(file: Path, visits: Sequence[Visit], force: bool) -> None:
    try:
        before = _read(file) if file.exists() else Baseline()
    except click.UsageError:
        if not force:
            raise
        before = Baseline()
    found = [(visit.found.account, each) for visit in visits if visit.found for each in visit.found.findings]
    try:
        count = accepted.write(file, found, before)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"Accepted {count} findings in {file}: give each a reason.", err=True)


def _open(found: Audit, known: Baseline, today: date) -> list[Finding]:
    """The findings that nobody accepted."""
    return [each for each in found.findings if known.accepts(found.account, each, today) is None]


def _code(visits: Sequence[Visit], known: Baseline, today: date, fail_on: str | None) -> Exit:
    if all(visit.error for visit in visits):
        return Exit.AWS
    severe = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on else ()
    if any(
        each.severity in severe
        for visit in visits
        if visit.found
        for each in _open(visit.found, known, today)
    ):
        return Exit.REFUSED
    return Exit.DONE if all(visit.complete for visit in visits) else Exit.INCOMPLETE


def _document(visits: Sequence[Visit], known: Baseline, today: date) -> dict[str, object]:
    accounts = [visit.as_json() for visit in visits]
    counts: Counter[str] = Counter()
    for visit, account in zip(visits, accounts, strict=True):
        rows: list[dict[str, object]] = []
        for each in visit.found.findings if visit.found else ():
            acceptance = known.accepts(visit.found.account, each, today) if visit.found else None
            counts["accepted" if acceptance else each.severity] += 1
            row = each.as_json(visit.found.account if visit.found else "")
            rows.append(row | {"accepted": acceptance.reason if acceptance else None})
        account["findings"] = rows
    summary = {name: counts[name] for name in (*SEVERITIES, "accepted")}
    complete = all(visit.complete for visit in visits)
    return {"complete": complete, "summary": summary, "accounts": accounts}


def _print(visit: Visit, known: Baseline, today: date) -> None:
    found = visit.found
    if found is None:
        return
    open_findings = _open(found, known, today)
    count = Counter(finding.severity for finding in open_findings)
    told = [f"{count[severity]} {severity}" for severity in SEVERITIES if count[severity]] or ["no findings"]
    if taken := len(found.findings) - len(open_findings):
        told.append(f"{taken} accepted")
    if found.unknown:
        told.append(f"{len(found.unknown)} not known")
    click.echo(f"Account {found.account}, {found.keys_told}, {', '.join(found.regions)}: {' · '.join(told)}")
    for finding in open_findings:
        click.echo()
        _line(SIGNS[finding.severity], finding.title)
        _line(" ", f"{finding.kind}: {'; '.join(finding.evidence)}")
        # Not wrapped: it is there to be copied.
        click.echo(f"  $ {clean(finding.mend)}")
    for unknown in found.unknown:
        click.echo()
        _line("?", f"{unknown.subject}: {unknown.kind} is not known: {unknown.why}.")
    click.echo()


def _complain(visits: Sequence[Visit]) -> None:
    for visit in visits:
        if visit.error:
            complain(f"{visit.place} was not audited. {visit.error}")
        for part in visit.found.unreadable if visit.found else ():
            complain(part.words)


def _line(sign: str, words: str) -> None:
    width = min(100, shutil.get_terminal_size().columns)
    told = textwrap.wrap(clean(words), max(20, width - 2), break_on_hyphens=False, break_long_words=False)
    for number, text in enumerate(told):
        click.echo(f"{' ' if number else sign} {text}")
