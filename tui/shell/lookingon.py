"""What the looks beside the steps found, printed: what else the user holds, and since when it is quiet."""

from __future__ import annotations

import click

from services.base import clock
from services.incident.quiet import Quiet
from services.incident.sweep import Sweep
from tui.exits import Exit
from tui.shell.common import complain, print_json, print_table


def print_sweep(found: Sweep, *, as_json: bool) -> int:
    if as_json:
        print_json(found.as_json())
    else:
        rows = [
            (
                one.kind,
                one.name,
                one.words,
                f"--step {one.lever}" if one.lever and not one.made else one.elsewhere or "",
            )
            for one in found.held
        ]
        print_table(("KIND", "NAME", "STATE", "WHAT TO DO"), rows)
    for part in found.unreadable:
        complain(part.words)
    return Exit.INCOMPLETE if found.unreadable else Exit.DONE


def print_quiet(found: Quiet, *, as_json: bool) -> int:
    words = found.words(clock.now())
    if as_json:
        print_json(found.as_json() | {"message": words})
    else:
        click.echo(words)
    for part in found.unread:
        complain(part)
    return Exit.DONE if found.enough else Exit.INCOMPLETE
