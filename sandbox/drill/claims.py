"""What a report claims, and which of its claims the evidence bears."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Question: TypeAlias = Literal["use", "stopped", "sessions_ended", "nothing_left"]
QUESTIONS: tuple[Question, ...] = ("use", "stopped", "sessions_ended", "nothing_left")
USES = ("used", "not used", "unknown")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true, and what of it could be known: *recorded* is whether CloudTrail shows use of the key."""

    recorded: bool
    stopped: bool
    sessions_ended: bool | None
    """None where no session was opened."""
    nothing_left: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """An answer to one question; *worth* is the share of its points, *why* says what is wrong with it."""

    question: Question
    said: str | None
    worth: float
    why: str


def about(reports: Sequence[Mapping[str, Any]], keys: Collection[str]) -> Sequence[Mapping[str, Any]]:
    """Those of *reports* (the newest first) that are about one of *keys*; the newest where none is."""
    found = [each for each in reports if _key_of(each) in keys]
    return found or reports[:1]


def _key_of(report: Mapping[str, Any]) -> object:
    header = report.get("header")
    return header.get("key_id") if isinstance(header, Mapping) else None


def claimed(reports: Sequence[Mapping[str, Any]]) -> dict[Question, str | bool]:
    """What all of them claim together: of several keys, that is so which is so of each."""
    answers = [claims_of(each) for each in reports]
    found: dict[Question, str | bool] = {}
    uses = {each["use"] for each in answers if "use" in each}
    if uses:
        found["use"] = next(each for each in ("not used", "used", "unknown") if each in uses)
    for question in QUESTIONS[1:]:
        said = [each[question] for each in answers if question in each]
        if said:
            found[question] = all(said)
    return found


def claims_of(report: Mapping[str, Any]) -> dict[Question, str | bool]:
    """Those of a short report that answers the questions by name, or of one by `stanch case report`."""
    if isinstance(given := report.get("claims"), Mapping):
        return {each: answer for each in QUESTIONS if (answer := _answer(each, given.get(each))) is not None}
    return dict(_of_case(report))


def _answer(question: Question, given: object) -> str | bool | None:
    if question == "use":
        return given if isinstance(given, str) and given in USES else None
    return given if isinstance(given, bool) else None


def _of_case(report: Mapping[str, Any]) -> Iterator[tuple[Question, str | bool]]:
    reviews, actions, remaining = (
        [each for each in _list(report.get(name)) if isinstance(each, Mapping)]
        for name in ("reviews", "actions", "remaining")
    )
    if reviews:
        verdict = str(reviews[-1].get("verdict"))
        yield "use", {"not seen used": "not used"}.get(verdict, verdict if verdict in USES else "unknown")
    newest = {str(each.get("step")): each for each in actions}

    def stands(step: str) -> bool:
        found = newest.get(step, {})
        return not found.get("undo") and found.get("state") in ("confirmed", "in_force")

    yield "stopped", any(stands(step) for step in ("deactivate", "delete", "deny"))
    if any(each.get("kind") == "sessions" for each in remaining):
        yield "sessions_ended", False
    elif stands("sessions"):
        yield "sessions_ended", True
    if isinstance(report.get("remaining"), list):
        yield "nothing_left", not remaining


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def judge(claims: Mapping[Question, str | bool], facts: Facts) -> list[Claim]:
    """Each question that this drill asks, in order; the first counts as much as the others together."""
    return [
        _judged(question, claims.get(question), facts)
        for question in QUESTIONS
        if question != "sessions_ended" or facts.sessions_ended is not None
    ]


def _judged(question: Question, said: str | bool | None, facts: Facts) -> Claim:
    if said is None:
        return Claim(question, None, 0.0, "The report does not say.")
    if question == "use":
        return _use(str(said), facts)
    true = {
        "stopped": facts.stopped,
        "sessions_ended": facts.sessions_ended,
        "nothing_left": facts.nothing_left,
    }[question]
    words = "yes" if said else "no"
    if said == true:
        return Claim(question, words, 1.0, "The account bears it out.")
    # To look for more where nothing is left misleads nobody.
    if question == "nothing_left" and not said:
        return Claim(question, words, 1.0, "Nothing was left, and the report does not claim it.")
    return Claim(question, words, 0.0, "The account says otherwise.")


def _use(said: str, facts: Facts) -> Claim:
    if not facts.recorded:
        if said == "unknown":
            return Claim("use", said, 1.0, "No trail records such use, so nothing can be said of it.")
        return Claim("use", said, 0.0, "No trail records such use: no record bears it, nor the contrary.")
    if said == "used":
        return Claim("use", said, 1.0, "CloudTrail shows it.")
    if said == "unknown":
        return Claim("use", said, 0.5, "CloudTrail shows that it was used.")
    return Claim("use", said, 0.0, "CloudTrail shows that it was used.")


def earned(claims: list[Claim]) -> float:
    """The share of the points for truth."""
    others = [each.worth for each in claims if each.question != "use"]
    use = [each.worth for each in claims if each.question == "use"]
    parts = [sum(part) / len(part) for part in (use, others) if part]
    return sum(parts) / len(parts) if parts else 0.0
