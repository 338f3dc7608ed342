"""`stanch case verify` and `stanch case anchor`: is this the journal that was written, and who says so?"""

from __future__ import annotations

from pathlib import Path

import click

from services.base import clock
from services.base.text import clean
from services.cases.anchor import CONSISTENT, Anchor, Signed, anchors, check, make_anchor
from services.cases.book import CaseBook
from services.cases.case import Case
from tui.exits import Exit
from tui.shell import completing
from tui.shell.common import Setup, as_json, pass_setup, print_json

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify", epilog="Example: stanch case verify 1123-K5E && echo consistent")
@click.argument("case_id", metavar="ID", shell_complete=completing.cases)
@click.option("--head", metavar="HASH", help="A hash noted earlier: check that a line still has it.")
@click.option(
    "--signers",
    type=FILE,
    help="Keys that may sign, as an ssh allowed signers file (gpg.ssh.allowedSignersFile in git).",
)
@as_json
@pass_setup
@click.pass_context
def verify(
    ctx: click.Context, setup: Setup, case_id: str, head: str | None, signers: Path | None, as_json: bool
) -> None:
    """Check for altered, missing, added or reordered lines and altered evidence; exit 1 if there are any.

    A journal rewritten whole is consistent too. That it wasn't is known up to a line whose hash you have
    from elsewhere (--head), or which a key you trust has signed (`stanch case anchor`, --signers).
    """
    case = CaseBook(setup.state_dir).get(case_id)
    entries = case.journal.entries()
    kept, flaws = anchors(case)
    checked = [(anchor, check(anchor, signers)) for anchor in kept]
    flaws = (*case.flaws(), *flaws, *(flaw for pair in checked if (flaw := _flaw(*pair))))
    found = next((entry for entry in entries if head and entry.hash == head.lower()), None)
    if head and found is None:
        flaws = (*flaws, "No line of the journal has the hash you gave.")
    # A line that was altered kept its place in the chain for nobody.
    proven = [] if flaws else [*([_given(found.seq)] if found else []), *_signed(checked, signers)]
    claim = " ".join(proven) or CONSISTENT
    if as_json:
        print_json(
            {
                "case": case.id,
                "intact": not flaws,
                "entries": len(entries),
                "head": entries[-1].hash if entries else None,
                "flaws": list(flaws),
                "claim": None if flaws else claim,
                "anchors": [_as_json(*pair) for pair in checked],
            }
        )
    else:
        for flaw in flaws:
            click.echo(f"✗ {clean(flaw)}")
        if not flaws:
            click.echo(f"✓ {claim}")
        for anchor, signed in checked:
            click.echo(_told(anchor, signed))
        click.echo(head_of(case))
    ctx.exit(Exit.DEFECT if flaws else Exit.DONE)


@click.command("anchor", epilog="Example: stanch case anchor 1123-K5E --key ~/.ssh/id_ed25519.pub")
@click.argument("case_id", metavar="ID", shell_complete=completing.cases)
@click.option(
    "--key",
    required=True,
    type=FILE,
    help="Your SSH key; the public one where an agent holds the other.",
)
@pass_setup
def anchor(setup: Setup, case_id: str, key: Path) -> None:
    """Sign the hash of the journal's last line with your SSH key, so that a later rewrite can be seen.

    The statement and its signature are kept with the case. Keep a copy where nobody who can write to the
    case can.
    """
    case = CaseBook(setup.state_dir).get(case_id)
    made = make_anchor(case, key)
    signed = check(made)
    click.echo(f"Case {case.id} is anchored at line {made.line}, hash {made.hash}.")
    click.echo(f"Signed by the key {signed.fingerprint or '(unknown)'}.")
    click.echo(f"Copy {made.path} and {made.signature} to another place.")


def head_of(case: Case) -> str:
    """The line that says how long the journal is, and with which hash it ends."""
    entries = case.journal.entries()
    return f"{len(entries)} lines, head {entries[-1].hash if entries else None}"


def say_consistency(case: Case) -> None:
    flaws = case.flaws()
    for flaw in flaws:
        click.echo(f"✗ {clean(flaw)}")
    if not flaws:
        click.echo(f"✓ {CONSISTENT}")
    click.echo(head_of(case))


def _flaw(anchor: Anchor, signed: Signed) -> str | None:
    if not anchor.holds:
        return f"Line {anchor.line} isn't the one that was anchored {_when(anchor)}."
    if signed.fingerprint is None:
        return f"The signature of the anchor at line {anchor.line} isn't valid: {signed.trouble}."
    return None


def _given(line: int) -> str:
    return f"The journal is unchanged up to line {line}, whose hash you gave."


def _signed(checked: list[tuple[Anchor, Signed]], signers: Path | None) -> list[str]:
    trusted = [(anchor, signed) for anchor, signed in checked if signers and signed.signer]
    if not trusted:
        return []
    last, signed = max(trusted, key=lambda pair: pair[0].line)
    return [
        f"The journal is unchanged up to line {last.line} since {clean(signed.signer or '')} anchored it "
        f"(at {clock.rfc3339(last.at)} by their own clock)."
    ]


def _told(anchor: Anchor, signed: Signed) -> str:
    by = f"by {clean(signed.signer)}, " if signed.signer else ""
    doubt = "" if signed.signer else f" ({signed.trouble or 'whose key that is, only --signers can tell'})"
    return (
        f"  anchor at line {anchor.line}, {_when(anchor)}, signed {by}key {signed.fingerprint}{clean(doubt)}"
    )


def _as_json(anchor: Anchor, signed: Signed) -> dict[str, object]:
    return {
        "line": anchor.line,
        "hash": anchor.hash,
        "at": clock.rfc3339(anchor.at),
        "holds": anchor.holds,
        "key": signed.fingerprint,
        "signer": signed.signer,
        "trouble": signed.trouble,
    }


def _when(anchor: Anchor) -> str:
    return clock.spoken(anchor.at, clock.now())
