"""`stanch intake`: a report of leaked credentials, taken in: whose each is, and a case for each."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from services.aws import sts
from services.aws.iam import Credential
from services.aws.reach import Reach
from services.aws.session import AwsSession
from services.base import clock, files
from services.base.text import clean
from services.cases.book import CaseBook
from services.cases.errors import RunbookError
from services.keys.anywhere import look_up_all
from services.keys.telling import title_of
from services.keys.whose import KeyFacts, offline
from services.scan.reports import Report, Reported, read_report
from services.scan.scan import Place
from tui.exits import Exit
from tui.shell.common import Setup, as_json, complain, pass_setup, print_json, run
from tui.shell.identify import facts_json

MOST = 512 << 20
"""Bytes of a report."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Taken:
    """The *case* that a key's places were noted in, or the sentence *why_not*."""

    case: str | None = None
    why_not: str | None = None


@click.command(
    "intake",
    epilog="Examples: stanch intake gitleaks.json · trufflehog git file://. --json | stanch intake - · "
    "stanch intake notice.txt --offline",
)
@click.argument("report", metavar="FILE")
@click.option("--offline", is_flag=True, help="Only decode; do not contact AWS, and open no case.")
@as_json
@pass_setup
@click.pass_context
def command(ctx: click.Context, setup: Setup, report: str, offline: bool, as_json: bool) -> None:
    """Read FILE, or standard input (-), and say of each credential in it whose it is and how it stands.

    It takes gitleaks (JSON, SARIF), trufflehog (JSON lines), GitHub secret-scanning alerts, AWS Health and
    GuardDuty events, `stanch scan --json`, other JSON, and any text. Each key that is found, in this account
    or in one that a role leads to ([accounts]), gets a case (or its open one is used) with where it leaked as
    evidence; with --read-only, none. No secret is kept.

    Exit code 3: something could not be judged: a key of another account, one that could not be looked up,
    or a finding whose secret was taken out of the report; or a case could not be written, as one that
    someone else is working on.
    """
    found = read_report(_data(report), "standard input" if report == "-" else report)
    each = list(found.found.values())
    facts, cases = [offline_facts(setup, one) for one in each], dict[int, Taken]()
    if each and not offline:
        facts, cases = run(_take_in(setup, each))
    if as_json:
        print_json(_document(found, facts, each, cases))
    else:
        _tell(setup, found, facts, each, cases)
    if found.unreadable:
        complain(f"{found.unreadable:,} lines or findings aren't valid JSON, and were left out.")
    complete = _is_complete(found, [] if offline else facts, cases)
    ctx.exit(Exit.DONE if complete else Exit.INCOMPLETE)


def _is_complete(found: Report, facts: list[KeyFacts], cases: dict[int, Taken]) -> bool:
    return (
        not found.hidden
        and not found.unreadable
        and all(one.answer.judged for one in facts)
        and not any(taken.why_not for taken in cases.values())
    )


def offline_facts(setup: Setup, one: Reported) -> KeyFacts:
    return offline(one.key, clock.now(), setup.config.decoy_accounts)


def _data(report: str) -> bytes:
    if report == "-":
        data: bytes | bytearray = sys.stdin.buffer.read(MOST + 1)
    else:
        data = bytearray()
        with files.open_foreign(Path(report), follow=True) as file:
            while len(data) <= MOST and (more := file.read(8 << 20)):
                data += more
    if len(data) > MOST:
        raise click.UsageError("The report is larger than 512 MB: split it, or use `stanch scan`.")
    return bytes(data)


async def _take_in(setup: Setup, each: list[Reported]) -> tuple[list[KeyFacts], dict[int, Taken]]:
    """What is known of each, and what became of each key that was found, by its number."""
    async with setup.session() as aws, Reach(aws) as reach:
        keys = [one.key for one in each]
        facts = await look_up_all(reach, keys, clock.now(), setup.config.decoy_accounts)
        if setup.read_only:
            return facts, {}
        return facts, await _open_cases(reach, setup, facts, each)


async def _open_cases(
    reach: Reach, setup: Setup, facts: list[KeyFacts], each: list[Reported]
) -> dict[int, Taken]:
    """Where each leaked is evidence in its case."""
    taken: dict[int, Taken] = {}
    for number, (one, leaked) in enumerate(zip(facts, each, strict=True)):
        if one.credential:
            try:
                aws = await reach.at(one.account)
                taken[number] = Taken(await _open_case(aws, setup, one.credential, leaked))
            except RunbookError as error:
                taken[number] = Taken(why_not=str(error))
    return taken


async def _open_case(aws: AwsSession, setup: Setup, key: Credential, leaked: Reported) -> str:
    book, caller = CaseBook(setup.state_dir), await sts.get_caller(aws)
    with book.one_at_a_time():
        case = book.open_case_of(key.id, aws.where) or book.create(
            key,
            account=caller.account,
            caller_arn=caller.arn,
            now=clock.now(),
            where=aws.where,
        )
        with case.enter(caller.arn):
            evidence = case.keep_evidence("leak.json", json.dumps(_leak_json(leaked), indent=1).encode())
            first = next(iter(leaked.places))
            case.append(
                "note",
                text=f"taken in from a report: found in {leaked.count:,} places, first {first}",
                evidence=evidence,
            )
    return case.id


def _leak_json(leaked: Reported) -> dict[str, object]:
    return {"count": leaked.count, "places": [_place_json(place) for place in leaked.places]}


def _case_json(taken: Taken) -> dict[str, object]:
    return {"case": taken.case, "case_error": taken.why_not}


def _place_json(place: Place) -> dict[str, object]:
    return {"path": place.path, "line": place.line or None, "commit": place.commit}


def _document(
    found: Report, facts: list[KeyFacts], each: list[Reported], cases: dict[int, Taken]
) -> dict[str, object]:
    return {
        "complete": _is_complete(found, facts, cases),
        "found": [
            facts_json(one) | _leak_json(leaked) | _case_json(cases.get(number, Taken()))
            for number, (one, leaked) in enumerate(zip(facts, each, strict=True))
        ],
        "redacted": [_place_json(place) for place in found.hidden],
        "others": found.others,
        "unreadable": found.unreadable,
    }


def _tell(
    setup: Setup, found: Report, facts: list[KeyFacts], each: list[Reported], cases: dict[int, Taken]
) -> None:
    if not facts:
        click.echo("No credential of AWS was found in this report.")
    for number, (one, leaked) in enumerate(zip(facts, each, strict=True)):
        status = one.status or one.answer.value.replace("_", " ")
        click.echo(f"{title_of(one.key)}, account {one.account or 'not known'}: {status}")
        click.echo(f"  {one.key_id or one.key.name}" + (f" of {one.user}" if one.user else ""))
        for place in list(leaked.places)[:_SHOWN]:
            click.echo(f"  found in {clean(place)}")
        if leaked.count > _SHOWN:
            click.echo(f"  … in {leaked.count:,} places")
        for sentence in one.said:
            click.echo(f"  {sentence}")
        taken = cases.get(number, Taken())
        if taken.case:
            click.echo(f"  case {taken.case}")
        if taken.why_not:
            click.echo(f"  Not noted in a case: {taken.why_not}")
        if key_id := one.respond_to:
            click.echo(f"  Next: {(one.where or setup.where).stanch('respond', key_id)}")
    if found.hidden:
        click.echo(
            f"{len(found.hidden):,} findings name no key, for their secret was taken out of the report: "
            f"first {clean(found.hidden[0])}"
        )
    if found.others:
        click.echo(f"{found.others:,} other findings are of no credential of AWS.")
