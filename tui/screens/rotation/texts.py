"""A rotation in words: its stages on one line, where it stands, and the keys that lead on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.cases.plan import Deed, Plan, Stage, StepName
from services.cases.state import CaseState
from services.incident import deactivate
from services.incident.situation import Options
from services.rotation.engine import Rotation
from services.rotation.stages import Next, Standing
from tui.dialogs.plantexts import labelled
from tui.dialogs.steps import SIGNS, without_shell_ways
from tui.look.lines import Line, Span, fit

_STAGES: Mapping[Deed, str] = {
    StepName.REPLACE: "second key",
    Stage.IMPORT: "imported",
    StepName.DEACTIVATE: "old one off",
    Stage.WATCH: "not missed",
    StepName.DELETE: "old one deleted",
}
_WAYS = {
    Next.REPLACE: "enter makes the second key and stores its secret; x says where, and for how long",
    Next.IMPORT: "enter, once the new key is in use wherever the old one was: makes the old one Inactive",
    Next.DEACTIVATE: "enter makes the old key Inactive",
    Next.WATCH: "checked again automatically; b makes the old key Active again, at once",
    Next.DELETE: "enter deletes the old key; b makes it Active again",
    Next.DONE: "nothing is left to do",
}


def stages(state: CaseState | None, width: int) -> list[Line]:
    spans: list[Span] = [(" ", "text")]
    for deed, name in _STAGES.items():
        step = state.step(deed) if state else None
        holds = step is not None and step.state.holds
        sign = SIGNS[step.state] if step else "·"
        spans += [(f"{sign} ", "good" if holds else "quiet"), (f"{name}   ", "text" if holds else "quiet")]
    return [fit(tuple(spans), width)]


def told(standing: Standing | None, trouble: str | None, width: int, *, waiting: bool) -> list[Line]:
    lines: list[Line] = []
    if trouble:
        lines.append((("! ", "warn"), (without_shell_ways(trouble), "warn")))
    elif waiting:
        lines.append((("asking AWS where it stands…", "quiet"),))
    if standing:
        bad = standing.verdict is not None and standing.verdict.bad
        lines.append(((without_shell_ways(standing.words), "alarm" if bad else "text"),))
        if not trouble:
            lines += labelled("next", _WAYS[standing.next], width, "accent")
    return lines


def with_override(options: Options, override: str | None) -> Options:
    return replace(options, override=override) if override else options


async def once_imported(rotation: Rotation) -> Plan:
    """What making the old key Inactive will do, when the responder says that the new one is imported."""
    plan = await deactivate.plan(rotation.situation())
    title = f"Make the old key {rotation.key.id} Inactive"
    said = "You confirm that the new key is in use wherever the old one was; this is journaled."
    warning = f"Whatever still sends {rotation.key.id} is denied from then on; b makes it Active again."
    return replace(plan, title=title, warnings=(said, warning, *plan.warnings), where=rotation.aws.where)
