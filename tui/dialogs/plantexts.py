"""A step before and after it is taken, in full: what it stops, what it sends, how it is taken back."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from services.aws.call import Call
from services.aws.where import Where
from services.cases.plan import Plan, State
from services.cases.state import SentCall, StepState
from services.quoting.shell import ShellCommand
from tui.dialogs.steps import StepRow, without_shell_ways
from tui.look.lines import Line, Role

_LABEL = 15


def step_told(
    row: StepRow,
    now: StepState,
    plan: Plan | None,
    ways: Sequence[str],
    found: Sequence[str],
    width: int,
) -> tuple[Line, ...]:
    """All that is known of a step: how far it is, what was *found* and sent, and what it would do (again)."""
    lines: list[Line] = []
    if plan is None or now.state is not State.TODO or row.sign in "▸!":
        lines += labelled("", f"{row.sign} {row.words}", width, row.weight)
    for sent in now.calls:
        lines += _sent(sent, width)
    if plan is not None and (not now.state.holds or row.sign == "!"):
        return (*lines, *plan_told(plan, ways, width))
    lines += [line for way in ways for line in labelled("next", way, width, "accent")]
    lines += [line for title in found for line in labelled("found", title, width)]
    return tuple(lines)


def plan_told(plan: Plan, ways: Sequence[str], width: int, *, titled: bool = True) -> list[Line]:
    """The plan; *ways* are the keys that lead round what blocks it."""
    lines: list[Line] = labelled("", f"{plan.title}.", width, "strong") if titled else []
    if plan.already:
        return [*lines, *labelled("", f"Nothing to do: {plan.already}", width)]
    if plan.blocked:
        lines += labelled("blocked", without_shell_ways(plan.blocked), width, "warn")
    for way in ways:
        lines += labelled("next", way, width, "accent")
    lines += labelled("stops", plan.stops, width)
    lines += labelled("does not stop", plan.leaves, width)
    if is_for_good(plan):
        # Red, as it says: what is destroyed has to look like it.
        lines += labelled("undo", "cannot be undone", width, "alarm")
    else:
        lines += labelled("undo", without_shell_ways(plan.undo or "") or "nothing to undo", width)
    if plan.where.endpoint:
        lines += labelled("at", f"{plan.where.endpoint}, which is not AWS's own endpoint", width, "warn")
    for warning in plan.warnings:
        lines += labelled("warning", without_shell_ways(warning), width, "warn")
    for number, call in enumerate(plan.calls, 1):
        lines += call_told(number, call, width, plan.where)
    return lines


def call_told(number: int, call: Call, width: int, where: Where) -> list[Line]:
    """``1  iam  UpdateServiceSpecificCredential`` and below it the command that does the same."""
    place = f" in {call.region}" if call.region else ""
    head: Line = (
        (f"{number}  ", "quiet"),
        (f"{call.service}  ", "quiet"),
        (call.operation, "text"),
        (place, "quiet"),
    )
    lines = command_lines(where.aws(call), width - 3)
    # What asks for the account comes first, and is the same for every call: the eye is to find the call.
    asks = next((at + 1 for at, text in enumerate(lines) if text.endswith("&&")), 0)
    told: list[Line] = [((f"   {text}", "quiet"),) for text in lines[:asks]]
    return [head, *told, *(((f"   {text}", "text"),) for text in lines[asks:])]


def command_lines(command: ShellCommand, width: int) -> list[str]:
    """*command* as it can be pasted: broken between its words, with a backslash where it goes on."""
    lines, line = [], "$"
    for word in command.tokens:
        full = cell_len(line) + cell_len(word) + (1 if word == "&&" else 3) > width
        if line.strip() not in ("", "$") and (full or line.endswith("&&")):
            lines.append(_goes_on(line, width))
            line = " "
        line += " " + word
    return [part for each in (*lines, line) for part in _pieces(each, width)]


def _goes_on(line: str, width: int) -> str:
    """*line* with the backslash that it needs, which alone on the next would end the command."""
    if line.endswith("&&"):
        return line
    return f"{line if cell_len(line) + 2 <= width else line.lstrip()} \\"


def labelled(label: str, text: str, width: int, role: Role = "text") -> list[Line]:
    """*text* wrapped beside its label, or from the left edge where it has none."""
    indent = _LABEL if label else 0
    parts = textwrap.wrap(text, max(10, width - indent), break_on_hyphens=False) or [""]
    first: Line = ((f"{label:<{indent}}", "quiet"), (parts[0], role))
    return [first, *(((" " * indent, "text"), (part, role)) for part in parts[1:])]


def _sent(sent: SentCall, width: int) -> list[Line]:
    when = sent.at.strftime("%H:%M:%S")
    told = f"{when} {sent.call.service} {sent.call.operation}"
    if sent.error:
        return labelled("sent", f"{told}: {sent.error}", width, "alarm")
    return labelled("sent", f"{told}, request {sent.request_id}" if sent.request_id else told, width, "quiet")


def is_for_good(plan: Plan) -> bool:
    """Whether what it does cannot be undone."""
    return not plan.undo and not all(call.reads for call in plan.calls)


def _pieces(line: str, width: int) -> Iterable[str]:
    return (line[at : at + width] for at in range(0, max(1, len(line)), width))
