"""Going on with a case from the shell: what is not settled is asked of AWS, and else of the responder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from services.cases.engine import CaseEngine
from services.cases.errors import RunbookError
from services.incident.engine import Runbook
from services.incident.result import Result
from tui.shell.common import Progress, complain


@dataclass(frozen=True, slots=True)
class Answers:
    """What the responder says of what a call without an answer may have made."""

    ours: tuple[str, ...] = ()
    not_ours: tuple[str, ...] = ()


def answer_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--ours and --not-ours; `given_answers` has what was said."""
    for name, told in (
        ("--not-ours", "What an unanswered call may have made is someone else's: leave it alone."),
        ("--ours", "What a call without an answer may have made is this case's."),
    ):
        command = click.option(
            name, metavar="ID", multiple=True, expose_value=False, callback=_keep, help=told
        )(command)
    return command


def given_answers() -> Answers:
    meta = click.get_current_context().meta
    return Answers(meta.get("stanch.ours", ()), meta.get("stanch.not_ours", ()))


def _keep(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> None:
    ctx.meta[f"stanch.{param.name}"] = value


async def go_on(engine: CaseEngine, answers: Answers) -> None:
    """Settle what can be settled, and say it; raises RunbookError where an answer fits no question."""
    waiting = Progress()
    if engine.state.unsettled:
        waiting("A run was interrupted: asking AWS what happened, a few seconds at most…")
    found = await engine.resume()
    waiting.done()
    for each in found:
        complain(each)
    asked = {each for doubt in engine.state.doubts.values() for each in doubt.candidates}
    for said in answers.ours + answers.not_ours:
        if said not in asked:
            raise RunbookError(f"Nothing is asked about {said}: leave --ours and --not-ours out.")
    for doubt in tuple(engine.state.doubts.values()):
        ours = [each for each in doubt.candidates if each in answers.ours]
        left = [each for each in doubt.candidates if each not in answers.not_ours]
        if ours or not left:
            await engine.answer_doubt(doubt, ours[0] if ours else None)
        elif len(left) < len(doubt.candidates):
            raise RunbookError(f"Say of {' and '.join(left)} too whose it is (--ours or --not-ours).")


async def show_secret(runbook: Runbook, result: Result) -> Result:
    """Print a secret that was asked for on the screen, and say then that it was."""
    assert result.secret is not None
    click.echo(result.secret.reveal())
    return await runbook.handed_over(result)
