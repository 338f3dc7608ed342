"""How far each step is, in a sign and words; the same on every screen and in the shell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, cast

from services.base.keyservices import ACCESS_KEY
from services.base.text import clean
from services.cases.plan import Deed, LeverName, Plan, State, StepName
from services.cases.state import CaseState, StepState
from services.incident.handling import Handling

SIGNS = {
    State.TODO: "·",
    State.REQUESTED: "▸",
    State.CONFIRMED: "✓",
    State.IN_FORCE: "✓",
    State.UNDONE: "↶",
    State.FAILED: "✗",
    State.UNKNOWN: "?",
}

Weight = Literal["quiet", "text", "accent", "good", "warn", "alarm"]

_WEIGHTS: Mapping[State, Weight] = {
    State.TODO: "quiet",
    State.REQUESTED: "warn",
    State.CONFIRMED: "good",
    State.IN_FORCE: "good",
    State.UNDONE: "text",
    State.FAILED: "alarm",
    State.UNKNOWN: "alarm",
}
LONG_SECONDS = 2.0
"""A call that takes longer is named in the step's row."""
NOTHING_WAITS: Mapping[Deed, str] = MappingProxyType({})
FEW = 2
"""Compromised credentials that have a line each."""
_CHOICES: Mapping[Deed, str] = {
    StepName.REVIEW: "how far back, and what is read",
    StepName.REPLACE: "where the secret goes, the expiry, or a reset in place",
    StepName.DENY: "whether writes signed with access keys stop too",
}
_CHOICES_OF_ACCESS_KEYS: Mapping[Deed, str] = {
    StepName.REPLACE: "where the secret goes, or a new user",
    StepName.DENY: "an existing managed policy instead",
}
_ASKING: Mapping[Deed, str] = {
    LeverName.SESSIONS: "looking for its sessions in CloudTrail: this can take minutes…",
}
_SAYS_LITTLE = {"asking AWS…", "under way", "being undone"}
NOTHING = StepState()
_BEFORE = {
    State.REQUESTED: "requested: ",
    State.UNDONE: "undone: ",
    State.FAILED: "failed: ",
    State.UNKNOWN: "unknown: ",
}
# Services speak of the shell's options; a screen has keys for the same.
_SHELL_WAYS = re.compile(r" \(`?--[^()]*\)")


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step as it is listed; *weight* only repeats in colour what sign and words say."""

    number: int
    step: Deed
    sign: str
    words: str
    weight: Weight


def rows(
    case: CaseState,
    plans: Mapping[Deed, Plan],
    unplanned: Mapping[Deed, str],
    under_way: Mapping[Deed, str],
    waits: Mapping[Deed, str] = NOTHING_WAITS,
) -> tuple[StepRow, ...]:
    """All steps in AWS's order; *waits* says what those under way, or their plans, wait for."""
    told = _headline(case)
    return tuple(
        StepRow(
            number,
            step,
            *_told(
                step,
                case.step(step),
                plans.get(step),
                unplanned.get(step),
                under_way.get(step),
                told,
                waits.get(step),
            ),
        )
        for number, step in enumerate(case.deeds, 1)
    )


def waits(handling: Handling) -> dict[Deed, str]:
    """What each step and lever waits for, where AWS takes its time."""
    deeds = dict.fromkeys((*handling.state.deeds, *_LEVERS))
    found = ((deed, handling.waits_for(deed)) for deed in deeds)
    return {
        deed: f"waiting for {made.call.service} {made.call.operation} for {int(made.seconds)} s"
        for deed, made in found
        if made and made.seconds >= LONG_SECONDS
    }


def _waiting(words: str, what: str | None) -> str:
    # It says more, and both would be cut.
    return what if what and words in _SAYS_LITTLE else words


@dataclass(frozen=True, slots=True)
class LeverRow:
    """A lever that was pulled, as it is listed under the steps; *key* opens its screen."""

    key: str
    name: str
    sign: str
    words: str
    weight: Weight


_LEVERS = {
    LeverName.GROUPS: ("B", "log groups"),
    LeverName.ACCESS_KEYS: ("w", "access keys"),
    LeverName.SESSIONS: ("K", "sessions"),
    LeverName.INTRUDER: ("w", "intruder"),
}


def lever_rows(
    case: CaseState, under_way: Mapping[Deed, str], waits: Mapping[Deed, str] = NOTHING_WAITS
) -> tuple[LeverRow, ...]:
    """The levers that were pulled, taken back or not, and the credentials compromised as well."""
    pulled = (
        LeverRow(
            key,
            name,
            *_told(lever, case.step(lever), None, None, under_way.get(lever), wait=waits.get(lever)),
        )
        for lever, (key, name) in _LEVERS.items()
        if lever not in case.deeds and (lever in under_way or case.step(lever).state is not State.TODO)
    )
    return (*pulled, *_quiet(case), *_compromised(case))


def _quiet(case: CaseState) -> Iterable[LeverRow]:
    """How quiet it was when that was last looked at."""
    if (seen := case.quiet) is not None:
        enough = bool(seen.get("enough"))
        words = clean(str(seen.get("words")))
        yield LeverRow("z", "quiet", "✓" if enough else "·", words, "good" if enough else "text")


def _compromised(case: CaseState) -> Iterable[LeverRow]:
    """Those that still work first; more than a few are counted."""
    every = sorted(case.compromised, key=lambda each: bool(each.get("ended")))
    for each in every[:FEW]:
        over, mine = bool(each.get("ended")), each.get("user") == case.whose
        name = "compromised as well:" if each.get("sure") else "may be compromised as well:"
        # The state is read even where the line is cut.
        named = str(each.get("name")).removesuffix(f" of {case.whose}" if mine else "")
        said = clean(f" {named} {each.get('state')}; {each.get('why')}")
        key = "w" if mine and each.get("kind") == "access key" else " "
        yield LeverRow(key, name, "✓" if over else "!", said, "good" if over else "alarm")
    if rest := every[FEW:]:
        left = not all(each.get("ended") for each in rest)
        said = f"{len(rest):,} more credentials compromised as well"
        yield LeverRow(" ", "and", "!" if left else "✓", said, "alarm" if left else "good")


def waiting(deeds: Sequence[Deed], words: str, *, failed: bool) -> tuple[StepRow, ...]:
    """All steps while the key is not read, or could not be."""
    sign, weight = ("!", "warn") if failed else ("·", "quiet")
    return tuple(
        StepRow(number, step, sign, words, cast("Weight", weight)) for number, step in enumerate(deeds, 1)
    )


def _headline(case: CaseState) -> str | None:
    """What the newest review says in its row: the verdict in a word, and how the use is told apart."""
    newest = case.reviews[-1] if case.reviews else {}
    headline, verdict = newest.get("headline"), str(newest.get("verdict") or "")
    return clean(f"{verdict[:1].upper()}{verdict[1:]}: {headline}") if headline else None


def ways(step: Deed, plan: Plan | None, case: CaseState, *, read_only: bool) -> tuple[str, ...]:
    """The keys that lead on from here, or round what blocks the step, in words."""
    if read_only or plan is None or case.closed_at is not None:
        return ()
    now = case.step(step)
    if plan.blocked:
        return tuple(_round(step, plan, case))
    match step, now.state:
        case StepName.DEACTIVATE, state if state.holds:
            return ("u to make it Active again",) if plan.reversible else ()
        case LeverName.SESSIONS, state if state.holds:
            return ("u to let them work again: the policy that was there is restored",)
        case StepName.DENY, state if state.holds:
            return ("u to remove the deny policy: until then no replacement key of this user works",)
        case StepName.REPLACE, state if state.holds and not (case.replacement and case.replacement.in_place):
            return ("u to undo: the new key is deleted",)
        case StepName.REVIEW, state if state.holds:
            return ("e for the events; ctrl+r there reviews again, up to now",)
        case ((StepName.REVIEW | StepName.REPLACE | StepName.DENY), State.TODO | State.UNDONE | State.FAILED):
            return (f"x to choose {_choices(step, case)}",)
    return ()


def _choices(step: Deed, case: CaseState) -> str:
    if case.opened.get("service") == ACCESS_KEY:
        return _CHOICES_OF_ACCESS_KEYS.get(step) or _CHOICES[step]
    return _CHOICES[step]


def found(step: Deed, handling: Handling, now: datetime) -> tuple[str, ...]:
    """What the newest review says beside its headline, and whose it is, where that was not read here."""
    reviews = handling.state.reviews
    if step is not StepName.REVIEW or not reviews:
        return ()
    kept, newest = handling.work.kept, reviews[-1]
    whose = [f"This review was {kept.told(now)}; e shows it."] if kept else []
    # Where the row has the headline, the verdict stands here.
    verdict = [newest.get("words")] if newest.get("headline") else []
    return tuple(clean(title) for title in (*whose, *verdict, *newest.get("findings", ())))


def _round(step: Deed, plan: Plan, case: CaseState) -> Iterable[str]:
    if plan.overridable:
        yield "o to delete it anyway, after giving a reason"
    if step is StepName.REPLACE:
        if case.step(StepName.DENY).state.holds:
            yield f"{case.deeds.index(StepName.DENY) + 1} and then u to remove the deny policy"
        yield "x to choose another method, or another place for the secret"


def without_shell_ways(words: str) -> str:
    """*words* without the options of the command line that they name in brackets."""
    return _SHELL_WAYS.sub("", words)


def _told(
    step: Deed,
    now: StepState,
    plan: Plan | None,
    trouble: str | None,
    under_way: str | None,
    headline: str | None = None,
    wait: str | None = None,
) -> tuple[str, str, Weight]:
    if under_way is not None:
        return "▸", _waiting(under_way, wait), "accent"
    if now.state.holds and plan is not None and _changed_since(plan):
        return "!", f"changed since, not by this case: {plan.title[:1].lower()}{plan.title[1:]}", "alarm"
    if now.state.holds and plan is not None and final(plan):
        # It went further since: what was read then is not how it is.
        return SIGNS[now.state], f"{plan.already}", "good"
    if step is StepName.REVIEW and now.state.holds:
        # What was found is no good news: only that it was read.
        return SIGNS[now.state], headline or now.words, "text"
    if now.state is not State.TODO:
        return SIGNS[now.state], _BEFORE.get(now.state, "") + now.words, _WEIGHTS[now.state]
    if trouble is not None:
        return "!", trouble, "warn"
    if plan is None:
        return "·", _waiting(_ASKING.get(step, "asking AWS…"), wait), "quiet"
    if plan.already:
        return "✓", f"nothing to do: {plan.already}", "text"
    if plan.blocked and plan.overridable:
        return "·", f"waiting: {without_shell_ways(plan.blocked)}", "quiet"
    if plan.blocked:
        return "!", f"blocked: {without_shell_ways(plan.blocked)}", "warn"
    return "·", plan.title, "quiet"


def final(plan: Plan) -> bool:
    """Whether the key that *plan* would make Inactive can never be Active again."""
    return plan.step is StepName.DEACTIVATE and not plan.reversible and plan.already is not None


def _changed_since(plan: Plan) -> bool:
    """Whether AWS is no longer as the step left it; a review and an end of sessions can be repeated."""
    again = plan.step in (StepName.REVIEW, LeverName.SESSIONS)
    return bool(plan.calls) and not again and not plan.already and not plan.blocked
